/**
 * A question to people, as the journal holds it: who may answer, how many answers it takes, when they are told again, and
 * what the answers come to. Pure: the engine tells, waits and records (engine/asks.ts).
 *
 * AS1 A person answers once. Whoever handed a question on does not answer it any more.
 * AS2 What the answers come to follows from the journal alone, so that a restart, or another version of the flow, changes
 *     nothing of a question that waits.
 */

import type { FormField } from '../form/fields.ts';
import type { Held } from './journal.ts';

/** Somebody who is asked. `member`: an account, by id or address; `email`: whoever reads the mail sent there; `link`: whoever has the link. */
export type Whom = { readonly kind: 'member' | 'role' | 'group' | 'email' | 'link'; readonly name: string };

/** Where people are told of a question, beside their inbox. */
export type Tell = {
  readonly email?: true | undefined;
  readonly slack?: { readonly secret: string; readonly channel: string } | undefined;
  readonly telegram?: { readonly secret: string; readonly chat: string } | undefined;
};

export type Wanted =
  | { readonly kind: 'approve' }
  | { readonly kind: 'choose'; readonly choices: readonly string[] }
  | { readonly kind: 'form'; readonly fields: readonly FormField[] };

/** Told `after` milliseconds from the moment that the question was asked. `who`: asked from then on, too. */
export type Notice = {
  readonly after: number;
  readonly why: 'asked' | 'reminder' | 'escalated';
  readonly who?: readonly Whom[];
};

export type AskSpec = {
  readonly title: string;
  readonly text?: string;
  readonly wanted: Wanted;
  readonly who: readonly Whom[];
  /** Answers it takes. */
  readonly count: number;
  /** In the order of their times; the first at once. */
  readonly notices: readonly Notice[];
  readonly tell: Tell;
  /** What counts as the answer at the deadline; without it the step fails then. */
  readonly late?: { readonly answer: unknown };
};

/** Who answered, by the id of an account, the address of a mail, or `link`. */
export type AskAnswer = { readonly by: string; readonly via: Via; readonly at: number; readonly data: Held };
export type Via = 'inbox' | 'page' | 'api';

/** What a question that waits has come to; it grows with the journal. */
export type AskState = {
  readonly spec: AskSpec;
  readonly opened: number;
  readonly who: Whom[];
  /** Accounts that handed it on. */
  readonly passed: string[];
  readonly answers: AskAnswer[];
  /** Notices that were sent. */
  noticed: number;
};

export const newAsk = (spec: AskSpec, opened: number): AskState => ({
  spec,
  opened,
  who: [...spec.who],
  passed: [],
  answers: [],
  noticed: 0,
});

/** When somebody is to be told next; null: never again. */
export const nextNotice = ({ spec, opened, noticed }: AskState): number | null => {
  const next = spec.notices[noticed];
  return next === undefined ? null : opened + next.after;
};

export const sameWhom = (a: Whom, b: Whom): boolean => a.kind === b.kind && a.name === b.name;

export const addWhom = (to: Whom[], more: readonly Whom[]): void => {
  for (const one of more) if (!to.some((known) => sameWhom(known, one))) to.push(one);
};

/** One answer, opened: `approved` with a comment, a choice, or the values of a form. */
export type Answered = {
  readonly answer: unknown;
  readonly comment: string | null;
  readonly by: string;
  readonly at: string;
};

/** What the answers so far come to; null: more are waited for. */
export const comesTo = (
  { wanted, count }: Pick<AskSpec, 'wanted' | 'count'>,
  answers: readonly Answered[],
): { readonly port: string; readonly value: Readonly<Record<string, unknown>> } | null => {
  const last = answers[answers.length - 1];
  if (last === undefined) return null;
  if (wanted.kind === 'approve') {
    const refused = answers.find(({ answer }) => answer === 'refused');
    if (refused !== undefined) return { port: 'refused', value: valueOf(wanted, refused, answers, false) };
    return answers.length < count ? null : { port: 'approved', value: valueOf(wanted, last, answers, false) };
  }
  if (answers.length < count) return null;
  if (wanted.kind === 'form') {
    const value = valueOf(wanted, last, answers, false);
    return { port: 'answered', value: count === 1 ? value : { ...value, answer: answers.map((one) => one.answer) } };
  }
  return { port: 'answered', value: { ...valueOf(wanted, last, answers, false), answer: mostChosen(answers) } };
};

/** What most chose; the earliest of several. */
const mostChosen = (answers: readonly Answered[]): unknown => {
  const counts = new Map<unknown, number>();
  for (const { answer } of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return [...counts].find(([, count]) => count === most)?.[0] ?? null;
};

const valueOf = (
  wanted: Wanted,
  { answer, by, at, comment }: Pick<Answered, 'answer' | 'comment'> & { by: string | null; at: string | null },
  answers: readonly Answered[],
  late: boolean,
): Record<string, unknown> => ({
  answer,
  ...(wanted.kind === 'approve' ? { approved: answer === 'approved' } : {}),
  comment,
  by,
  at,
  late,
  answers,
});

/** The step's value when nobody answered in time and something stands in for it. */
export const lateValue = (
  { wanted, late }: Pick<AskSpec, 'wanted' | 'late'>,
  answers: readonly Answered[],
): Record<string, unknown> =>
  valueOf(wanted, { answer: late?.answer ?? null, comment: null, by: null, at: null }, answers, true);

/** One event about a question that waits. */
export const growAsk = (
  ask: AskState,
  event: {
    readonly type: 'step.asked' | 'step.answered';
    readonly at: number;
    readonly data: unknown;
  },
): void => {
  if (event.type === 'step.answered') {
    const { by, via, data } = event.data as { by: string; via: Via; data: Held };
    ask.answers.push({ by, via, at: event.at, data });
    return;
  }
  const { why, by, to } = event.data as { why: Notice['why'] | 'delegated'; by?: string; to?: readonly Whom[] };
  if (to !== undefined) addWhom(ask.who, to);
  if (why !== 'delegated') ask.noticed += 1;
  else if (by !== undefined) ask.passed.push(by);
};
