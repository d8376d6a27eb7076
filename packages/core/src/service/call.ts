/**
 * A use of an operation from beginning to end: judge the input, call, read the answer, ask for further pages up to a
 * limit. It has no network of its own: every call goes out by the `net` it is handed, one by one, each judged there.
 *
 * CL1 Nothing is sent for an input that the operation does not take.
 * CL2 Pages come to an end: by `most`, by MOST_PAGES, or when the service says that there is no more.
 */

import { bad, good, problem, type Problem, type Result } from '../problem.ts';
import type { Net, NetAnswer } from '../step/define.ts';
import { answerOf, pageOf } from './answer.ts';
import { inputJudge } from './form.ts';
import type { Operation, Paging, Service } from './manifest.ts';
import { callOf, firstWrong, type PageMark } from './request.ts';

/** Items of all pages together, at most. */
export const MOST_ITEMS = 10_000;
const MOST_PAGES = 100;

export type ServiceUse = {
  readonly service: Service;
  readonly operation: Operation;
  readonly secret: string | undefined;
  readonly input: unknown;
  /** Items over several pages; undefined: one page, as the service cuts it. */
  readonly most: number | undefined;
  /** Stable over all attempts, for services that know a repeated call by it. */
  readonly key: string;
  /** Asked after each page: true, and no further one is fetched. */
  readonly enough?: (items: readonly unknown[]) => boolean;
};

export type Used =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: Problem; readonly sent: 'no' | 'maybe' };

const refused = (of: Problem, sent: 'no' | 'maybe'): Used => ({ ok: false, problem: of, sent });

/** Reads the answers of services that write XML; undefined: nobody here does. */
export type ReadXml = (text: string, lists: readonly string[]) => Promise<Result<unknown>>;

/** Uses an operation. The value of one with pages is `{items, more}`, of any other what its manifest says. */
export const useService = async (use: ServiceUse, net: Net, xml?: ReadXml): Promise<Used> => {
  const { service, operation, most } = use;
  const judged = inputJudge(service, operation)(use.input);
  if (!judged.ok) return refused(firstWrong(service, judged.problems), 'no');
  const missing = needsSecret(service, use.secret);
  if (missing !== null) return refused(missing, 'no');
  const input = judged.value as Readonly<Record<string, unknown>>;
  const { paging } = operation;
  const items: unknown[] = [];
  let page: PageMark | undefined;
  let pages = 0;
  for (;;) {
    const size = sizeOf(paging, most, items.length);
    const call = callOf(service, operation, input, page, size);
    if (!call.ok) return refused(call.problem, pages === 0 ? 'no' : 'maybe');
    const ask = { ...call.value, ...keyed(use, call.value.headers), ...placed(use), ...signed(use, input) };
    const given = await net.request(ask);
    if ('problem' in given) return refused(given.problem, pages === 0 ? given.sent : 'maybe');
    const read = await legible(use, given, xml);
    if (!read.ok) return refused(read.problem, 'maybe');
    const answer = read.value;
    const value = answerOf(service, operation, answer);
    if (!value.ok) return refused(value.problem, 'maybe');
    if (paging === undefined) return { ok: true, value: value.value };
    const part = pageOf(service, paging, answer, page, size);
    if (!part.ok) return refused(part.problem, 'maybe');
    for (const item of part.value.items) items.push(item);
    pages += 1;
    page = part.value.next;
    const enough =
      most === undefined || items.length >= most || pages >= MOST_PAGES || use.enough?.(part.value.items) === true;
    if (page === undefined || enough) {
      const kept = most === undefined ? items : items.slice(0, most);
      return { ok: true, value: { items: kept, more: page !== undefined || kept.length < items.length } };
    }
  }
};

/** How many items the next page is asked for. Where pages are counted all are of one size, or some would be left out. */
const sizeOf = (paging: Paging | undefined, most: number | undefined, have: number): number | undefined => {
  if (paging?.size === undefined) return undefined;
  if (paging.kind === 'page' || paging.kind === 'offset') return Math.min(most ?? paging.size.most, paging.size.most);
  return most === undefined ? undefined : Math.min(most - have, paging.size.most);
};

const needsSecret = (service: Service, secret: string | undefined): Problem | null =>
  secret !== undefined || service.auth.kind === 'none'
    ? null
    : problem('service.secret', `${service.title} has to know who calls, and the step names no secret.`, {
        at: { field: 'with.secret' },
        fix: service.secret ?? 'Store what the service gave you as a secret and name it in `secret`.',
      });

const keyed = ({ operation, key }: ServiceUse, headers: Record<string, string>) =>
  operation.idempotency === undefined
    ? {}
    : { headers: { ...headers, [operation.idempotency.header.toLowerCase()]: key } };

const placed = ({ service, secret }: ServiceUse) =>
  secret === undefined || service.auth.kind === 'none'
    ? {}
    : { secret, ...(service.auth.kind === 'path' ? { secretIn: 'path' as const } : {}) };

const signed = ({ service: { auth }, operation }: ServiceUse, input: Readonly<Record<string, unknown>>) => {
  if (auth.kind !== 'aws4') return {};
  const link = operation.link === undefined ? {} : { link: Number(input[operation.link.seconds]) };
  return { sign: { service: auth.service, region: String(input[auth.region]), ...link } };
};

/** An answer in XML as values; any other as it is. */
const legible = async (
  { service, operation }: ServiceUse,
  answer: NetAnswer,
  xml: ReadXml | undefined,
): Promise<Result<NetAnswer>> => {
  const { answers } = service;
  const isXml = /[/+]xml\b/i.test(answer.headers['content-type'] ?? '') && typeof answer.body === 'string';
  const asIs = operation.output?.raw === true && answer.status < 300;
  if (answers === undefined || !isXml || asIs || typeof answer.body !== 'string') return good(answer);
  if (xml === undefined)
    return bad(problem('service.answer', `${service.title} answers in XML, which nobody reads here.`));
  const read = await xml(answer.body, answers.lists ?? []);
  return read.ok ? good({ ...answer, body: read.value }) : read;
};

/** May it be done again after a crash in the middle of it? */
export const isRepeatable = (operation: Operation): boolean =>
  operation.idempotency !== undefined || (operation.repeatable ?? ['GET', 'PUT', 'DELETE'].includes(operation.method));
