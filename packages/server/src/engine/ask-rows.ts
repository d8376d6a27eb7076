/** A question as it is written beside its run, so that whoever is asked finds it (store/ask.ts). */

import type { AskState, Scope, ShapeStep } from '@headgate/core';
import type { AskEnd, AskWrite } from '../store/ask.ts';
import type { Live, WaitCommand } from './live.ts';

/** A wait that is a question. */
export type AskWait = WaitCommand & { readonly ask: AskState; readonly token: string };

/** The question that an instance of a step waits for; null: it waits for none. */
export const askAt = (scope: Scope, step: ShapeStep): AskWait | null => {
  const wait = scope.asked[step.pos] ?? null;
  return wait?.do === 'wait' ? askOf(wait) : null;
};

export const askOf = (wait: WaitCommand): AskWait | null =>
  wait.ask === null || wait.token === null ? null : { ...wait, ask: wait.ask, token: wait.token };

/** Named after the hash of its link: the same after every restart, and nothing that leads to the link. */
export const askId = (hash: string): string => `ask_${hash.slice(0, 32)}`;

type Links = (live: Live, step: string, item: readonly number[], person: string) => string;

export const askWrite = (
  live: Live,
  { ask, token, step, scope, until }: AskWait,
  links: Links,
  state: AskEnd = 'open',
  ended: number | null = null,
): AskWrite => ({
  id: askId(token),
  step: step.id,
  item: scope.item.join('.'),
  title: ask.spec.title,
  state,
  opened: ask.opened,
  deadline: until,
  ended,
  who: ask.who,
  mailed: ask.spec.tell.email === true,
  not: [...ask.passed, ...ask.answers.map(({ by }) => by)],
  links: ask.who.flatMap(({ kind, name }) =>
    kind === 'email' ? [{ hash: links(live, step.id, scope.item, name), person: name }] : [],
  ),
});
