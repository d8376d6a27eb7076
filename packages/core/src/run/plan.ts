/**
 * plan: what is to be done now, given the state of a run. It hands out every command once and drops those that no
 * longer hold, so it can be asked after any event, in any order, and after any crash.
 *
 * It evaluates nothing: an `if` has chosen its port, an `each` has counted its items, when the event reaches the fold.
 *
 * P4 Total: it answers for every state that any sequence of events can lead to.
 * P5 Nothing starts while a doubt stands, before the run has left the queue, or after its end; a cancel always passes.
 */

import type { ShapeStep } from './shape.ts';
import { ACTIVE, type Command, DOUBTED, READY, RETRYING, type Scope, type State, stepAt, WAITING } from './state.ts';

/** Takes the commands that hold now. Linear in the number of commands, not in the size of the flow or the journal. */
export const plan = (state: State): Command[] => {
  if (state.commands.length === 0) return [];
  const cancel = state.commands.find((c) => c.do === 'cancel');
  if (cancel !== undefined) {
    state.commands.length = 0;
    return [cancel];
  }
  if (state.phase !== 'running') return [];
  const commands = state.commands.splice(0).filter((command) => holds(command));
  const failing = commands.find((c) => c.do === 'fail');
  return failing === undefined ? commands : [failing];
};

const holds = (command: Command): boolean => {
  switch (command.do) {
    case 'start':
      return !command.scope.dropped && command.scope.status[command.step.pos] === READY;
    case 'wait':
      return (
        !command.scope.dropped &&
        command.scope.status[command.step.pos] === (command.retry ? RETRYING : WAITING) &&
        command.scope.attempts[command.step.pos] === command.attempt
      );
    case 'item':
      return !command.scope.dropped && !command.block.scope.dropped && command.block.items.get(command.index) === command.scope;
    case 'close':
      return !command.block.scope.dropped && command.block.scope.blocks.get(command.block.step.pos) === command.block;
    case 'drop':
    case 'finish':
    case 'fail':
    case 'cancel':
      return true;
  }
};

/** Step instances that had started and not ended when the journal breaks off: after a crash, the ones to judge. */
export const unsettled = (state: State): { scope: Scope; step: ShapeStep; doubted: boolean }[] => {
  const found: ReturnType<typeof unsettled> = [];
  const visit = (scope: Scope): void => {
    for (let pos = 0; pos < scope.status.length; pos += 1) {
      const status = scope.status[pos];
      const block = scope.blocks.get(pos);
      if (block !== undefined) for (const item of block.items.values()) visit(item);
      else if (status === ACTIVE || status === DOUBTED) found.push({ scope, step: stepAt(state.shape, scope.steps[pos]), doubted: status === DOUBTED });
    }
  };
  visit(state.root);
  return found;
};
