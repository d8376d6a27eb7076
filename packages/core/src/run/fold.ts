/**
 * The fold: one event into the state. Total: an event that speaks of nothing known, of a step already settled or of a
 * run already over changes nothing but `seq`.
 *
 * P1 A settled step never becomes ready again (a finished step never runs twice).
 * P2 Folding adds commands; it takes none away. plan.ts hands out those that still hold.
 * P3 No recursion along wires or items: a chain of 10,000 skipped steps, or 100,000 items that end at once, is a loop.
 */

import { PROBLEM_PORT } from '../flow/model.ts';
import { at, type Problem } from '../problem.ts';
import type { Event, Held } from './journal.ts';
import { growAsk, newAsk } from './asks.ts';
import { keepTime, letGo, newHolding } from './holding.ts';
import { begunBy, isMind, type Moves, moveEnded, newBlock, spent } from './agent.ts';
import { ask, dropScope, forget, mark, move, start } from './instance.ts';
import { prune } from './plan.ts';
import { carries, MAX_ITEMS, type ShapeStep } from './shape.ts';
import {
  ACTIVE,
  type BlockRun,
  CROWDED,
  DONE,
  DOUBTED,
  FAILED,
  find,
  HELD,
  lastValue,
  OPEN,
  PENDING,
  READY,
  RETRYING,
  SKIPPED,
  type Scope,
  type State,
  scopeOf,
  stepAt,
  WAITING,
} from './state.ts';

const NOTHING: Held = { value: null };

/**
 * Folds one event into the state. When commands pile up (a journal read back, where nobody plans), those that no longer
 * hold are let go, so that a run of 100,000 items does not keep the scopes of all of them.
 */
export const apply = (state: State, event: Event): void => {
  state.seq = event.seq;
  fold(state, event);
  if (state.holding !== null) keepTime(state.holding, event);
  if (state.commands.length < state.crowded) return;
  for (const command of prune(state.commands.splice(0))) state.commands.push(command);
  state.crowded = Math.max(CROWDED, 2 * state.commands.length);
};

const fold = (state: State, event: Event): void => {
  if (state.phase === 'done' || state.phase === 'failed' || state.phase === 'cancelled') return;
  switch (event.type) {
    case 'run.created':
      if (state.phase !== 'new') return;
      state.created = event.data;
      state.only = event.data.only === undefined ? null : new Set(event.data.only);
      state.holding = newHolding(event.data.breakpoints);
      state.phase = 'queued';
      return;
    case 'run.started':
      if (state.phase !== 'queued') return;
      state.phase = 'running';
      state.now = event.at;
      spread(state, state.root, settledBefore(state));
      return openScope(state, state.root);
    case 'run.cancel':
      state.commands.push({ do: 'cancel', by: event.data.by });
      return;
    case 'run.responded':
      state.response = event.data;
      return;
    case 'run.log':
    case 'step.said':
    case 'run.recovered':
    case 'run.paused':
      return;
    case 'run.done':
      state.phase = 'done';
      state.output = event.data.output;
      return end(state);
    case 'run.failed':
      state.phase = 'failed';
      state.problem = event.data.problem;
      return end(state);
    case 'run.cancelled':
      state.phase = 'cancelled';
      state.problem = event.data.problem ?? null;
      return end(state);
    case 'run.resolved':
      return resolve(state, event.data.choice);
    default:
      return applyToStep(state, event);
  }
};

/** Folds a whole journal into a state. */
export const foldAll = (state: State, events: Iterable<Event>): State => {
  for (const event of events) apply(state, event);
  return state;
};

