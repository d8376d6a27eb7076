/**
 * One request of a site, through the one outgoing door, and what its answer means. It follows no redirect: where one leads is a
 * page of its own, which is judged as every other.
 *
 * SA1 No credential is ever sent, and no cookie kept.
 * SA2 What is no document is not got to its end: the door is told to stop when the head of the answer says so.
 */

import { bad, good, pageAddress, problem, type Problem, type Result } from '@headgate/core';
import type { Door, OutResponse } from '../../../egress/door.ts';
import { kindOfName } from '../read.ts';
import { AGENT } from './robots.ts';

/** Milliseconds from the lookup of the name to the last byte. */
const TIMEOUT = 30_000;
const ACCEPT =
  'text/html, application/xhtml+xml, text/markdown, text/plain, application/pdf, text/csv, ' +
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document, ' +
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

const ENDINGS: Readonly<Record<string, string>> = {
  ...{ 'text/html': 'html', 'application/xhtml+xml': 'html', 'application/pdf': 'pdf', 'text/csv': 'csv' },
  ...{ 'text/plain': 'txt', 'text/markdown': 'md', 'text/tab-separated-values': 'tsv' },
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
};
const BARE = /^(application\/octet-stream|binary\/octet-stream|)$/;

export type Share = { readonly workspace: string; readonly flow: string };
export type AskDeps = { readonly door: Pick<Door, 'request'> };

/** What a page answered. `later`: it wants to be asked again then; `failed`: it may answer at another time. */
export type Answer =
  | {
      readonly kind: 'document';
      readonly ending: string;
      readonly type: string;
      readonly bytes: Uint8Array;
      readonly head: Head;
    }
  | { readonly kind: 'same' }
  | { readonly kind: 'moved'; readonly to: string | null }
  | { readonly kind: 'later'; readonly after: number | null; readonly why: Problem }
  | { readonly kind: 'gone' | 'skipped' | 'failed'; readonly why: Problem };
export type Head = { readonly etag: string | null; readonly modified: string | null; readonly tags: string };

const one = (headers: OutResponse['headers'], name: string): string => {
  const value = headers[name] ?? '';
  return Array.isArray(value) ? value.join(', ') : value;
};
/** What can be sent back as it is. */
const echo = (text: string): string | null =>
  text !== '' && text.length <= 500 && /^[\x20-\x7e]+$/.test(text) ? text : null;

/** `Retry-After` in milliseconds from now (RFC 9110, 10.2.3); null: none, or none that can be read. */
const retryAfter = (text: string, now: number): number | null => {
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = text === '' ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
};

const endingOf = (url: string, type: string): string | null => {
  const plain = type.split(';')[0]?.trim().toLowerCase() ?? '';
  const ending = Object.hasOwn(ENDINGS, plain) ? ENDINGS[plain] : undefined;
  if (ending !== undefined) return ending;
  const { pathname } = new URL(url);
  if (!BARE.test(plain) || kindOfName(pathname) === undefined) return null;
  return pathname.slice(pathname.lastIndexOf('.') + 1).toLowerCase();
};

/** What the door answers of a page every time. */
const FINAL: ReadonlySet<string> = new Set(['egress.denied', 'egress.url', 'egress.scheme', 'egress.too_large']);

const unread = (type: string): Problem =>
  problem('page.type', `It is no document that is read: ${type.slice(0, 80) || 'it does not say what it is'}`, {
    fix: 'HTML, text, Markdown, PDF, .docx, .xlsx and CSV are.',
  });
const answered = (status: number): string => `The server answered with ${status}`;

type Ask = {
  readonly url: string;
  readonly etag: string | null;
  readonly modified: string | null;
  readonly most: number;
  readonly share: Share;
  readonly signal: AbortSignal;
};

