/** What an `ask` need lends a step: to put a question before people. Whom, how long and what becomes of it is the outcome's. */

import type { Problem } from '../problem.ts';
import type { Whom } from '../run/asks.ts';

export type People = {
  /** May the step ask these people now? Null: it may; it is on record either way. */
  readonly mayAsk: (who: readonly Whom[]) => Promise<Problem | null>;
};
