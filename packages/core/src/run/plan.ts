/**
 * plan: what is to be done now, given the state of a run. It hands out every command once and drops those that no
 * longer hold, so it can be asked after any event, in any order, and after any crash.
 *
 * It evaluates nothing: an `if` has chosen its port, an `each` has counted its items, when the event reaches the fold.
 *
 * P4 Total: it answers for every state that any sequence of events can lead to.
 * P5 Nothing starts while a doubt stands, before the run has left the queue, after its end or once its failure was
 *    handed out; a cancel passes at any time before.
 */

import type { ShapeStep } from './shape.ts';
import {
  ACTIVE,
  type BlockRun,
  type Command,
  DOUBTED,
  READY,
  RETRYING,
  type Scope,
  type State,
  stepAt,
  WAITING,
} from './state.ts';

/** Takes the commands that hold now. Linear in the number of commands, not in the size of the flow or the journal. */
export const plan = (state: State): Command[] => {
  if (state.stopped) state.commands.length = 0;
  if (state.commands.length === 0) return [];
  const cancel = state.commands.find((c) => c.do === 'cancel');
  if (cancel === undefined && state.phase !== 'running') return [];
  const commands = prune(state.commands.splice(0));
  const last = cancel ?? commands.find((c) => c.do === 'fail');
  if (last === undefined) return commands;
  state.stopped = true;
  return [last];
};

/** The commands that still want doing; one `drop` says as much as many. */
export const prune = (commands: readonly Command[]): Command[] => {
  let dropping = false;
  return commands.filter((command) => {
    if (command.do !== 'drop') return holds(command);
    const first = !dropping;
    dropping = true;
    return first;
  });
};

/** Has it work to do now, or only something to wait for? */
export const isWorking = (state: State): boolean =>
  state.phase === 'running' &&
  (state.active > 0 || prune(state.commands).some(({ do: what }) => what !== 'wait' && what !== 'deadline'));

/** A newer command for the same instance, or a change of its status, takes an older one back. */
const holds = (command: Command): boolean => {
  switch (command.do) {
    case 'start':
      return isLast(command) && command.scope.status[command.step.pos] === READY;
    case 'hold':
      return isLast(command) && command.scope.status[command.step.pos] === READY;
    case 'wait':
      return isLast(command) && command.scope.status[command.step.pos] === (command.retry ? RETRYING : WAITING);
    case 'item':
      return (
        !command.scope.dropped &&
        !command.block.scope.dropped &&
        command.block.items.get(command.index) === command.scope
      );
    case 'close':
    case 'deadline':
      return isOpen(command.block);
    case 'drop':
    case 'finish':
    case 'fail':
    case 'cancel':
      return true;
  }
};

/** Is this still the block that its step stands for? */
export const isOpen = (block: BlockRun): boolean =>
  !block.scope.dropped && block.scope.blocks.get(block.step.pos) === block;

const isLast = (command: Extract<Command, { do: 'start' | 'hold' | 'wait' }>): boolean =>
  !command.scope.dropped && command.scope.asked[command.step.pos] === command;

/** Step instances that had started and not ended when the journal breaks off: after a crash, the ones to judge. */
export const unsettled = (state: State): { scope: Scope; step: ShapeStep; doubted: boolean }[] => {
  const found: ReturnType<typeof unsettled> = [];
  const visit = (scope: Scope): void => {
    for (let pos = 0; pos < scope.status.length; pos += 1) {
      const status = scope.status[pos];
      const block = scope.blocks.get(pos);
      if (block !== undefined) for (const item of block.items.values()) visit(item);
      else if (status === ACTIVE || status === DOUBTED)
        found.push({ scope, step: stepAt(state.shape, scope.steps[pos]), doubted: status === DOUBTED });
    }
  };
  visit(state.root);
  return found;
};
