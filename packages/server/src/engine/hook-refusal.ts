/** How a webhook says no: a Problem in the form of every other refusal of the API. It decides nothing. */

import { type HookAnswer, type Problem, problem } from '@headgate/core';

export const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
export const PROBLEM_TYPE = { 'content-type': 'application/problem+json; charset=utf-8' };

export const refuse = (status: number, code: string, text: string, fix?: string): HookAnswer =>
  refused(status, problem(code, text, fix === undefined ? {} : { fix }));

/** The same fields, in the same order, as every other refusal of the API. */
export const refused = (status: number, { code, text, at, fix, retryAfter }: Problem): HookAnswer => ({
  status,
  headers:
    retryAfter === undefined ? PROBLEM_TYPE : { ...PROBLEM_TYPE, 'retry-after': String(Math.ceil(retryAfter / 1000)) },
  body: JSON.stringify({ status, code, text, at, fix, retryAfter }),
});
