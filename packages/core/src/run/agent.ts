/**
 * What an agent did so far, as the fold keeps it: its moves, one after the other, each of which is one step inside it. What
 * comes next is told by events (engine/agent), never found out here.
 *
 * AG1 One move is under way at a time. It opens one step of the agent and passes the others by.
 * AG2 A move that ended is never begun again: what it came to is in the event of its end.
 */

import type { Usage } from '../flow/budget.ts';
import type { AgentMove, EventData, Held } from './journal.ts';
import type { ShapeStep } from './shape.ts';
import { mark } from './instance.ts';
import { type BlockRun, type Scope, SKIPPED, type State, stepAt } from './state.ts';

export type Moves = {
  /** In their order; `out` null: it is under way. */
  readonly list: { readonly at: string; readonly given: Held; readonly waits: boolean; out: Held | null }[];
  /** What comes when the one under way has ended; null: nothing does. */
  next: AgentMove | null;
  /** Milliseconds of moves that ended, those apart that waited for people; and when the one under way began. */
  worked: number;
  began: number;
  /** What all of them used, those of agents inside it included. */
  used: { tokens: number; money: number };
};

const newMoves = (next: AgentMove | undefined, at: number): Moves => ({
  ...{ list: [], next: next ?? null, worked: 0, began: at },
  used: { tokens: 0, money: 0 },
});

export const newBlock = (
  scope: Scope,
  step: ShapeStep,
  { count, over, next }: EventData['block.opened'],
  at: number,
): BlockRun => ({
  ...{ step, scope, count, over: over ?? null },
  ...{ items: new Map(), results: [], next: 0, ended: 0, closed: false, opening: false },
  moves: step.block?.kind === 'agent' ? newMoves(next, at) : null,
});

/** Is this what asks the model of the agent? */
export const isMind = (block: BlockRun, step: ShapeStep): boolean => block.moves !== null && step.pos === 0;

/** The step that the next move opens, the others passed by; null: there is none such. */
export const begunBy = (state: State, moves: Moves, scope: Scope): ShapeStep | null => {
  const { next } = moves;
  moves.next = null;
  if (next !== null) moves.list.push({ at: next.at, given: next.given, waits: next.waits === true, out: null });
  const steps = scope.steps.map((index) => stepAt(state.shape, index));
  const chosen = steps.find(({ id }) => id === next?.at) ?? null;
  for (const step of steps) if (step !== chosen) mark(state, scope, step, SKIPPED, null, { value: null });
  return chosen;
};

export const moveEnded = (moves: Moves, index: number, at: number, data: EventData['block.item']): void => {
  const move = moves.list[index];
  if (move === undefined || !('out' in data)) return;
  move.out = data.out;
  if (!move.waits) moves.worked += Math.max(0, at - moves.began);
  moves.began = at;
  moves.next = 'next' in data ? (data.next ?? null) : null;
};

/** What a step inside used counts for every agent around it. */
export const spent = (scope: Scope, usage: Usage | undefined): void => {
  if (usage === undefined) return;
  for (let block = scope.owner; block !== null; block = block.scope.owner) {
    if (block.moves === null) continue;
    block.moves.used.tokens += usage.tokens ?? 0;
    block.moves.used.money += usage.money ?? 0;
  }
};
