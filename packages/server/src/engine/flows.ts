/**
 * Flows as the engine runs them: found by id or name, compiled once per content, cached until the store says that
 * something changed. Grants are cached the same way, so that a revoked one is gone with the next effect.
 *
 * It reads; it never writes a flow.
 */

import {
  allows,
  type Catalog,
  EVERYTHING,
  type Flow,
  flowSchema,
  NOTHING_ALLOWED,
  type Policy,
  type Power,
  type Problem,
  problem,
  readPolicy,
  type Result,
} from '@headgate/core';
import { DEFAULT_ENVIRONMENT, type EnvironmentRow } from '../store/environment.ts';
import type { Named } from '../store/people.ts';
import type { FlowRow, PolicyRow, Store } from '../store/ports.ts';
import { Recent } from './cache.ts';
import { Catalogs } from './catalogs.ts';
import { type CompiledFlow, compileFlow } from './compiled.ts';
import { Lent } from './lent.ts';
import { draftOrLook } from './look.ts';

/** A flow ready to run: which content, and what of it is known. `version` null: the draft. */
export type Target = Content & {
  /** Where it runs, and what of the values there the flow names; null: it names none that there is. */
  readonly environment: string;
  readonly vars: Readonly<Record<string, unknown>> | null;
  /** Do promotions there wait for somebody else? Then nobody says alone what a step answered. */
  readonly guarded: boolean;
};

type Content = {
  readonly workspace: string;
  readonly row: FlowRow;
  readonly version: number | null;
  readonly compiled: CompiledFlow;
};

export class Flows {
  readonly #store: Store;
  readonly #catalogs: Catalogs;
  /** By the catalogue they were compiled with: what a service means is part of what a flow does. */
  readonly #compiled = new WeakMap<Catalog, Recent<string, CompiledFlow>>();
  readonly #latest = new Recent<string, Target>(10_000);
  readonly #lent = new Recent<string, Lent>(10_000);
  readonly #environments = new Recent<string, readonly EnvironmentRow[]>(10_000);
  readonly #called = new Recent<string, readonly FlowRow[]>(10_000);

  constructor(store: Store, catalog: Catalog) {
    this.#store = store;
    this.#catalogs = new Catalogs(catalog, store);
  }

  /** The kinds and services that flows of a workspace can use, as of now. */
  catalogIn(workspace: string): Promise<Catalog> {
    return this.#catalogs.in(workspace);
  }

  /** Something of the configuration changed: what was read before is read again. */
  forget(): void {
    this.#latest.clear();
    this.#lent.clear();
    this.#environments.clear();
    this.#called.clear();
  }

