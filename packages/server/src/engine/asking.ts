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
  type Problem,
  problem,
  reachesKnown,
  readMemory,
  useService,
  withSeen,
} from '@headgate/core';
import type { Door } from '../egress/door.ts';
import { DEFAULT_ENVIRONMENT } from '../store/environment.ts';
import { memoryName } from '../store/memory-name.ts';
import type { Store } from '../store/ports.ts';
import type { TriggerMemory } from '../store/run-write.ts';
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
import { triggerEffect } from './trigger-effect.ts';
import type { TriggerHealth } from './trigger-health.ts';

type Deps = {
  readonly store: Store;
  readonly journal: Store['journal'];
  readonly door: Door;
  readonly credentials: Credentials;
  readonly turns: JsonTurns;
  readonly clock: Clock;
  readonly now: () => number;
  readonly timers: Timers;
  readonly later: Later;
  readonly flows: Flows;
  readonly runs: Runs;
  readonly open: (workspace: string, run: string, from: number, sealed: Uint8Array) => string;
  readonly log: (level: 'warn' | 'error', text: string, data: Record<string, unknown>) => void;
  readonly health: Pick<TriggerHealth, 'well' | 'ill'>;
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
    kind: 'service.trigger@1',
    what: 'asking a service',
    ask: async (row) =>
      Math.max(
        everyOf(row.with),
        await askOnce(deps, row).catch((error: unknown) => {
          // Found again the next time: what was not started is not remembered.
          deps.log('error', 'a service could not be asked', {
            flow: row.flow,
            trigger: row.trigger,
            error: String(error),
          });
          return PAUSE;
        }),
      ),
  });

const everyOf = (settings: unknown): number => {
  const every = isObject(settings) ? settings['every'] : undefined;
  return (typeof every === 'string' ? milliseconds(every) : undefined) ?? EVERY;
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const askOnce = async (deps: Deps, row: PollRow): Promise<number> => {
  const { flows, store, health } = deps;
  const ill = (why: Problem): number => {
    health.ill(row, why);
    return why.retry === 'after' ? (why.retryAfter ?? PAUSE) : PAUSE;
  };
  const target = await flows.live(row.workspace, row.flow, row.environment);
  if (!target.ok) return ill(target.problem);
  if (!(await hasOwner(store, row.workspace, target.value.row)))
    return ill(problem('trigger.owner', 'A trigger has nobody behind it any more'));
  const settings = isObject(row.with) ? row.with : {};
  const { services } = await flows.catalogIn(row.workspace);
  const poll = pollOf(services, text(settings['service']), text(settings['trigger']));
  if (poll === undefined)
    return ill(problem('service.unknown', 'The trigger names a service, or something of it, that is not there'));
  const { operation, trigger } = poll;
  const kept = await memoryOf(deps, row);
  const memory = kept ?? NO_MEMORY;
  const used = await asked(deps, row, poll, memory);
  if (!used.ok) {
    const pause = ill(used.problem);
    return used.problem.retry === 'after' ? pause : 0;
  }
  const list = listFor(trigger, operation, used.value);
  if (list === null) return ill(problem('service.answer', 'The service answers with no list'));
  health.well(row);
  // What was there before the trigger is not new, unless it is asked for.
  const begins = kept === null && settings['from'] !== 'all';
  const all = begins || (await startAll(deps, row, target.value, { memory, poll, list }));
  if (!all) return 0;
  const after = afterList(trigger, list, begins ? memory : ((await memoryOf(deps, row)) ?? memory));
  if (kept === null || JSON.stringify(after) !== JSON.stringify(kept))
    await store.engine.saveMemory(written(row, after));
  return 0;
};

/** What the service tells of, with how far one has come. */
const asked = (deps: Deps, row: PollRow, { service, operation, trigger }: Poll, memory: Memory) => {
  const settings = isObject(row.with) ? row.with : {};
  const given = isObject(settings['input']) ? settings['input'] : {};
  const field = trigger.cursor?.field;
  return useService(
    {
      service,
      operation,
      input: {
        ...given,
        ...trigger.fixed,
        ...(field === undefined || memory.cursor === null ? {} : { [field]: memory.cursor }),
      },
      secret: typeof settings['secret'] === 'string' ? settings['secret'] : undefined,
      most: operation.paging === undefined ? undefined : MOST,
      key: '',
      enough: (items) => reachesKnown(trigger, items, memory),
    },
    { request: (request) => send(deps, fromTrigger(deps, row), request) },
  );
};

type Poll = NonNullable<ReturnType<typeof pollOf>>;

type Found = {
  readonly memory: Memory;
  readonly poll: Poll;
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

/** What it remembers, opened; null: nothing yet. */
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

const NEVER = new AbortController().signal;

/** A call of the trigger: judged by what it was lent, now, and on record before anything leaves (PL2). */
const fromTrigger = (deps: Deps, row: PollRow): From => {
  const { workspace, project, flow, environment, trigger } = row;
  return {
    of: { workspace, project, flow, environment, principal: `trigger:${trigger}`, run: '', step: trigger, name: '' },
    effect: triggerEffect(deps, row),
    hops: null,
    sink: () => {
      throw new FileRefused(problem('service.answer', 'The answer is larger than a list of items may be'));
    },
    signal: NEVER,
  };
};
