/**
 * A flow run with no server: in a house of its own that is gone afterwards. The journal, the broker and the doors are
 * the real ones; the powers are those the command line lends.
 */

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  at,
  bad,
  check,
  type Flow,
  good,
  hashFlow,
  parsePower,
  PERMISSIONS,
  problem,
  type Result,
  type RunView,
  type Service,
} from '@headgate/core';
import type { Door } from '../egress/door.ts';
import type { EngineLog } from '../engine/options.ts';
import type { Compiler } from '../sandbox/compile.ts';
import { readCodeOf } from './code.ts';
import type { SecretSource } from '../engine/secret-source.ts';
import type { GrantRow } from '../store/ports.ts';
import { type Allow, grantsFor, LOCAL } from './allow.ts';
import { type House, openHouse } from './house.ts';
import { clearUp } from './leftovers.ts';

type LocalOptions = {
  readonly egressAllow: string;
  readonly log: EngineLog;
  readonly door?: Door;
  readonly compiler?: Compiler;
  /** The folder for what can be made again, so that it is not made for each house. */
  readonly cache: string;
  /** Services besides those that come with Headgate. */
  readonly services?: readonly Service[];
  /** Sources of secrets: a house of its own holds none. */
  readonly sources?: readonly SecretSource[];
  /** The folder of the models of the machine: a house of its own has none. */
  readonly models?: string;
  /** The folder in which programs are registered as tool servers: a house of its own has none. */
  readonly servers?: string;
};

/** A house in a temporary folder; `close` removes it, and so does a signal. */
export const openLocal = async (o: LocalOptions): Promise<Result<House>> => {
  const dir = await mkdtemp(join(tmpdir(), 'headgate-run-'));
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true });
  const forget = clearUp(remove);
  const opened = await openHouse({ dir, key: randomBytes(32), publicUrl: 'http://localhost:7860', ...o });
  if (!opened.ok) {
    forget();
    await remove();
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
      try {
        await house.close(grace);
      } finally {
        forget();
        await remove();
      }
    },
  });
};

/** Publishes a flow in a local house and answers its id. */
export const publishLocal = async (house: House, flow: Flow, allow: Allow): Promise<Result<string>> => {
  const [first] = check(flow, house.catalog, { code: await readCodeOf(flow, house.compiler) }).problems;
  if (first !== undefined) return bad(at({ flow: flow.name }, first));
  const store = house.store.in(LOCAL.workspace);
  const id = `f${randomBytes(12).toString('hex')}`;
  const hash = hashFlow(flow);
  const now = Date.now();
  const grants = grantsFor(flow, id, house.catalog, allow);
  if (!grants.ok) return grants;
  const owner = LOCAL.id;
  await store.flows.create({ id, project: 'default', owner, name: flow.name, draft: flow, draftHash: hash, at: now });
  await store.flows.publish({
    flow: id,
    hash,
    doc: flow,
    note: null,
    by: LOCAL.id,
    at: now,
    grants: await bindCalls(house, grants.value),
    triggers: [],
  });
  return good(id);
};

/** A flow that is published in a local house. */
export type Published = { readonly id: string; readonly flow: Flow };

/**
 * Lends the calls of flows that were published after their callers: a grant is for the flow that has the name, and not
 * for the name.
 */
export const lendCalls = async (house: House, published: readonly Published[], allow: Allow): Promise<void> => {
  const { grants } = house.store.in(LOCAL.workspace);
  for (const { id, flow } of published) {
    const asked = grantsFor(flow, id, house.catalog, allow);
    if (!asked.ok) continue;
    const held = new Set((await grants.list(id)).map(({ step, power }) => `${step} ${power}`));
    const bound = await bindCalls(house, asked.value);
    await grants.add(bound.filter(({ step, power }) => !held.has(`${step} ${power}`)));
  }
};

/** Calls by the id of the one flow that has the name; a name that none or several have stays, and lends nothing. */
const bindCalls = async (house: House, rows: readonly GrantRow[]): Promise<GrantRow[]> => {
  const { flows } = house.store.in(LOCAL.workspace);
  const bind = async (row: GrantRow): Promise<GrantRow> => {
    const power = parsePower(row.power);
    if (!power.ok || power.value.power !== 'flow') return row;
    const [only, more] = await flows.called('default', power.value.flow);
    return only === undefined || more !== undefined ? row : { ...row, power: `flow: call ${only.id}` };
  };
  return Promise.all(rows.map(bind));
};

/** Runs a published flow to its end (`wait` milliseconds at most) and answers the finished run. */
export const runLocal = async (house: House, flow: string, input: unknown, wait: number): Promise<Result<RunView>> => {
  const trigger = { kind: 'manual@1' };
  const started = await house.engine.start({ principal: LOCAL, flow, which: {}, input, trigger, wait });
  if (!started.ok) return started;
  return started.value.finished ? good(started.value.run) : unfinished(started.value.run);
};

const unfinished = (run: RunView): Result<RunView> =>
  run.state === 'in_doubt' && run.problem !== null
    ? bad(run.problem)
    : bad(
        problem('run.unfinished', `The run is ${run.state} and was given up`, {
          fix: 'A flow that waits for days or for an answer wants a server: headgate start.',
        }),
      );

/**
 * As `runLocal`, answering the `wait.event` steps by their ids as soon as they wait; an answer nobody waited for is a
 * Problem.
 */
export const runAnswered = async (
  house: House,
  flow: string,
  input: unknown,
  answers: Readonly<Record<string, unknown>>,
  wait: number,
): Promise<Result<RunView>> => {
  const trigger = { kind: 'manual@1' };
  const started = await house.engine.start({ principal: LOCAL, flow, which: {}, input, trigger, wait: 0 });
  if (!started.ok) return started;
  const { id } = started.value.run;
  const left = new Set(Object.keys(answers));
  const events = await house.engine.follow(LOCAL.workspace, id, 0, AbortSignal.timeout(wait));
  for await (const { type, step, item } of events ?? []) {
    if (type !== 'step.waiting' || step === undefined || !Object.hasOwn(answers, step)) continue;
    const answered = await house.engine.resume(house.resumeToken(id, step, item ?? []), answers[step]);
    if (answered.ok) left.delete(step);
  }
  const run = await house.engine.view(LOCAL.workspace, id);
  if (run === null || !['done', 'failed', 'cancelled'].includes(run.state)) return unfinished(run ?? started.value.run);
  const [unasked] = left;
  if (unasked === undefined) return good(run);
  const text = `The run ended (${run.state}) without waiting for an answer at the step ${unasked}`;
  return bad(problem('test.resume', text, { at: { step: unasked }, fix: 'Take it out of `resume`.' }));
};