const applyToStep = (state: State, event: Event): void => {
  const found = find(state, event.step, event.type === 'block.item' ? event.item?.slice(0, -1) : event.item);
  if (found === null) return;
  const { scope, step } = found;
  const status = scope.status[step.pos];
  if (status === undefined || status >= DONE) return;
  if (event.type === 'step.done' || event.type === 'step.problem') spent(scope, event.data.usage);
  switch (event.type) {
    case 'step.started':
      if (status === OPEN) return;
      move(state, scope, step, ACTIVE);
      scope.attempts[step.pos] = event.data.attempt;
      return;
    case 'step.done':
      settle(state, scope, step, DONE, event.data.port ?? null, event.data.out);
      return;
    case 'step.problem':
      scope.attempts[step.pos] = event.data.attempt;
      if (event.data.retryAt === undefined) return fail(state, scope, step, event.data.problem);
      forget(state, scope, step);
      move(state, scope, step, RETRYING);
      return ask(state, {
        do: 'wait',
        step,
        scope,
        until: event.data.retryAt,
        token: null,
        child: null,
        deadline: null,
        ask: null,
        retry: true,
        attempt: event.data.attempt,
      });
    case 'step.waiting': {
      if (status === OPEN) return;
      move(state, scope, step, WAITING);
      const { until = null, token = null, child = null, deadline = null } = event.data;
      return ask(state, {
        do: 'wait',
        step,
        scope,
        until,
        token,
        child,
        deadline,
        ask: event.data.ask === undefined ? null : newAsk(event.data.ask, event.at),
        retry: false,
        attempt: scope.attempts[step.pos] ?? 0,
      });
    }
    case 'step.asked':
    case 'step.answered': {
      const wait = scope.asked[step.pos] ?? null;
      if (status === WAITING && wait?.do === 'wait' && wait.ask !== null) growAsk(wait.ask, event);
      return;
    }
    case 'step.held':
      if (state.holding === null || status !== READY) return;
      scope.asked[step.pos] = null;
      return move(state, scope, step, HELD);
    case 'step.continued':
      if (state.holding === null || status !== HELD) return;
      letGo(state.holding, scope, step, event.data);
      move(state, scope, step, READY);
      return ask(state, { do: 'start', step, scope, attempt: 1 });
    case 'block.opened':
      if (step.block === null || status === OPEN || !isCount(event.data.count)) return;
      return openBlock(state, scope, step, event);
    case 'block.item': {
      const block = scope.blocks.get(step.pos);
      const index = event.item?.[event.item.length - 1] ?? -1;
      if (block === undefined || !isAwaited(block, index)) return;
      const data = event.data;
      if ('problem' in data) return itemFailed(state, block, index, at({ item: event.item ?? [] }, data.problem));
      if (block.moves !== null) moveEnded(block.moves, index, event.at, data);
      return itemEnded(state, block, index, data.out, 'more' in data ? data.more : true);
    }
    case 'run.doubted':
      if (status === OPEN || (state.phase !== 'running' && state.phase !== 'in_doubt')) return;
      move(state, scope, step, DOUBTED);
      state.doubts.push({ scope, step, problem: event.data.problem });
      state.phase = 'in_doubt';
      return;
    default:
      return;
  }
};

const settledBefore = (state: State): Settled[] =>
  state.root.steps
    .map((index) => stepAt(state.shape, index))
    .filter((step) => state.root.status[step.pos] === DONE)
    .map((step) => ({ step, done: true, port: state.ports.get(step.pos) ?? null }));

/** The one step of an agent that its move is about; the others are passed by. */
const openMove = (state: State, moves: Moves, scope: Scope): void => {
  const step = begunBy(state, moves, scope);
  if (step === null) scopeEnded(state, scope);
  else makeReady(state, scope, step);
};

const openScope = (state: State, scope: Scope): void => {
  if (scope.open === 0) return scopeEnded(state, scope);
  for (const index of scope.steps) {
    const step = stepAt(state.shape, index);
    if (step.entries === 0 && scope.status[step.pos] === PENDING) makeReady(state, scope, step);
  }
};

const makeReady = (state: State, scope: Scope, step: ShapeStep): void => {
  if (!isWanted(state, step)) return settle(state, scope, step, SKIPPED, null, NOTHING);
  if (step.disabled) return settle(state, scope, step, DONE, null, NOTHING);
  start(state, scope, step, 1);
};

/** `only` names steps of the flow's own level; what is in a block goes with its block. */
const isWanted = (state: State, step: ShapeStep): boolean =>
  state.only === null || step.depth > 0 || state.only.has(step.id);

/**
 * A step and all that follows from it at once. What is put before the start (pins, reused results) has no consequences
 * until the run starts, so that its order does not matter.
 */
const settle = (
  state: State,
  scope: Scope,
  step: ShapeStep,
  status: number,
  port: string | null,
  value: Held,
): void => {
  mark(state, scope, step, status, port, value);
  if (scope === state.root && (state.phase === 'new' || state.phase === 'queued')) return;
  spread(state, scope, [{ step, done: status === DONE, port }]);
  if (scope.open === 0) scopeEnded(state, scope);
};

type Settled = { readonly step: ShapeStep; readonly done: boolean; readonly port: string | null };

/** Carries what was settled along the wires: skips and disabled steps are settled in the same loop. */
const spread = (state: State, scope: Scope, from: Settled[]): void => {
  for (let next = from.pop(); next !== undefined; next = from.pop()) {
    for (const wire of next.step.out) {
      const to = stepAt(state.shape, scope.steps[wire.to]);
      const left = (scope.left[to.pos] ?? 0) - 1;
      scope.left[to.pos] = left;
      if (next.done && carries(wire, next.port)) scope.carried[to.pos] = (scope.carried[to.pos] ?? 0) + 1;
      if (scope.status[to.pos] !== PENDING) continue;
      const carried = scope.carried[to.pos] ?? 0;
      const goes =
        to.join === 'first' ? carried > 0 : left === 0 && (to.join === 'any' ? carried > 0 : carried === to.entries);
      if (!goes && left > 0) continue;
      const done = goes && isWanted(state, to);
      if (done && !to.disabled) start(state, scope, to, 1);
      else {
        mark(state, scope, to, done ? DONE : SKIPPED, null, NOTHING);
        from.push({ step: to, done, port: null });
      }
    }
  }
};

