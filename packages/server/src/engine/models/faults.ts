/** What became of a question to a model when it was not answered: what a library threw, as a Problem of ours. */

import { problem, type Problem } from '@headgate/core';
import { retryAfter } from '@headgate/core/step';
import { CallFault } from './fetch.ts';

/** `sent` no: it cannot have cost anything. `again`: another try, or another model, may do better. `wait`: milliseconds the provider asks for. */
export type Unanswered = {
  readonly problem: Problem;
  readonly sent: 'no' | 'maybe';
  readonly again: boolean;
  readonly wait?: number;
  /** The provider refused before it did anything. */
  readonly free: boolean;
};

/** Characters of what a provider says of a refusal. */
const LONGEST = 300;
const DEEPEST = 5;
/** Whoever stood between waited for the answer and gave up: the provider worked on it. */
const WAITED: ReadonlySet<number> = new Set([408, 504, 524]);

type ApiError = {
  readonly statusCode: number;
  readonly message: string;
  readonly responseHeaders?: Record<string, string>;
};

const isApiError = (error: unknown): error is ApiError =>
  typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number';

/** The fault of the call itself, wherever a library wrapped it. */
const callFaultIn = (error: unknown): CallFault | null => {
  let at = error;
  for (let deep = 0; deep < DEEPEST && at instanceof Error; deep += 1) {
    if (at instanceof CallFault) return at;
    at = at.cause;
  }
  return null;
};

const again = (code: string): boolean =>
  code !== 'egress.denied' && !code.startsWith('secret.') && !code.startsWith('grant.');

const said = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST);

const refusedWith = (error: ApiError, model: string): Unanswered => {
  const { statusCode: status, message, responseHeaders = {} } = error;
  const why = said(message);
  const told = (code: string, text: string, more: Parameters<typeof problem>[2]): Problem =>
    problem(code, `${text}${why === '' ? '' : `: ${why}`}`, more);
  const wait = retryAfter(responseHeaders);
  const later = wait === undefined ? { retry: 'yes' as const } : { retry: 'after' as const, retryAfter: wait };
  const waits = wait === undefined ? {} : { wait };
  if (status === 429)
    return {
      problem: told('model.limited', `The provider of ${model} has had too many questions`, {
        ...later,
        fix: 'Let the step try again later (`retry`), ask less at a time, or name a model to fall back to.',
      }),
      ...{ sent: 'maybe', again: true, free: true, ...waits },
    };
  if (status >= 500 || status === 408)
    return {
      problem: told('model.down', `The provider of ${model} cannot answer now (${status})`, {
        ...later,
        fix: 'Let the step try again later (`retry`), or name a model to fall back to.',
      }),
      ...{ sent: 'maybe', again: true, free: !WAITED.has(status), ...waits },
    };
  if (status === 401 || status === 403)
    return {
      problem: told('model.key', `The provider of ${model} does not take the key (${status})`, {
        retry: 'no',
        fix: 'Store the key anew as the secret that the provider is set up with, and test it: Settings, Models.',
      }),
      ...{ sent: 'maybe', again: true, free: true },
    };
  if (status === 404)
    return {
      problem: told('model.unknown', `The provider does not have ${model}`, {
        retry: 'no',
        at: { field: 'with.model' },
        fix: 'Name a model that it has: test the provider, which lists them.',
      }),
      ...{ sent: 'maybe', again: true, free: true },
    };
  return {
    problem: told('model.refused', `The provider of ${model} does not take this (${status})`, {
      retry: 'no',
      fix: 'Look at what is sent: how long it is, what is attached, and what the model takes.',
    }),
    ...{ sent: 'maybe', again: false, free: status >= 400 && status < 500 },
  };
};

/** Reads what was thrown. */
export const unanswered = (error: unknown, model: string): Unanswered => {
  const fault = callFaultIn(error);
  if (fault !== null)
    return { problem: fault.problem, sent: fault.sent, again: again(fault.problem.code), free: fault.sent === 'no' };
  // An answer that says success and cannot be read is none of the provider's refusals.
  if (isApiError(error) && (error.statusCode < 200 || error.statusCode > 299)) return refusedWith(error, model);
  return { problem: malformed(model), sent: 'maybe', again: true, free: false };
};

export const malformed = (model: string): Problem =>
  problem('model.answer', `What ${model} answers cannot be read`, {
    retry: 'yes',
    fix: 'Let the step try again, or name a model to fall back to. Is the address that of an API of the right kind?',
  });

export const cutOff = (model: string): Problem =>
  problem('model.cut', `The answer of ${model} broke off before its end`, {
    retry: 'yes',
    fix: 'Let the step try again, or name a model to fall back to.',
  });

export const tooLate = (model: string, ms: number): Problem =>
  problem('model.timeout', `${model} took longer than ${Math.round(ms / 1000)} s`, {
    retry: 'yes',
    fix: 'Allow it more time (`timeout`), ask for less, or name a model to fall back to.',
  });