  /**
   * What runs of a flow in an environment: what was promoted to it; where nothing was, the latest version, unless nothing
   * but promotions may run there. Problems: `flow.not_found`, `flow.unpublished`, `flow.unpromoted`, `environment.unknown`.
   */
  async live(workspace: string, flow: string, environment: string): Promise<Result<Target>> {
    const key = `${workspace}/${flow}/${environment}`;
    const known = this.#latest.get(key);
    if (known !== undefined) return { ok: true, value: known };
    const version = this.#store.version();
    const row = await this.#store.in(workspace).flows.get(flow);
    if (row === null) return { ok: false, problem: notFound };
    if (row.version === null) {
      return {
        ok: false,
        problem: problem('flow.unpublished', 'This flow has no published version', {
          at: { flow },
          fix: `POST /api/v1/flows/${flow}/publish first, or run its draft.`,
        }),
      };
    }
    const promoted =
      environment === DEFAULT_ENVIRONMENT ? null : await this.#store.in(workspace).deployments.get(flow, environment);
    const found = await this.version(workspace, row, promoted?.version ?? row.version, environment);
    if (found.ok && this.#store.version() === version) this.#latest.set(key, found.value);
    return found;
  }

  /** One version in an environment. Problems as those of `live`, `flow.version_unknown`, `environment.guarded`. */
  async version(workspace: string, row: FlowRow, version: number, environment: string): Promise<Result<Target>> {
    const kept = await this.#store.in(workspace).flows.version(row.id, version);
    if (kept === null)
      return {
        ok: false,
        problem: problem('flow.version_unknown', `This flow has no version ${version}`, { at: { flow: row.id } }),
      };
    const compiled = this.compile(kept.doc, kept.hash, await this.#catalogs.in(workspace));
    return compiled.ok ? this.placed({ workspace, row, version, compiled: compiled.value }, environment) : compiled;
  }

  /**
   * `revision`: the one that is meant; absent: whichever it is at by now. `tools`: not the draft, but the tools of the server
   * that this step of it names (look.ts).
   */
  async draft(
    workspace: string,
    flow: string,
    now: number,
    environment: string,
    revision?: number,
    tools?: string,
  ): Promise<Result<Target>> {
    const row = await this.#store.in(workspace).flows.get(flow);
    if (row === null) return { ok: false, problem: notFound };
    if (revision !== undefined && revision !== row.revision) return { ok: false, problem: saved(row.revision) };
    const content = draftOrLook(row, tools);
    if (!content.ok) return content;
    const { doc, hash } = content.value;
    const compiled = this.compile(doc, hash, await this.#catalogs.in(workspace));
    if (!compiled.ok) return compiled;
    const target = await this.placed({ workspace, row, version: null, compiled: compiled.value }, environment);
    if (target.ok) await this.#store.in(workspace).flows.keepDoc(hash, doc, now);
    return target;
  }

  /**
   * The content in its environment: with the values there, and only if it may run there. Where promotions wait for
   * somebody else, nothing but what was promoted runs: a draft or another version would be a way around that.
   */
  async placed(content: Content, environment: string): Promise<Result<Target>> {
    const { workspace, row, version, compiled } = content;
    const all = await this.#environmentsOf(workspace, row.project);
    const place = all.find((one) => one.name === environment);
    if (place === undefined) return { ok: false, problem: unknownEnvironment(environment, all) };
    if (place.approval) {
      const promoted = await this.#store.in(workspace).deployments.get(row.id, environment);
      if (promoted === null || promoted.version !== version)
        return { ok: false, problem: guarded(row.id, environment, promoted?.version ?? null) };
    }
    const vars = chosen(place.vars, compiled.vars);
    return { ok: true, value: { ...content, environment, vars, guarded: place.approval } };
  }

  async #environmentsOf(workspace: string, project: string): Promise<readonly EnvironmentRow[]> {
    const key = `${workspace}/${project}`;
    const known = this.#environments.get(key);
    if (known !== undefined) return known;
    const version = this.#store.version();
    const rows = (await this.#store.in(workspace).environments.list(project)) ?? [];
    if (this.#store.version() === version) this.#environments.set(key, rows);
    return rows;
  }

  /** The flows of a project that a text can mean: the one of this id, or all of this name. */
  async called(workspace: string, project: string, idOrName: string): Promise<readonly FlowRow[]> {
    const key = `${workspace}/${project}/${idOrName}`;
    const known = this.#called.get(key);
    if (known !== undefined) return known;
    const version = this.#store.version();
    const rows = await this.#store.in(workspace).flows.called(project, idOrName);
    if (this.#store.version() === version) this.#called.set(key, rows);
    return rows;
  }

  /** What a run of this content needs, read back by its hash. */
  async byHash(workspace: string, hash: string): Promise<CompiledFlow | null> {
    const catalog = await this.#catalogs.in(workspace);
    const known = this.#compiled.get(catalog)?.get(hash);
    if (known !== undefined) return known;
    const doc = await this.#store.in(workspace).flows.doc(hash);
    if (doc === null) return null;
    const compiled = this.compile(doc, hash, catalog);
    return compiled.ok ? compiled.value : null;
  }

  compile(doc: unknown, hash: string, catalog: Catalog): Result<CompiledFlow> {
    let byHash = this.#compiled.get(catalog);
    if (byHash === undefined) this.#compiled.set(catalog, (byHash = new Recent(2_000)));
    const known = byHash.get(hash);
    if (known !== undefined) return { ok: true, value: known };
    const parsed = flowSchema.safeParse(doc);
    if (!parsed.success)
      return {
        ok: false,
        problem: problem('flow.invalid', 'This flow is not a valid flow file', {
          fix: 'Run a check on it: it lists every problem with its place.',
        }),
      };
    const made = compileFlow(parsed.data satisfies Flow, hash, catalog);
    if ('problems' in made) return { ok: false, problem: summary(made.problems) };
    byHash.set(hash, made.compiled);
    return { ok: true, value: made.compiled };
  }

  async lent(workspace: string, flow: string): Promise<Lent> {
    const key = `${workspace}/${flow}`;
    const known = this.#lent.get(key);
    if (known !== undefined) return known;
    const version = this.#store.version();
    const store = this.#store.in(workspace);
    const grants = await store.grants.list(flow);
    const grantors = new Map<string, Named | null>();
    for (const id of new Set(grants.map((g) => g.grantor)))
      grantors.set(id, await this.#store.directory.named(workspace, id));
    const place = grants.length === 0 ? null : await store.flows.place(flow);
    const { policy, bounds } = await this.#policies(workspace);
    const lent = new Lent(grants, grantors, place, policy, bounds);
    if (this.#store.version() === version) this.#lent.set(key, lent);
    return lent;
  }

  /** May anything of this workspace reach this at all, by its policy and by what the instance lets it? */
  async reaches(workspace: string, power: Power): Promise<boolean> {
    const { policy, bounds } = await this.#policies(workspace);
    return allows(policy, power) && allows(bounds, power);
  }

  /** What a workspace allows, and what the instance lets it; nothing, when what is said cannot be read. */
  async #policies(workspace: string): Promise<{ policy: Policy; bounds: Policy }> {
    const store = this.#store.in(workspace);
    const [policy, bounds] = await Promise.all([store.policy.get(), store.bounds.get()]);
    return { policy: policyIn(policy), bounds: policyIn(bounds) };
  }
}

const policyIn = (row: PolicyRow | null): Policy => {
  if (row === null) return EVERYTHING;
  const read = readPolicy(row);
  return read.ok ? read.value : NOTHING_ALLOWED;
};

/** The values that a flow names; all of them where it reads them by a name it computes. */
const chosen = (vars: EnvironmentRow['vars'], named: CompiledFlow['vars']): Target['vars'] => {
  if (named === null) return null;
  const kept = named === 'all' ? Object.entries(vars) : Object.entries(vars).filter(([name]) => named.has(name));
  return kept.length === 0 ? null : Object.fromEntries(kept);
};

const unknownEnvironment = (name: string, all: readonly EnvironmentRow[]): Problem =>
  problem('environment.unknown', `This project has no environment ${name}`, {
    at: { field: 'environment' },
    fix: `It has ${all.map((one) => one.name).join(', ')}.`,
  });

const guarded = (flow: string, environment: string, version: number | null): Problem =>
  problem(
    version === null ? 'flow.unpromoted' : 'environment.guarded',
    version === null
      ? `Nothing of this flow was promoted to ${environment}`
      : `In ${environment} version ${version} runs, which was promoted to it, and nothing else`,
    { at: { flow }, fix: `Promote a version first: POST /api/v1/flows/${flow}/promotions.` },
  );

/** Values in the place of what steps would answer are as good as another version: one person would have chosen it. */
export const unpinned = (target: Target): Problem =>
  problem('environment.guarded', `In ${target.environment} steps answer for themselves: no value is pinned there`, {
    at: { flow: target.row.id },
    fix: 'Pin values in an environment without approval.',
  });

const saved = (revision: number): Problem =>
  problem('flow.conflict', `The draft is at revision ${revision} by now`, {
    fix: 'Look at the draft as it is, then run that revision.',
  });

const notFound = problem('flow.not_found', 'There is no such flow');

const summary = (problems: readonly Problem[]): Problem => {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return first === undefined
    ? problem('flow.invalid', 'This flow does not compile')
    : problem('flow.invalid', `${first.text}${more}`, {
        ...(first.at === undefined ? {} : { at: first.at }),
        fix: first.fix ?? 'Run a check on the flow: it lists every problem with its place.',
      });
};
