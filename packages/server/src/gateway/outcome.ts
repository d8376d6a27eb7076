/**
 * What a handler gives back: one of the contract's answers, or a refusal as data. Nothing here writes a response.
 */

import type { Readable } from 'node:stream';
import type { Problem, ShapeKind } from '@headgate/core';
import { problem } from '@headgate/core';
import { PROBLEMS, type Answers, type ProblemCode } from '@headgate/core/api';
import type { z } from 'zod';
import type { Level } from './tokens/buckets.ts';

/** A refusal: the Problem, and what some of them carry beside it. */
export type Refused = {
  readonly refused: Problem;
  /** What the audit record says, where the answer must not tell. */
  readonly why?: string;
  /** Something was begun before: whoever asks again begins it again, and a client must not do so by itself. */
  readonly begun?: true;
  /** The limit that refused, for the fields about limits. */
  readonly level?: Level;
  readonly more?: {
    readonly problems?: readonly Problem[];
    readonly missing?: readonly { readonly step: string; readonly power: string }[];
    readonly diff?: unknown;
    readonly revision?: number;
  };
};

/** An answer that is no JSON. */
export type Plain = {
  readonly status: number;
  readonly type: string;
  readonly text: string | Readable | null;
  /** Of the build, or a page whose data passed the guard (writer.ts WR3). */
  readonly fixed?: true;
  readonly headers?: HeaderSet;
};

/** Bytes of a file. `plain`: they are text in UTF-8. */
export type Content = {
  readonly status: number;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly plain: boolean;
  /** The guard looked at them already, with what is around them (file-content.ts). */
  readonly judged?: true;
  /** Called when the answer has left, or its client. */
  readonly left?: () => void;
  readonly headers?: HeaderSet;
};

/** Headers of an answer; a list is a header that comes several times. */
export type HeaderSet = Readonly<Record<string, string | string[]>>;

/** What the guard leaves alone in an answer: a new key at its only showing; shapes of keys, by grants to a flow. */
type Shown = {
  readonly fresh?: string | readonly string[];
  readonly reveal?: readonly ShapeKind[];
  readonly headers?: HeaderSet;
};

/** The JSON answers of a contract, by status. */
export type Json<A extends Answers> = {
  [S in keyof A & number]: A[S] extends z.ZodType
    ? { readonly status: S; readonly body: z.input<A[S]> } & Shown
    : never;
}[keyof A & number];

export type Outcome<A extends Answers> = Json<A> | Plain | Content | Refused;

/** Any outcome, once the contract's types are no longer known. */
export type AnyOutcome = ({ readonly status: number; readonly body: unknown } & Shown) | Plain | Content | Refused;

/** A refusal of the API's own; the text defaults to the sentence of the table. */
export const refuse = (code: ProblemCode, text: string = PROBLEMS[code].when, fix?: string): Refused => ({
  refused: problem(code, text, fix === undefined ? {} : { fix }),
});

/** The one answer for another workspace's object, for one beyond the key's scope, and for an id that never existed. */
export const MISSING: Refused = refuse('missing');

/** Several Problems of one request: the code of the whole, and every one in `problems`. */
export const refuseAll = (code: 'input.invalid' | 'flow.invalid', problems: readonly Problem[]): Refused => {
  const first = problems[0];
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  return {
    refused: problem(
      code,
      `${code === 'flow.invalid' ? 'The flow file has' : 'The request has'} ${count}${first === undefined ? '' : `, first: ${first.text}`}`,
      {
        ...(first?.at === undefined ? {} : { at: first.at }),
        ...(first?.fix === undefined ? {} : { fix: first.fix }),
      },
    ),
    more: { problems },
  };
};

/** A JSON answer, its status kept as a literal so that the contract can be held against it. */
export const give = <const S extends number, const B>(
  status: S,
  body: B,
): { readonly status: S; readonly body: B } => ({ status, body });

export const nothing = (status = 204): Plain => ({ status, type: '', text: null });

export const seeOther = (location: string, headers: HeaderSet = {}): Plain => ({
  status: 303,
  type: '',
  text: null,
  headers: { ...headers, location },
});

export const isRefused = (outcome: AnyOutcome): outcome is Refused => 'refused' in outcome;
