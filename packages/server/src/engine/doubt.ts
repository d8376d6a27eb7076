/**
 * What a crash left of a run: steps between an effect and its record, and runs that were working at one crash after the
 * other. Read off the journal; nothing else is kept.
 */

import { type Event, type Problem, problem } from '@headgate/core';

/** Crashes in a row, with nothing achieved in between, after which a run is held back (row Q-03). */
const MOST = 3;

/** What the journal of a run says of its interruptions, event by event. */
export class Interruptions {
  readonly #repeatable = new Map<string, boolean>();
  #count = 0;

  read(event: Event): void {
    switch (event.type) {
      case 'step.started':
        this.#repeatable.set(nameOf(event.step ?? '', event.item), event.data.repeatable);
        return;
      case 'run.recovered':
        this.#count += 1;
        return;
      case 'run.created':
      case 'run.started':
      case 'run.log':
        return;
      default:
        this.#count = 0;
    }
  }

  /** Did the last start of this step say that its effect may be repeated? */
  mayRepeat(step: string, item: readonly number[]): boolean {
    return this.#repeatable.get(nameOf(step, item)) === true;
  }

  get tooMany(): boolean {
    return this.#count >= MOST;
  }
}

const nameOf = (step: string, item: readonly number[] | undefined): string => `${step}.${(item ?? []).join('.')}`;

export const doubt = (step: string, item: readonly number[]): Problem =>
  problem(
    'step.in_doubt',
    'The server stopped after this step had started and before its result was recorded: it may or may not have had its effect',
    {
      at: item.length === 0 ? { step } : { step, item },
      fix: 'Look at the other side. Then choose: repeat the step, take it as done with an empty result, or let the run fail (headgate runs resolve RUN --choice repeat, skip or fail).',
    },
  );

/** Without a step: nothing was under way that could be asked about, so the run fails with it. */
export const poison = (step?: string): Problem =>
  problem(
    'run.poison',
    `The server stopped ${MOST + 1} times in a row while this run was working, so it is held back`,
    {
      ...(step === undefined ? {} : { at: { step } }),
      fix: "Look at the server's log at the times of its last starts, and at what the step is given. Then run it again, or resolve the doubt.",
    },
  );
