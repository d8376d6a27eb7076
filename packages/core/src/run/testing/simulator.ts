/**
 * A pretend engine for the tests of this folder: it answers commands with events, in an order that the test chooses,
 * and can die after any event. What a step instance gives depends on the instance alone, never on the order.
 *
 * Unlike the real engine it may carry out commands late and in any order, so that more interleavings are seen than
 * one loop on one thread can make. It checks while it works, and throws when a promise of fold or plan is broken:
 *
 * V1 No instance is started twice with one attempt, unless the process died between; none after its result.
 * V2 A block never has more items under way than its concurrency.
 * V3 Nothing is started after the run's end or once its failure was handed out.
 * V4 Nothing begins at a breakpoint before somebody let it go on.
 */

import { problem } from '../../problem.ts';
import { apply, foldAll } from '../fold.ts';
import { heldSteps } from '../holding.ts';
import type { Event, EventData, EventType, Held } from '../journal.ts';
import { plan, unsettled } from '../plan.ts';
import type { Shape, ShapeStep } from '../shape.ts';
import { ACTIVE, type Command, DONE, type ItemResult, lastValue, newState, type Scope, type State } from '../state.ts';

/** What a step instance does. A block uses `count`, `turns` and `overFails`; the other steps the rest. */
export type Behaviour = {
  readonly pure: boolean;
  /** Attempts that end in a problem, and extra tries its retry gives. */
  readonly fails: number;
  readonly retries: number;
  readonly waits: boolean;
  readonly port: string | null;
  /** May be run again after a crash; otherwise the run is put in doubt. */
  readonly repeatable: boolean;
  readonly count: number;
  readonly turns: number;
  /** The evaluation of `over`, and of the result of every item, gives a problem. */
  readonly overFails: boolean;
  readonly resultFails: boolean;
};

export type Script = (id: string, item: readonly number[]) => Behaviour;

type Flight = { readonly do: 'land'; readonly step: ShapeStep; readonly scope: Scope; readonly attempt: number };
type Task = Command | Flight;

export const keyOf = (id: string | undefined, item: readonly number[] | undefined): string =>
  `${id ?? ''}/${(item ?? []).join('.')}`;

