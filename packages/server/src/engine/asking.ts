/**
 * What a trigger that asks does each time: judge, ask the service, see what is new, start a run for each new item. When, and
 * for which triggers, is polls.ts; what is new in a list is core/service/poll.ts.
 *
 * AK1 Nobody behind the flow, nothing lent, or a manifest that says something else now: nothing is asked.
 * AK2 Where no run can begin now, what was not started is not remembered, and is found again the next time.
 */

import {
  afterList,
  freshOf,
  listFor,
  isObject,
  type Memory,
  NO_MEMORY,
  milliseconds,
  pollOf,
  type Power,
  printPower,
  type Problem,
  problem,
  reachesKnown,
  readMemory,
  useService,
  withoutPath,
  withSeen,
} from '@headgate/core';
import type { Door } from '../egress/door.ts';
import { DEFAULT_ENVIRONMENT } from '../store/environment.ts';
import { memoryName } from '../store/memory-name.ts';
import type { Store } from '../store/ports.ts';
import type { TriggerMemory } from '../store/run-write.ts';
import type { Act, Effect } from './broker.ts';
import type { Clock } from './clock.ts';
import type { Credentials } from './credentials.ts';
import { FileRefused } from './fetched.ts';
import type { Flows, Target } from './flows.ts';
import type { JsonTurns } from './json.ts';
import type { Later } from './later.ts';
import { type From, send } from './net.ts';
import { hasOwner } from './owner.ts';
import { type PollRow, Polls } from './polls.ts';
import type { Runs } from './runs.ts';
import { checkInput } from './starter.ts';
import type { Timers } from './timers.ts';

type Deps = {
  readonly store: Store;
  readonly journal: Store['journal'];
  readonly door: Door;
  readonly credentials: Credentials;
  readonly turns: JsonTurns;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly later: Later;
  readonly flows: Flows;
  readonly runs: Runs;
  readonly open: (workspace: string, run: string, from: number, sealed: Uint8Array) => string;
  readonly log: (level: 'warn' | 'error', text: string, data: Record<string, unknown>) => void;
};

const EVERY = 60_000;
/** Items of one time of asking; what lies beyond is asked for the next time. */
const MOST = 500;
/** Runs begun before the disk is waited for. */
const AT_ONCE = 20;
/** Left alone after a refusal that says no time. */
const PAUSE = 60_000;

/** The triggers of all flows that ask services, asked in their time. */
export const openPolls = (deps: Deps): Polls =>
  new Polls({
    ...deps,
    every: (row) => everyOf(row.with),
    ask: (row) =>
      askOnce(deps, row).catch((error: unknown) => {
        // Found again the next time: what was not started is not remembered.
        deps.log('error', 'a service could not be asked', {
          flow: row.flow,
          trigger: row.trigger,
          error: String(error),
        });
        return PAUSE;
      }),
  });

