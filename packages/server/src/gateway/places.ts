/**
 * Where flows lie and who sees them, kept until the store changes: asked for at nearly every call. And what a call is
 * about: the flow, the run or the project that its path, query or body names.
 *
 * PL1 Who may not see a thing hears what he would hear if it had never been there; who sees it and may not do this hears
 *     that the permission is missing.
 */

import { type FlowPlace, may, type Permission, type Principal, thingAt } from '@headgate/core';
import type { ProblemCode } from '@headgate/core/api';
import type { Store } from '../store/ports.ts';
import { PROJECT } from './deps.ts';

const MOST_KEPT = 20_000;

export class Places {
  readonly #store: Store;
  #seen = -1;
  readonly #kept = new Map<string, FlowPlace>();

  constructor(store: Store) {
    this.#store = store;
  }

  async flow(workspace: string, id: string): Promise<FlowPlace | null> {
    const version = this.#store.version();
    if (version !== this.#seen) {
      this.#kept.clear();
      this.#seen = version;
    }
    const key = `${workspace}\n${id}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const place = await this.#store.in(workspace).flows.place(id);
    if (place !== null && this.#store.version() === version && this.#seen === version) {
      if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
      this.#kept.set(key, place);
    }
    return place;
  }

  run(workspace: string, id: string): Promise<FlowPlace | null> {
    return this.#store.in(workspace).runs.place(id);
  }

  /** May the principal do this to the flow or run named? The code of the refusal, or undefined. */
  async judge(
    who: Principal,
    permission: Permission,
    on: 'flow' | 'deleted' | 'run',
    id: unknown,
  ): Promise<ProblemCode | undefined> {
    if (typeof id !== 'string') return 'missing';
    const { workspace } = who;
    const place = await this.#placeOf(workspace, on, id);
    if (place === null) return 'missing';
    const thing = thingAt(workspace, place);
    if (may(who, permission, thing)) return undefined;
    return may(who, on === 'run' ? 'run.read' : 'flow.read', thing) ? 'permission.missing' : 'missing';
  }

  #placeOf(workspace: string, on: 'flow' | 'deleted' | 'run', id: string): Promise<FlowPlace | null> {
    if (on === 'deleted') return this.#store.in(workspace).deletedFlows.place(id);
    return on === 'flow' ? this.flow(workspace, id) : this.run(workspace, id);
  }

  /** May the principal do this in the project named? */
  async judgeProject(who: Principal, permission: Permission, project: string): Promise<ProblemCode | undefined> {
    const { workspace } = who;
    if (may(who, permission, { workspace, project })) {
      if (project === PROJECT) return undefined;
      return (await this.#store.in(workspace).projects.get(project)) === null ? 'missing' : undefined;
    }
    // That there is a project `default` is known to everybody.
    if (project === PROJECT) return 'permission.missing';
    return seesProject(who, project) && (await this.#store.in(workspace).projects.get(project)) !== null
      ? 'permission.missing'
      : 'missing';
  }
}

/** Is it held to some flows or projects? Then nothing of the whole workspace is for it (row AZ-08). */
export const isNarrowed = (who: Principal): boolean => who.flows !== undefined || who.projects !== undefined;

/** Does the principal hold anything in this project as a whole? Then it knows that it is there. */
export const seesProject = (who: Principal, project: string): boolean =>
  who.flows === undefined &&
  (who.projects === undefined || who.projects.includes(project)) &&
  (who.permissions.length > 0 || (who.inProjects?.get(project)?.length ?? 0) > 0);

/** The project a call is about: the one its path names, or its body, or its query; else `default`. */
export const projectOf = (...parts: readonly unknown[]): string => {
  for (const part of parts) {
    const named: unknown = typeof part === 'object' && part !== null ? Reflect.get(part, 'project') : undefined;
    if (typeof named === 'string') return named;
  }
  return PROJECT;
};