const fail = (state: State, scope: Scope, step: ShapeStep, problem: Problem): void => {
  const placed = at(scope.item.length === 0 ? { step: step.id } : { step: step.id, item: scope.item }, problem);
  if (step.onProblem !== 'stop') {
    scope.problems.set(step.pos, placed);
    return settle(state, scope, step, DONE, step.onProblem === 'port' ? PROBLEM_PORT : null, NOTHING);
  }
  const block = scope.owner;
  if (block === null) {
    forget(state, scope, step);
    move(state, scope, step, FAILED);
    state.commands.push({ do: 'fail', problem: placed });
    return;
  }
  // A tool that fails is told to its agent.
  if (block.moves === null || isMind(block, step)) return itemFailed(state, block, indexOf(scope), placed);
  scope.problems.set(step.pos, placed);
  forget(state, scope, step);
  move(state, scope, step, FAILED);
  state.commands.push({ do: 'item', block, scope, index: indexOf(scope) });
};

const indexOf = ({ item }: Scope): number => item[item.length - 1] ?? 0;

const itemFailed = (state: State, block: BlockRun, index: number, problem: Problem): void => {
  if (block.step.block?.onItem === 'collect') {
    const item = block.items.get(index);
    if (item !== undefined) dropScope(state, item);
    state.commands.push({ do: 'drop' });
    return itemSettled(state, block, index, { problem });
  }
  fail(state, block.scope, block.step, problem);
};

/** More items than an `each` may have would cost time and memory without bound (P4 of plan.ts: any event is survived). */
const isCount = (count: number): boolean => Number.isInteger(count) && count >= 0 && count <= MAX_ITEMS;

const openBlock = (state: State, scope: Scope, step: ShapeStep, { data, at: now }: Event<'block.opened'>): void => {
  const { count, deadline } = data;
  move(state, scope, step, OPEN);
  const block = newBlock(scope, step, data, now);
  scope.blocks.set(step.pos, block);
  if (deadline !== undefined)
    state.commands.push({ do: 'deadline', block, at: deadline, held: state.holding?.total ?? 0 });
  if (count === 0) state.commands.push({ do: 'close', block });
  else openItems(state, block);
};

/** An item under way, or one not opened yet whose result is known beforehand (reused from another run). */
const isAwaited = (block: BlockRun, index: number): boolean =>
  block.items.has(index) ||
  (block.step.block?.kind === 'each' && isCount(index) && index < block.count && block.results[index] === undefined);

const openItems = (state: State, block: BlockRun): void => {
  const shape = block.step.block;
  if (shape === null || block.opening) return;
  block.opening = true;
  while (!block.closed && block.next < block.count && block.items.size < shape.concurrency) {
    const index = block.next;
    block.next += 1;
    if (block.results[index] !== undefined) continue;
    const item = scopeOf(state.shape, shape.children, block, [...block.scope.item, index]);
    block.items.set(index, item);
    if (block.moves === null) openScope(state, item);
    else openMove(state, block.moves, item);
  }
  block.opening = false;
};

const scopeEnded = (state: State, scope: Scope): void => {
  const block = scope.owner;
  if (block === null) {
    if (state.phase === 'running' || state.phase === 'in_doubt') state.commands.push({ do: 'finish' });
    return;
  }
  const index = indexOf(scope);
  if (block.step.block?.judged === true) state.commands.push({ do: 'item', block, scope, index });
  else itemEnded(state, block, index, lastValue(scope), true);
};

const itemEnded = (state: State, block: BlockRun, index: number, out: Held, more: boolean): void => {
  const item = block.items.get(index);
  if (item !== undefined) dropScope(state, item);
  if (block.step.block?.kind !== 'each') {
    block.items.delete(index);
    block.results[0] = out;
    block.ended += 1;
    if (more && block.next < block.count) openItems(state, block);
    else close(state, block);
    return;
  }
  itemSettled(state, block, index, out);
};

const itemSettled = (state: State, block: BlockRun, index: number, result: BlockRun['results'][number]): void => {
  block.items.delete(index);
  block.results[index] = result;
  block.ended += 1;
  if (block.ended === block.count) close(state, block);
  else openItems(state, block);
};

const close = (state: State, block: BlockRun): void => {
  block.closed = true;
  state.commands.push({ do: 'close', block });
};

const resolve = (state: State, choice: 'repeat' | 'skip' | 'fail'): void => {
  if (state.phase !== 'in_doubt') return;
  state.phase = 'running';
  for (const { scope, step, problem } of state.doubts.splice(0)) {
    if (scope.dropped || scope.status[step.pos] !== DOUBTED) continue;
    if (choice === 'fail') fail(state, scope, step, problem);
    else if (choice === 'skip') settle(state, scope, step, DONE, null, NOTHING);
    else start(state, scope, step, (scope.attempts[step.pos] ?? 0) + 1);
  }
};

const end = (state: State): void => {
  state.commands.length = 0;
  state.active = 0;
  state.waiting = 0;
};
