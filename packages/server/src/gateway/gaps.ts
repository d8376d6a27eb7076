/**
 * What a flow lacks in an environment that a run is asked for in: publishing judges the default one alone, and what is lent
 * in one environment is not lent in another. Asked before such a run begins, so that it does not fail half way.
 *
 * It is for people: whether a step may is decided by the broker, when it acts.
 */

import { type Missing, type Principal, readFlow } from '@headgate/core';
import { DEFAULT_ENVIRONMENT } from '../store/environment.ts';
import type { Gate } from './deps.ts';
import { forTheirKind, grantsInForce, lacking } from './lending.ts';

const MOST = 10_000;

type Asked = { readonly flow: string; readonly version?: number | undefined; readonly draft: boolean };

export class Gaps {
  readonly #gate: Gate;
  /** What lacked nothing, until something changes. */
  readonly #whole = new Set<string>();
  #version = -1;

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  /** Powers that nobody lent in this environment; none also where there is no such flow, version or environment, which the engine tells. */
  async in(who: Principal, asked: Asked, environment: string): Promise<readonly Missing[]> {
    if (environment === DEFAULT_ENVIRONMENT) return [];
    const { store } = this.#gate;
    const now = store.version();
    if (now !== this.#version || this.#whole.size >= MOST) this.#whole.clear();
    this.#version = now;
    const key = JSON.stringify([who.workspace, asked.flow, asked.draft ? 'draft' : asked.version, environment]);
    if (this.#whole.has(key)) return [];
    const { flows, environments, deployments } = store.in(who.workspace);
    const row = await flows.get(asked.flow);
    if (row === null || (await environments.get(row.project, environment)) === null) return [];
    const promoted = await deployments.get(row.id, environment);
    const version = asked.version ?? promoted?.version ?? row.version;
    const kept = asked.draft || version === null ? null : await flows.version(row.id, version);
    const doc = asked.draft ? row.draft : kept?.doc;
    const read = doc === undefined ? null : readFlow(doc);
    if (read === null || !read.ok) return [];
    const held = forTheirKind(doc, await grantsInForce(this.#gate, who.workspace, row, environment));
    const { missing } = await lacking(this.#gate, who, row, read.flow, held);
    if (missing.length === 0 && store.version() === now) this.#whole.add(key);
    return missing;
  }
}
