/**
 * What the gateway may ask of the engine about questions to people: look at one, answer it, hand it on, and hear that there
 * are others. Who is named by a question, and nobody else, finds it there (row AZ-01).
 */

import type { Principal } from '../access/permission.ts';
import type { FieldError } from '../form/judge.ts';
import type { Problem } from '../problem.ts';
import type { Wanted } from './asks.ts';

/** A question as who is asked sees it. Times are ISO 8601. */
export type AskView = {
  readonly title: string;
  readonly text: string | null;
  readonly wanted: Wanted;
  readonly asked: string;
  readonly deadline: string | null;
  /** Answers that came, and how many it takes. */
  readonly answers: number;
  readonly count: number;
};

/** One answer that was given. `by`: the id of an account, the address of a mail, or `link`. */
export type AskGiven = {
  readonly by: string;
  readonly at: string;
  readonly answer: unknown;
  readonly comment: string | null;
};

/** A question as its inbox opens it, over or not. */
export type AskLook = AskView & {
  readonly flow: string;
  readonly flowName: string | null;
  readonly run: string;
  readonly step: string;
  readonly state: 'open' | 'answered' | 'late' | 'gone';
  readonly ended: string | null;
  /** It waits for this very account. */
  readonly yours: boolean;
  /** What was answered so far; nothing while it waits for this account, whom the others' answers are not to lead. */
  readonly given: readonly AskGiven[];
};

/** What somebody answers: `answer` is `approved` or `refused`, a choice, or the values of a form. */
export type AskAnswerGiven = {
  readonly answer: unknown;
  readonly comment?: string | undefined;
};

export type AskDone =
  | { readonly ok: true; readonly run: string; readonly goesOn: boolean }
  | { readonly ok: false; readonly problem: Problem; readonly errors?: readonly FieldError[] };

/** What stands behind a link, for whoever opened it. */
export type AskBehind =
  | { readonly state: 'open'; readonly ask: AskView }
  /** Answered, over, or run out. */
  | { readonly state: 'used' | 'late' }
  /** Only for people with an account: nobody signed in, or somebody who is not asked. */
  | { readonly state: 'sign-in' | 'other' };

export type AsksPort = {
  /** Null: there is none for this principal. */
  readonly show: (who: Principal, id: string) => Promise<AskLook | null>;
  readonly answer: (who: Principal, id: string, given: AskAnswerGiven, via: 'inbox' | 'api') => Promise<AskDone>;
  /** Hands it on to a member, by id or mail address. */
  readonly delegate: (who: Principal, id: string, to: string) => Promise<AskDone>;
  /** `texts`: the inputs of a page. */
  readonly answerBehind: (
    token: string,
    user: string | null,
    texts: Readonly<Record<string, unknown>>,
  ) => Promise<AskDone>;
  /** Calls back whenever questions of a workspace came or went, once that is durable; until what comes back is called. */
  readonly watch: (workspace: string, tell: () => void) => () => void;
};