const CREATED: EventData['run.created'] = {
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

export class Simulator {
  readonly state: State;
  readonly journal: Event[];
  /** Instances with the attempt they were started with, in order. */
  readonly starts: string[] = [];
  readonly #script: Script;
  readonly #tasks: Task[] = [];
  readonly #settled = new Set<string>();
  readonly #started = new Set<string>();
  readonly #let = new Set<string>();
  readonly #sources: number[][];

  /** With a journal: what a process finds that starts after a crash. */
  constructor(shape: Shape, script: Script, journal: readonly Event[] = []) {
    this.#script = script;
    this.journal = [...journal];
    this.state = foldAll(newState(shape), journal);
    this.#sources = shape.steps.map(() => []);
    for (const step of shape.steps) {
      const siblings = step.parent < 0 ? shape.roots : (shape.steps[step.parent]?.block?.children ?? []);
      for (const wire of step.out) this.#sources[siblings[wire.to] ?? 0]?.push(step.pos);
    }
    for (const event of journal) this.#note(event);
    this.#recover();
  }

  /** Events put before planning: pins, reused results. Then the run leaves the queue. */
  begin(created: Partial<EventData['run.created']> = {}, before: readonly Put[] = []): this {
    this.record('run.created', { ...CREATED, ...created });
    for (const put of before) this.record(put.type, put.data, put.step, put.item);
    this.record('run.started', {});
    return this;
  }

  get over(): boolean {
    return this.state.phase === 'done' || this.state.phase === 'failed' || this.state.phase === 'cancelled';
  }

  /** Does one of the things to do, chosen by a natural number; false when there is none. */
  turn(choice: number): boolean {
    for (const command of plan(this.state)) this.#tasks.push(command);
    if (this.over || this.#tasks.length === 0) return false;
    const [task] = this.#tasks.splice(choice % this.#tasks.length, 1);
    if (task !== undefined) this.#carryOut(task);
    this.#checkBounds();
    return true;
  }

  /** Lets one of the held steps go on, chosen by a natural number; false when none is held. */
  goOn(choice: number): boolean {
    const held = heldSteps(this.state);
    const one = held[choice % Math.max(1, held.length)];
    if (one === undefined) return false;
    const mode = choice % 3 === 0 ? 'step' : 'continue';
    this.record('step.continued', { mode, by: 'u1' }, one.step.id, one.scope.item);
    return true;
  }

  /** Goes on to the end; after the choices the oldest task comes first. Doubts are answered with `repeat`. */
  run(choices: readonly number[] = []): this {
    for (let i = 0; ; i += 1) {
      const choice = choices[i] ?? 0;
      if (choice % 4 === 3 && this.goOn(choice)) continue;
      if (this.turn(choice) || (this.state.phase === 'running' && this.goOn(choice))) continue;
      if (this.state.phase !== 'in_doubt') break;
      this.record('run.resolved', { choice: 'repeat', by: 'u1' });
    }
    if (!this.over) throw new Error(`the run stands still in phase ${this.state.phase}`);
    return this;
  }

  record<T extends EventType>(type: T, data: EventData[T], step?: string, item?: readonly number[]): void {
    const seq = this.state.seq + 1;
    const place = step === undefined ? {} : item === undefined || item.length === 0 ? { step } : { step, item };
    const event = { seq, at: 1_700_000_000_000 + seq, type, ...place, data } as Event;
    apply(this.state, event);
    this.journal.push(event);
    this.#note(event);
  }

  #note(event: Event): void {
    const over = event.type === 'step.done' || (event.type === 'step.problem' && event.data.retryAt === undefined);
    if (over) this.#settled.add(keyOf(event.step, event.item));
    if (event.type === 'step.continued') this.#let.add(keyOf(event.step, event.item));
  }

  #recover(): void {
    if (this.over) return;
    for (const { scope, step, doubted } of unsettled(this.state)) {
      if (doubted) continue;
      const attempt = scope.attempts[step.pos] ?? 1;
      if (this.#behaviour(step, scope).repeatable) this.#fly(step, scope, attempt);
      else {
        const doubt = problem('run.doubted', 'Nobody knows whether it happened');
        this.record('run.doubted', { problem: doubt }, step.id, scope.item);
      }
    }
  }

  #behaviour(step: ShapeStep, scope: Scope): Behaviour {
    return this.#script(step.id, scope.item);
  }

  #carryOut(task: Task): void {
    switch (task.do) {
      case 'start':
        return this.#start(task.step, task.scope, task.attempt);
      case 'hold':
        if (task.scope.dropped) return;
        return this.record('step.held', { input: { value: null } }, task.step.id, task.scope.item);
      case 'land':
        if (task.scope.dropped || task.scope.status[task.step.pos] !== ACTIVE) return;
        return this.#land(task.step, task.scope, task.attempt);
      case 'wait': {
        const { step, scope } = task;
        if (scope.dropped || scope.asked[step.pos] !== task) return;
        if (!task.retry) return this.#done(step, scope);
        const attempt = task.attempt + 1;
        return this.#behaviour(step, scope).pure ? this.#land(step, scope, attempt) : this.#fly(step, scope, attempt);
      }
      case 'item': {
        const { block, scope, index } = task;
        if (scope.dropped) return;
        const item = [...block.scope.item, index];
        const { turns, resultFails } = this.#behaviour(block.step, block.scope);
        const data: EventData['block.item'] = resultFails
          ? { problem: problem('expr.type', 'no') }
          : block.step.block?.kind === 'repeat'
            ? { out: lastValue(scope), more: index + 1 < turns }
            : { out: lastValue(scope) };
        return this.record('block.item', data, block.step.id, item);
      }
      case 'close': {
        const { block } = task;
        if (block.scope.dropped || block.scope.blocks.get(block.step.pos) !== block) return;
        const results = block.step.block?.kind === 'repeat' ? block.results[0] : block.results.map(named);
        return this.record('step.done', { out: { value: results ?? null } }, block.step.id, block.scope.item);
      }
      case 'drop':
        for (let i = this.#tasks.length - 1; i >= 0; i -= 1) {
          const other = this.#tasks[i];
          if (other?.do === 'land' && other.scope.dropped) this.#tasks.splice(i, 1);
        }
        return;
      case 'finish':
        return this.record('run.done', { output: lastValue(this.state.root) });
      case 'fail':
        return this.record('run.failed', { problem: task.problem });
      case 'cancel':
        return this.record('run.cancelled', { by: task.by });
    }
  }

  #start(step: ShapeStep, scope: Scope, attempt: number): void {
    if (scope.dropped) return;
    const what = keyOf(step.id, scope.item);
    if (this.#settled.has(what)) throw new Error(`V1: ${what} was started after its result`);
    if (this.#started.has(`${what}#${attempt}`)) throw new Error(`V1: ${what} was started twice`);
    if (this.over) throw new Error(`V3: ${what} was started in a run that is over`);
    const breaks = this.state.holding?.at.has(step.id) === true && scope.owner?.step.block?.short !== true;
    if (breaks && attempt === 1 && !this.#let.has(what)) throw new Error(`V4: ${what} began at its breakpoint`);
    this.#started.add(`${what}#${attempt}`);
    this.starts.push(`${what}#${attempt}`);
    const { pure, count, overFails } = this.#behaviour(step, scope);
    if (step.block !== null) {
      if (overFails) {
        const why = problem('each.not_list', 'no list');
        return this.record('step.problem', { problem: why, attempt: 1 }, step.id, scope.item);
      }
      const repeat = step.block.kind === 'repeat';
      const opened = repeat ? { count: step.block.max } : { count, over: { value: count } };
      return this.record('block.opened', opened, step.id, scope.item);
    }
    if (pure) this.#land(step, scope, attempt);
    else this.#fly(step, scope, attempt);
  }

  #fly(step: ShapeStep, scope: Scope, attempt: number): void {
    const what = keyOf(step.id, scope.item);
    if (this.#settled.has(what)) throw new Error(`V1: ${what} was started after its result`);
    const { repeatable } = this.#behaviour(step, scope);
    this.record('step.started', { attempt, repeatable }, step.id, scope.item);
    this.#tasks.push({ do: 'land', step, scope, attempt });
  }

  #land(step: ShapeStep, scope: Scope, attempt: number): void {
    const { fails, retries, waits } = this.#behaviour(step, scope);
    if (attempt <= fails) {
      const again = attempt <= retries;
      const data = { problem: problem('test.failed', 'it failed'), attempt };
      return this.record('step.problem', again ? { ...data, retryAt: 1 } : data, step.id, scope.item);
    }
    if (waits) return this.record('step.waiting', { until: 1 }, step.id, scope.item);
    this.#done(step, scope);
  }

  #done(step: ShapeStep, scope: Scope): void {
    const { port } = this.#behaviour(step, scope);
    const out = this.#value(step, scope);
    this.record('step.done', port === null ? { out } : { out, port }, step.id, scope.item);
  }

  /** Tells which results this step saw. A `first` join does not wait for all, so what it sees is a matter of order. */
  #value(step: ShapeStep, scope: Scope): Held {
    const seen: unknown[] = [];
    if (step.join !== 'first') {
      for (const pos of this.#sources[step.index] ?? []) {
        seen.push(scope.status[pos] === DONE ? scope.values[pos] : 'skipped');
      }
    }
    return { value: [step.id, scope.item.join('.'), fingerprint(JSON.stringify(seen))] };
  }

  #checkBounds(): void {
    for (const scope of scopesOf(this.state)) {
      for (const block of scope.blocks.values()) {
        const bound = block.step.block?.concurrency ?? 0;
        if (block.items.size > bound) throw new Error(`V2: ${block.step.id} has ${block.items.size} items under way`);
      }
    }
  }
}

/** Of two items that fail, the one that failed first is named: a matter of order, so it is left out. */
const named = (result: ItemResult): unknown => ('problem' in result ? 'a problem' : result);

/** An event still without place in the journal. */
export type Put = {
  [K in EventType]: {
    readonly type: K;
    readonly step?: string;
    readonly item?: readonly number[];
    readonly data: EventData[K];
  };
}[EventType];

/** Every scope that is alive, outermost first. */
export const scopesOf = (state: State): Scope[] => {
  const found: Scope[] = [state.root];
  for (let i = 0; i < found.length; i += 1) {
    for (const block of found[i]?.blocks.values() ?? []) found.push(...block.items.values());
  }
  return found;
};

/** What must not depend on the order of results: of a failed run only that it failed. */
export const outcomeOf = (state: State): unknown => {
  if (state.phase === 'failed') return { phase: 'failed' };
  const { root, phase, output } = state;
  const values = root.values.map((held) => held ?? null);
  return {
    phase,
    output,
    values,
    status: [...root.status],
    problems: [...root.problems.keys()].toSorted((a, b) => a - b),
  };
};

/** FNV-1a: a short stand-in for a long text. */
export const fingerprint = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
};
