/**
 * The life of one step instance: its changes of status, the commands it gives, and what becomes of the items of a block
 * that no longer wants them. It knows nothing of wires; what follows from a change is fold.ts.
 *
 * N1 The counts of the state (active, waiting, open) change here alone, with every change of a status.
 * N2 A block exists exactly while its step is OPEN.
 */

import type { Held } from './journal.ts';
import type { ShapeStep } from './shape.ts';
import { isHeldHere } from './holding.ts';
import {
  ACTIVE,
  type BlockRun,
  type Command,
  HELD,
  READY,
  RETRYING,
  type Scope,
  type State,
  WAITING,
} from './state.ts';

/** Keeps the counts of active and waiting steps with every change of a status. */
export const move = (state: State, scope: Scope, step: ShapeStep, to: number): void => {
  const from = scope.status[step.pos];
  if (from === ACTIVE) state.active -= 1;
  else if (from === WAITING || from === RETRYING || from === HELD) state.waiting -= 1;
  if (to === ACTIVE) state.active += 1;
  else if (to === WAITING || to === RETRYING || to === HELD) state.waiting += 1;
  if (state.holding !== null) state.holding.count += Number(to === HELD) - Number(from === HELD);
  scope.status[step.pos] = to;
};

export const start = (state: State, scope: Scope, step: ShapeStep, attempt: number): void => {
  move(state, scope, step, READY);
  const held = state.holding !== null && attempt === 1 && isHeldHere(state.holding, scope, step);
  ask(state, held ? { do: 'hold', step, scope } : { do: 'start', step, scope, attempt });
};

export const ask = (state: State, command: Extract<Command, { do: 'start' | 'hold' | 'wait' }>): void => {
  command.scope.asked[command.step.pos] = command;
  state.commands.push(command);
};

export const mark = (
  state: State,
  scope: Scope,
  step: ShapeStep,
  status: number,
  port: string | null,
  value: Held,
): void => {
  move(state, scope, step, status);
  scope.values[step.pos] = value;
  scope.asked[step.pos] = null;
  scope.open -= 1;
  if (scope === state.root && port !== null) state.ports.set(step.pos, port);
  forget(state, scope, step);
};

/** A block that settled while items were under way (a pin, a choice, a problem) drops them. */
export const forget = (state: State, scope: Scope, step: ShapeStep): void => {
  const block = scope.blocks.get(step.pos);
  if (block === undefined) return;
  scope.blocks.delete(step.pos);
  if (scope === state.root && step.block?.kind === 'each') {
    const whole = block.ended === block.count && !block.results.some((result) => 'problem' in result);
    if (whole) state.broken.delete(step.pos);
    else state.broken.set(step.pos, block);
  }
  dropItems(state, block);
};

const dropItems = (state: State, block: BlockRun): void => {
  if (block.items.size > 0) state.commands.push({ do: 'drop' });
  for (const item of block.items.values()) dropScope(state, item);
  block.items.clear();
  block.closed = true;
};

export const dropScope = (state: State, scope: Scope): void => {
  scope.dropped = true;
  for (const status of scope.status) {
    if (status === ACTIVE) state.active -= 1;
    else if (status === WAITING || status === RETRYING || status === HELD) state.waiting -= 1;
    if (status === HELD && state.holding !== null) state.holding.count -= 1;
  }
  for (const inner of scope.blocks.values()) dropItems(state, inner);
};
