/** Is what an agent is told when it begins from outside? Where that cannot be told, it is. */

import type { CompiledStep } from '../compiled.ts';
import type { Live } from '../live.ts';

/** What starts a run with words of people who may start it; whatever else brings words of anybody. */
const INSIDE: ReadonlySet<string> = new Set(['api@1', 'manual@1', 'schedule@1']);

const OUTSIDE: ReadonlySet<string> = new Set(['steps', 'problems', 'trigger', 'item']);

export const beginsOutside = (live: Live, { over }: CompiledStep): boolean => {
  const kind = live.state.created?.trigger.kind ?? '';
  return (over?.references ?? []).some(({ root }) => OUTSIDE.has(root) || (root === 'input' && !INSIDE.has(kind)));
};
