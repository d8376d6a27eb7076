/**
 * A flow run with no server: in a house of its own that is gone afterwards. The journal, the broker and the doors are
 * the real ones; the powers are those the command line lends.
 */

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bad, type Catalog, check, type Flow, good, hashFlow, needsOf, parsePower, PERMISSIONS, type Principal, type Problem, powerOf, printPower, problem, type Result, type RunView } from '@headgate/core';
import type { Door } from '../egress/door.ts';
import type { EngineLog } from '../engine/engine.ts';
import type { GrantRow } from '../store/ports.ts';
import { type House, openHouse } from './house.ts';

export const LOCAL: Principal = { kind: 'cli', id: 'cli', workspace: 'default', permissions: PERMISSIONS };

type LocalOptions = {
  readonly egressAllow: string;
  readonly log: EngineLog;
  readonly door?: Door;
};

/** A house in a temporary folder; `close` removes it. */
export const openLocal = async (o: LocalOptions): Promise<Result<House>> => {
  const dir = await mkdtemp(join(tmpdir(), 'headgate-run-'));
  const opened = await openHouse({ dir, key: randomBytes(32), publicUrl: 'http://localhost:7860', ...o });
  if (!opened.ok) {
    await rm(dir, { recursive: true, force: true });
    return opened;
  }
  const house = opened.value;
  await house.store.in(LOCAL.workspace).keys.create({
    id: LOCAL.id,
    workspace: LOCAL.workspace,
    name: 'the command line',
    hash: randomBytes(32).toString('hex'),
    permissions: PERMISSIONS,
    projects: null,
    flows: null,
    expires: null,
    revoked: null,
    created: Date.now(),
    used: null,
  });
  return good({
    ...house,
    close: async (grace) => {
      await house.close(grace);
      await rm(dir, { recursive: true, force: true });
    },
  });
};

/** `needed` lends all that the flow's steps ask for; otherwise each entry is a power, lent to every step. */
export type Allow = readonly string[];

/** Powers as grant rows, or the first that is not understood. */
export const grantsFor = (flow: Flow, id: string, catalog: Catalog, allow: Allow): Result<GrantRow[]> => {
  const rows: GrantRow[] = [];
  const lend = (step: string, power: string): void => {
    rows.push({ id: `g${randomBytes(8).toString('hex')}`, flow: id, step, power, environment: '*', grantor: LOCAL.id, asCaller: false, created: Date.now() });
  };
  for (const text of allow) {
    if (text === 'needed') {
      for (const { step, need } of needsOf(flow, catalog)) {
        const power = powerOf(need);
        if (power !== undefined) lend(step, printPower(power));
      }
      continue;
    }
    const power = parsePower(text);
    if (!power.ok) return bad({ ...power.problem, at: { field: '--allow' } });
    lend('*', printPower(power.value));
  }
  return good(rows);
};

/** Publishes a flow in a local house, with its neighbours, and answers its id. */
export const publishLocal = async (house: House, flow: Flow, allow: Allow): Promise<Result<string>> => {
  const { problems } = check(flow, house.catalog);
  const [first] = problems;
  if (first !== undefined) return bad(first);
  const store = house.store.in(LOCAL.workspace);
  const id = `f${randomBytes(12).toString('hex')}`;
  const hash = hashFlow(flow);
  const at = Date.now();
  const grants = grantsFor(flow, id, house.catalog, allow);
  if (!grants.ok) return grants;
  await store.flows.create({ id, project: 'default', owner: LOCAL.id, name: flow.name, draft: flow, draftHash: hash, at });
  await store.flows.publish({ flow: id, hash, doc: flow, note: null, by: LOCAL.id, at, grants: grants.value, triggers: [] });
  return good(id);
};

/** Runs a published flow to its end (`wait` milliseconds at most) and answers the finished run. */
export const runLocal = async (house: House, flow: string, input: unknown, wait: number): Promise<Result<RunView>> => {
  const started = await house.engine.start({ principal: LOCAL, flow, which: {}, input, trigger: { kind: 'manual@1' }, wait });
  if (!started.ok) return started;
  if (started.value.finished) return good(started.value.run);
  return bad(problem('run.unfinished', `The run is ${started.value.run.state} and was given up`, { fix: 'A flow that waits for days or for an answer wants a server: headgate start.' }) satisfies Problem);
};
