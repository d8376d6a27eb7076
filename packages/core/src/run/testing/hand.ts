/**
 * A run driven by hand: a test puts events and reads what plan answers, as words. It checks nothing itself.
 */

import type { Flow, Step } from '../../flow/model.ts';
import { problem } from '../../problem.ts';
import { apply } from '../fold.ts';
import type { EventData, EventType, Event, Held } from '../journal.ts';
import { plan } from '../plan.ts';
import { shapeOf } from '../shape.ts';
import {
  ACTIVE,
  type Command,
  DONE,
  DOUBTED,
  FAILED,
  find,
  HELD,
  newState,
  OPEN,
  PENDING,
  READY,
  RETRYING,
  SKIPPED,
  type State,
  WAITING,
} from '../state.ts';
import { keyOf, type Put } from './simulator.ts';

/** Statuses in words. */
export const WORDS: ReadonlyMap<number, string> = new Map([
  [PENDING, 'pending'],
  [READY, 'ready'],
  [OPEN, 'open'],
  [ACTIVE, 'active'],
  [WAITING, 'waiting'],
  [RETRYING, 'retrying'],
  [DOUBTED, 'doubted'],
  [HELD, 'held'],
  [DONE, 'done'],
  [SKIPPED, 'skipped'],
  [FAILED, 'failed'],
]);

const CREATED = {
  flow: 'f1',
  version: 1,
  hash: 'h',
  plan: 1,
  trigger: { kind: 'api@1' },
  input: { value: null },
  environment: 'dev',
  principal: 'u1',
  depth: 0,
};

/** A step in few words: an id, what it comes after, and anything else. */
export const act = (id: string, after: readonly string[] = [], more: Partial<Step> = {}): Step => ({
  id,
  kind: 'act@1',
  ...(after.length === 0 ? {} : { after: [...after] }),
  ...more,
});

type BlockWith = { concurrency?: number; onItem?: 'stop' | 'collect'; result?: string };

export const each = (id: string, steps: readonly Step[], more: Partial<Step> & BlockWith = {}): Step => {
  const { concurrency, onItem, result, ...rest } = more;
  const inner = { over: '{{ input }}', steps, concurrency, onItem, result };
  return { id, kind: 'each@1', with: plain(inner), ...rest };
};

export const repeat = (id: string, max: number, steps: readonly Step[], more: Partial<Step> = {}): Step => ({
  id,
  kind: 'repeat@1',
  with: plain({ until: '{{ true }}', max, steps }),
  ...more,
});

/** As it would be read from a file: absent where undefined. */
const plain = (value: unknown): NonNullable<Step['with']> =>
  JSON.parse(JSON.stringify(value)) as NonNullable<Step['with']>;

export const flow = (...steps: Step[]): Flow => ({ headgate: 1, name: 'Made', steps });

export class Hand {
  readonly state: State;
  readonly journal: Event[] = [];

  constructor(...steps: Step[]) {
    this.state = newState(shapeOf(flow(...steps)));
  }

  /** Creates the run, puts what stands before planning, and lets it leave the queue. */
  begin(created: Partial<EventData['run.created']> = {}, ...before: Put[]): this {
    this.put('run.created', { ...CREATED, ...created });
    for (const put of before) this.put(put.type, put.data, put.step, put.item);
    return this.put('run.started', {});
  }

  put<T extends EventType>(type: T, data: EventData[T], step?: string, item?: readonly number[]): this {
    const seq = this.state.seq + 1;
    const place = { ...(step === undefined ? {} : { step }), ...(item === undefined ? {} : { item }) };
    const event = { seq, at: 1000 + seq, type, ...place, data } as Event;
    this.journal.push(event);
    apply(this.state, event);
    return this;
  }

  done(step: string, item?: readonly number[], more: { value?: unknown; port?: string } = {}): this {
    const out: Held = { value: more.value ?? `${keyOf(step, item)} value` };
    return this.put('step.done', more.port === undefined ? { out } : { out, port: more.port }, step, item);
  }

  /** Ends by a port, as `if` and `switch` do. */
  port(step: string, port: string): this {
    return this.done(step, undefined, { port });
  }

  fails(step: string, item?: readonly number[], retryAt?: number): this {
    const data = { problem: problem('test.failed', 'it failed'), attempt: 1 };
    return this.put('step.problem', retryAt === undefined ? data : { ...data, retryAt }, step, item);
  }

  started(step: string, item?: readonly number[], attempt = 1): this {
    return this.put('step.started', { attempt, repeatable: true }, step, item);
  }

  opened(step: string, count: number, item?: readonly number[]): this {
    return this.put('block.opened', { count, over: { value: [] } }, step, item);
  }

  /** What is to be done now, in words and sorted: `start a`, `start b/0`, `close b`, `finish`. */
  asks(): string[] {
    return plan(this.state).map(inWords).toSorted();
  }

  status(step: string, item?: readonly number[]): string {
    const found = find(this.state, step, item);
    return found === null ? 'none' : (WORDS.get(found.scope.status[found.step.pos] ?? -1) ?? 'unknown');
  }

  value(step: string): unknown {
    const found = find(this.state, step, undefined);
    const held = found?.scope.values[found.step.pos];
    return held !== undefined && 'value' in held ? held.value : held;
  }
}

/** A command in words. */
export const inWords = (command: Command): string => {
  const place = (id: string, item: readonly number[]): string => (item.length === 0 ? id : keyOf(id, item));
  switch (command.do) {
    case 'start':
      return `start ${place(command.step.id, command.scope.item)}${command.attempt === 1 ? '' : ` attempt ${command.attempt}`}`;
    case 'hold':
      return `hold ${place(command.step.id, command.scope.item)}`;
    case 'wait':
      return `${command.retry ? 'retry' : 'wait'} ${place(command.step.id, command.scope.item)}${command.until === null ? '' : ` at ${command.until}`}`;
    case 'item':
      return `item ${place(command.block.step.id, command.scope.item)}`;
    case 'close':
      return `close ${place(command.block.step.id, command.block.scope.item)}`;
    case 'deadline':
      return `deadline ${place(command.block.step.id, command.block.scope.item)} at ${command.at}`;
    case 'fail':
      return `fail ${place(command.problem.at?.step ?? '', command.problem.at?.item ?? [])}`;
    case 'drop':
    case 'finish':
    case 'cancel':
      return command.do;
  }
};
