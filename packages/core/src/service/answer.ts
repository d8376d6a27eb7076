/**
 * What an answer of a service means: the value of the step, the items of a page and how to ask for the next, or the
 * Problem that a refusal is.
 *
 * AN1 A Problem carries the service's own word for the refusal, cut short, and nothing else of the answer.
 * AN2 A refusal that passes says when to try again, as far as the service does.
 */

import { bad, good, type Problem, problem, type Result, type Retry } from '../problem.ts';
import { retryAfter, waitUntil } from '../step/after.ts';
import type { Operation, Paging, REFUSALS, Service } from './manifest.ts';
import { valueAt } from './pointer.ts';
import type { PageMark } from './request.ts';

export type Answered = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
};

type Refusal = (typeof REFUSALS)[number];

const LONGEST_WORD = 200;

const BY_STATUS: Readonly<Record<number, Refusal>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  410: 'not_found',
  412: 'conflict',
  429: 'limited',
};

const kindOf = (status: number): Refusal => {
  const known = BY_STATUS[status];
  if (known !== undefined) return known;
  if (status >= 500) return 'down';
  return status === 400 || status === 422 ? 'invalid' : 'refused';
};

const SAYS: Readonly<Record<Refusal, { readonly text: string; readonly fix: string }>> = {
  unauthorized: {
    text: 'does not know who calls',
    fix: 'Look at the secret of the step: it may be wrong, revoked or expired.',
  },
  forbidden: { text: 'does not allow this', fix: 'Give the account or token of the secret the right to do it.' },
  not_found: { text: 'does not find what this is about', fix: 'Look at the ids the step is given.' },
  conflict: { text: 'says that this contradicts how things are there now', fix: 'Read it again before changing it.' },
  invalid: { text: 'does not take what was sent', fix: 'Look at what the step is given.' },
  limited: {
    text: 'has had too many calls',
    fix: 'Let the step try again (`retry`): it waits as long as the service asks.',
  },
  down: { text: 'cannot answer now', fix: 'Let the step try again (`retry`).' },
  refused: { text: 'refuses this', fix: 'Look at what the step is given.' },
};

/** The answer's value, or what its refusal is. `field` places a refusal that is about one field of the input. */
export const answerOf = (service: Service, operation: Operation, answer: Answered): Result<unknown> => {
  const { status, body } = answer;
  const fails = service.errors?.failed;
  const failed = fails !== undefined && valueAt(body, fails.at) === fails.is;
  if (status < 200 || status > 299 || failed) return bad(refusalOf(service, answer));
  const pointer = operation.output?.at;
  return good(pointer === undefined ? body : (valueAt(body, pointer) ?? null));
};

const refusalOf = (service: Service, answer: Answered): Problem => {
  const { status, body } = answer;
  const { errors } = service;
  const code = wordAt(body, errors?.code);
  const entry = errors?.map?.find(
    (one) => (one.code === undefined || one.code === code) && (one.status === undefined || one.status === status),
  );
  const waits = waitOf(service, answer);
  const asked = entry?.is ?? (status < 300 ? 'refused' : kindOf(status));
  // Some services say 403 for too many calls; that none are left is how they say which it is.
  const is = asked === 'forbidden' && spent(service, answer) ? 'limited' : asked;
  const word = [code, wordAt(body, errors?.text)].filter((one) => one !== undefined).join(': ');
  const said = word === '' ? `status ${status}` : word.slice(0, LONGEST_WORD);
  const passes = is === 'limited' || is === 'down';
  const retry: Retry = !passes ? 'no' : waits === undefined ? 'yes' : 'after';
  return problem(`service.${is}`, `${service.title} ${SAYS[is].text} (${said}).`, {
    fix: entry?.fix ?? SAYS[is].fix,
    retry,
    ...(entry?.field === undefined ? {} : { at: { field: `with.input.${entry.field}` } }),
    ...(passes && waits !== undefined ? { retryAfter: waits } : {}),
  });
};

const wordAt = (body: unknown, pointer: string | undefined): string | undefined => {
  const found = pointer === undefined ? undefined : valueAt(body, pointer);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
};

const spent = ({ limits }: Service, { headers }: Answered): boolean =>
  limits !== undefined && headers[limits.remaining.toLowerCase()] === '0';

/** Milliseconds to wait, by the header every service knows, by its own, or by its answer. */
const waitOf = (service: Service, answer: Answered): number | undefined => {
  const said = retryAfter(answer.headers);
  if (said !== undefined) return said;
  const seconds = service.errors?.after === undefined ? undefined : valueAt(answer.body, service.errors.after);
  if (typeof seconds === 'number' && seconds >= 0) return retryAfter({ 'retry-after': String(Math.ceil(seconds)) });
  const { limits } = service;
  if (limits === undefined || !spent(service, answer)) return undefined;
  const reset = answer.headers[limits.reset.toLowerCase()] ?? '';
  if (!/^\d{1,12}(\.\d+)?$/.test(reset)) return undefined;
  return limits.as === 'seconds'
    ? retryAfter({ 'retry-after': String(Math.ceil(Number(reset))) })
    : waitUntil(Number(reset), answer.headers);
};

/** The items of one page, and how the next is asked for; undefined: it was the last. */
export type Page = { readonly items: readonly unknown[]; readonly next: PageMark | undefined };

/** `asked`: what this page was asked for by; `size`: how many items it could have held. */
export const pageOf = (
  service: Service,
  paging: Paging,
  { headers, body }: Answered,
  asked: PageMark | undefined,
  size: number | undefined,
): Result<Page> => {
  const items = valueAt(body, paging.items) ?? [];
  if (!Array.isArray(items))
    return bad(problem('service.answer', `${service.title} answers with no list where one was expected.`));
  return good({ items, next: nextOf(paging, headers, body, asked, items.length, size) });
};

const nextOf = (
  paging: Paging,
  headers: Readonly<Record<string, string>>,
  body: unknown,
  asked: PageMark | undefined,
  count: number,
  size: number | undefined,
): PageMark | undefined => {
  const value = asked !== undefined && 'value' in asked ? asked.value : undefined;
  // A page that is not full is the last; where its size is not known, an empty one is.
  const more = count > 0 && (size === undefined || count >= size);
  switch (paging.kind) {
    case 'cursor': {
      const next = valueAt(body, paging.next);
      const usable = (typeof next === 'string' && next !== '') || typeof next === 'number';
      return usable && next !== value ? { value: next } : undefined;
    }
    case 'page':
      return more ? { value: Number(value ?? paging.first ?? 1) + 1 } : undefined;
    case 'offset':
      return more ? { value: Number(value ?? 0) + count } : undefined;
    case 'link': {
      const next = linked(headers['link'] ?? '');
      return next === undefined ? undefined : { url: next };
    }
    case 'next_url': {
      const next = valueAt(body, paging.next);
      return typeof next === 'string' && next !== '' ? { url: next } : undefined;
    }
  }
};

/** The target of rel="next" in a Link header (RFC 8288). */
const linked = (header: string): string | undefined => {
  for (const [, target, parameters] of header.slice(0, 16_384).matchAll(/<([^<>]*)>([^<]*)/g))
    if (/;\s*rel\s*=\s*"?[^"]*\bnext\b/i.test(parameters ?? '')) return target;
  return undefined;
};
