/**
 * The next hop of a redirect, as the Fetch standard has it ("HTTP-redirect fetch"): pure, nothing is sent here.
 */

import { bad, good, type Result } from '@headgate/core';
import type { Head, Message } from './exchange.ts';
import { withoutBody, withoutCredentials } from './headers.ts';
import { badRedirect } from './problems.ts';
import { readTarget, type Target } from './target.ts';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Whether an answer asks to go elsewhere. A 3xx without Location is an answer like any other. */
export const isRedirect = ({ status, headers }: Head): boolean =>
  REDIRECTS.has(status) && headers['location'] !== undefined;

/**
 * Where a redirect leads and what is sent there. 303 turns everything but HEAD into GET, 301 and 302 do so with POST;
 * 307 and 308 keep method and body. Over a change of origin only harmless headers go along, for good.
 */
export const nextHop = (
  from: Target,
  { status, headers }: Head,
  message: Message,
): Result<{ target: Target; message: Message }> => {
  const location = headers['location'];
  if (typeof location !== 'string' || location.includes(', http'))
    return bad(badRedirect(from, 'it names more than one place'));
  const target = readTarget(location, from.url);
  if (!target.ok)
    return target.problem.code === 'egress.url'
      ? bad(badRedirect(from, 'its Location is not a URL that can be called'))
      : target;
  const { method } = message;
  const turnsToGet =
    (status === 303 && method !== 'GET' && method !== 'HEAD') ||
    ((status === 301 || status === 302) && method === 'POST');
  const kept: Message = turnsToGet ? { method: 'GET', headers: withoutBody(message.headers), body: null } : message;
  const sameOrigin = target.value.url.origin === from.url.origin;
  return good({
    target: target.value,
    message: sameOrigin ? kept : { ...kept, headers: withoutCredentials(kept.headers) },
  });
};
