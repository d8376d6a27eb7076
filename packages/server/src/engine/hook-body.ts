/**
 * What a request to a webhook brought: its body as a value, and what a run keeps of the rest.
 *
 * HB1 Headers that carry credentials are not kept in the run.
 * HB2 The text of a body stands for its value only where the strict reader accepted all of it, as it is.
 */

import { type HookAnswer, type HookRequest, readJson } from '@headgate/core';
import { refuse, refused } from './hook-refusal.ts';
import { SPILL } from './values.ts';

const CREDENTIALS = new Set(['authorization', 'proxy-authorization', 'cookie', 'x-api-key']);
/** `text`: the JSON that the body was read from, where it may stand for it in the journal. */
type ReadBody = { readonly body: unknown; readonly text: string | null };

/** A short text with much white space in it would take more room than its value. */
const asItCame = (text: string): string | null => (text.length <= SPILL && text.startsWith('{') ? text : null);

export const readBody = (request: HookRequest, mapped: boolean): ReadBody | HookAnswer => {
  if (request.raw.length === 0) return { body: {}, text: null };
  const type = String(request.headers['content-type'] ?? '').toLowerCase();
  const text = Buffer.from(request.raw.buffer, request.raw.byteOffset, request.raw.byteLength).toString('utf8');
  if (/^application\/([a-z0-9.+-]+\+)?json\s*(;|$)/.test(type)) {
    const parsed = readJson(text);
    return parsed.ok ? { body: parsed.value, text: asItCame(text) } : refused(400, parsed.problem);
  }
  if (!mapped)
    return refuse(
      415,
      'webhook.media_type',
      'This webhook takes application/json',
      'Send JSON, or give the trigger an `input` that maps trigger.body.',
    );
  if (/^application\/x-www-form-urlencoded\s*(;|$)/.test(type)) {
    const form: Record<string, string> = {};
    for (const [name, value] of new URLSearchParams(text)) if (name !== '__proto__') form[name] = value;
    return { body: form, text: null };
  }
  return { body: text, text: null };
};

export const triggerData = (request: HookRequest, body: unknown): Record<string, unknown> => {
  const headers: Record<string, unknown> = {};
  for (const name of Object.keys(request.headers))
    if (!CREDENTIALS.has(name) && name !== '__proto__') headers[name] = request.headers[name];
  return { method: request.method, path: request.path, query: request.query, headers, body };
};