const everyOf = (settings: unknown): number => {
  const every = isObject(settings) ? settings['every'] : undefined;
  return (typeof every === 'string' ? milliseconds(every) : undefined) ?? EVERY;
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const askOnce = async (deps: Deps, row: PollRow): Promise<number> => {
  const { flows, store } = deps;
  const warn: Warn = (what, data) => deps.log('warn', what, data);
  const about = { flow: row.flow, trigger: row.trigger };
  const target = await flows.live(row.workspace, row.flow, row.environment);
  if (!target.ok) return told(warn, 'a trigger cannot start its flow', { ...about, code: target.problem.code });
  if (!(await hasOwner(store, row.workspace, target.value.row)))
    return told(warn, 'a trigger has nobody behind it any more', about);
  const settings = isObject(row.with) ? row.with : {};
  const { services } = await flows.catalogIn(row.workspace);
  const poll = pollOf(services, text(settings['service']), text(settings['trigger']));
  if (poll === undefined) return told(warn, 'a trigger names a service that is not there', about);
  const { service, operation, trigger } = poll;
  const kept = await memoryOf(deps, row);
  const memory = kept ?? NO_MEMORY;
  const given = isObject(settings['input']) ? settings['input'] : {};
  const field = trigger.cursor?.field;
  const input = {
    ...given,
    ...trigger.fixed,
    ...(field === undefined || memory.cursor === null ? {} : { [field]: memory.cursor }),
  };
  const used = await useService(
    {
      service,
      operation,
      input,
      secret: typeof settings['secret'] === 'string' ? settings['secret'] : undefined,
      most: operation.paging === undefined ? undefined : MOST,
      key: '',
      enough: (items) => reachesKnown(trigger, items, memory),
    },
    { request: (request) => send(deps, fromTrigger(deps, row), request) },
  );
  if (!used.ok) {
    told(warn, 'a service could not be asked', { ...about, service: service.name, code: used.problem.code });
    return used.problem.retry === 'after' ? (used.problem.retryAfter ?? PAUSE) : 0;
  }
  const list = listFor(trigger, operation, used.value);
  if (list === null) return told(warn, 'a service answers with no list', { ...about, service: service.name });
  // What was there before the trigger is not new, unless it is asked for.
  const begins = kept === null && settings['from'] !== 'all';
  const all = begins || (await startAll(deps, row, target.value, { memory, poll, list }));
  if (!all) return 0;
  const after = afterList(trigger, list, begins ? memory : ((await memoryOf(deps, row)) ?? memory));
  if (kept === null || JSON.stringify(after) !== JSON.stringify(kept))
    await store.engine.saveMemory(written(row, after));
  return 0;
};

type Found = {
  readonly memory: Memory;
  readonly poll: NonNullable<ReturnType<typeof pollOf>>;
  readonly list: readonly unknown[];
};

/** Starts a run for each new item, the oldest first. False: not all could begin now. */
const startAll = async (
  { store, runs, journal, log }: Deps,
  row: PollRow,
  target: Target,
  { memory, poll, list }: Found,
): Promise<boolean> => {
  let known = memory;
  let begun = 0;
  for (const { mark, value } of freshOf(poll.trigger, list, memory)) {
    const next = withSeen(known, mark);
    const where = row.environment === DEFAULT_ENVIRONMENT ? '' : `@${row.environment}`;
    const key = `service:${row.trigger}${where}:${mark}`;
    const there = (await store.in(row.workspace).runs.byIdempotencyKey(row.flow, key, 0)) ?? runs.byKey(row.flow, key);
    const checked = checkInput(target, value);
    if (there === null && !checked.ok)
      log('warn', 'what a service told of is not what its flow takes', {
        flow: row.flow,
        trigger: row.trigger,
        code: checked.problem.code,
      });
    else if (there === null && checked.ok) {
      const made = runs.create({
        target,
        input: checked.value,
        trigger: {
          id: row.trigger,
          kind: 'service.trigger@1',
          data: { service: poll.service.name, trigger: poll.trigger.id },
        },
        principal: `trigger:${row.trigger}`,
        priority: target.compiled.flow.settings?.priority ?? 0,
        idempotencyKey: key,
        depth: 0,
        memory: written(row, next),
      });
      if ('problem' in made) {
        log('warn', 'a run could not begin', { flow: row.flow, trigger: row.trigger, code: made.problem.code });
        return false;
      }
      begun += 1;
      if (begun % AT_ONCE === 0) await journal.barrier(made.live.group);
    }
    known = next;
  }
  return true;
};

const memoryOf = async (
  { store, open }: Deps,
  { workspace, flow, trigger, environment }: PollRow,
): Promise<Memory | null> => {
  const sealed = await store.engine.memory(flow, trigger, environment);
  return sealed === null
    ? null
    : readMemory(JSON.parse(open(workspace, memoryName(flow, trigger, environment), 1, sealed)));
};

const written = ({ workspace, flow, trigger, environment }: PollRow, memory: Memory): TriggerMemory => ({
  workspace,
  flow,
  trigger,
  environment,
  text: JSON.stringify(memory),
});

type Warn = (text: string, data: Record<string, unknown>) => void;

const told = (warn: Warn, what: string, data: Record<string, unknown>): number => {
  warn(what, data);
  return PAUSE;
};

const NEVER = new AbortController().signal;

/** A call of the trigger: judged by what it was lent, now, and on record before anything leaves (PL2). */
const fromTrigger = ({ flows, journal, clock }: Deps, row: PollRow): From => {
  const { workspace, project, flow, environment, trigger } = row;
  const principal = `trigger:${trigger}`;
  const effect = async <T>(needs: readonly Power[], act: Act<T>): Promise<Effect<T>> => {
    const lent = await flows.lent(workspace, flow);
    const place = { workspace, project, flow, environment };
    const judge = (request: Power): { readonly denied: Problem | null; readonly group: number } => {
      const answer = lent.judge(
        { place, step: trigger, narrow: undefined, request, reached: undefined, caller: null },
        clock.now(),
      );
      const group = journal.audit([
        {
          at: clock.now(),
          workspace,
          actor: principal,
          action: `power.${request.power}`,
          object: printPower(withoutPath(request)),
          decision: answer.ok ? 'allow' : 'deny',
          reason: answer.ok ? null : answer.problem.code,
          run: null,
          step: trigger,
        },
      ]);
      return { denied: answer.ok ? null : answer.problem, group };
    };
    for (const need of needs) {
      const { denied, group } = judge(need);
      await journal.barrier(group);
      if (denied !== null) return { ok: false, problem: denied, sent: 'no' };
    }
    return { ok: true, value: await act((request) => judge(request).denied, NEVER) };
  };
  return {
    of: { workspace, project, flow, environment, principal, run: '', step: trigger, name: '' },
    effect,
    hops: null,
    sink: () => {
      throw new FileRefused(problem('service.answer', 'The answer is larger than a list of items may be'));
    },
    signal: NEVER,
  };
};