/** Asks for a page. What was judged before is not judged here. */
export const askPage = async ({ door }: AskDeps, ask: Ask, now: () => number): Promise<Answer> => {
  const { url, etag, modified, most, share, signal } = ask;
  const enough = new AbortController();
  let why: Problem | null = null;
  const outcome = await door.request({
    ...{ method: 'GET', url, timeout: TIMEOUT, maxBytes: most, inlineBytes: most, maxRedirects: 0, share },
    headers: {
      ...{ accept: ACCEPT, 'user-agent': AGENT },
      ...(etag === null ? {} : { 'if-none-match': etag }),
      ...(modified === null ? {} : { 'if-modified-since': modified }),
    },
    signal: AbortSignal.any([signal, enough.signal]),
    judge: () => null,
    head: (status, headers) => {
      const type = one(headers, 'content-type');
      if (status !== 200 || endingOf(url, type) !== null) return;
      why = unread(type);
      enough.abort();
    },
  });
  if (why !== null) return { kind: 'skipped', why };
  if (!outcome.ok) {
    // What was refused is refused the next time, too; what broke may not break.
    return FINAL.has(outcome.problem.code)
      ? { kind: 'skipped', why: outcome.problem }
      : { kind: 'failed', why: outcome.problem };
  }
  const { status, headers, body } = outcome.value;
  if (status === 304 && (etag !== null || modified !== null)) return { kind: 'same' };
  if (status >= 300 && status < 400) {
    const to = one(headers, 'location');
    return { kind: 'moved', to: to === '' ? null : pageAddress(to, url) };
  }
  if (status === 429 || status === 503)
    return {
      kind: 'later',
      after: retryAfter(one(headers, 'retry-after'), now()),
      why: problem('page.later', `${answered(status)}: it wants to be asked later`),
    };
  if (status === 404 || status === 410) return { kind: 'gone', why: problem('page.gone', answered(status)) };
  if (status >= 500) return { kind: 'failed', why: problem('page.failed', answered(status)) };
  if (status !== 200)
    return {
      kind: 'skipped',
      why: problem('page.refused', answered(status), {
        fix: 'Pages that need a login are not read: have a flow fetch them with a secret, and add them with knowledge.add.',
      }),
    };
  const type = one(headers, 'content-type');
  const head = {
    etag: echo(one(headers, 'etag')),
    modified: echo(one(headers, 'last-modified')),
    tags: one(headers, 'x-robots-tag'),
  };
  const bytes = body.kind === 'bytes' ? body.bytes : new Uint8Array(0);
  return { kind: 'document', ending: endingOf(url, type) ?? 'txt', type, bytes, head };
};

/** Thrown by a sink that has enough. */
class Enough extends Error {}

/** The beginning of a text at an address, whatever its size; null: the server has none. A redirect is told as its address. */
export const askText = async (
  { door }: AskDeps,
  { url, most, share, signal }: Pick<Ask, 'url' | 'most' | 'share' | 'signal'>,
): Promise<Result<{ readonly text: string } | { readonly to: string | null } | null>> => {
  const pieces: Uint8Array[] = [];
  let size = 0;
  let status = 0;
  const text = (): string => new TextDecoder('utf-8').decode(Buffer.concat(pieces).subarray(0, most));
  const broken = (): Result<never> => bad(problem('page.failed', answered(status)));
  try {
    const outcome = await door.request({
      ...{
        method: 'GET',
        url,
        timeout: TIMEOUT,
        maxBytes: Number.MAX_SAFE_INTEGER,
        inlineBytes: 0,
        maxRedirects: 0,
        share,
      },
      ...{ headers: { accept: 'text/plain', 'user-agent': AGENT }, signal, judge: () => null },
      head: (told) => {
        status = told;
      },
      sink: () => ({
        write: (chunk) => {
          pieces.push(chunk);
          size += chunk.length;
          if (size >= most) throw new Enough();
        },
        end: () => Promise.resolve({ id: '', size }),
        abort: () => Promise.resolve(),
      }),
    });
    if (!outcome.ok) return outcome;
    const { headers } = outcome.value;
    if (status >= 300 && status < 400) return good({ to: pageAddress(one(headers, 'location') || ':', url) });
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  if (status >= 200 && status < 300) return good({ text: text() });
  // RFC 9309, 2.3.1.3 and 2.3.1.4; to be asked too often is no permission either.
  return status >= 400 && status < 500 && status !== 429 ? good(null) : broken();
};
