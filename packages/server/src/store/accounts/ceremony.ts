/**
 * Calls of better-auth's functions: as somebody (with a session of its own that lives for the call), or with the ticket of
 * a step before. A ticket is the cookie that better-auth would have set; it is signed, and what it stands for lies in memory.
 *
 * CE1 A refusal of better-auth is an answer (`Refusal`), anything else it throws is a fault.
 */

import type { Better } from './better.ts';

/** A refusal of better-auth, by its code. */
export type Refusal = { readonly refused: string };

export const isRefusal = (answer: unknown): answer is Refusal =>
  typeof answer === 'object' && answer !== null && 'refused' in answer && typeof answer.refused === 'string';

/** Runs a call; what better-auth refuses comes back as a value. */
export const asked = async <T>(call: () => Promise<T>): Promise<T | Refusal> => {
  try {
    return await call();
  } catch (error) {
    const status: unknown = error instanceof Error ? Reflect.get(error, 'statusCode') : undefined;
    if (typeof status !== 'number' || status >= 500) throw error;
    const body: unknown = Reflect.get(Object(error), 'body');
    const code: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'code') : undefined;
    return { refused: typeof code === 'string' ? code : 'REFUSED' };
  }
};

/**
 * As `asked`, for what a browser's answer is judged by alone: better-auth calls what does not fit there a fault of the server
 * (another origin, another host, a key that somebody has), and it is the caller's.
 */
export const judged = async <T>(call: () => Promise<T>): Promise<T | Refusal> => {
  try {
    return await asked(call);
  } catch (error) {
    const body: unknown = error instanceof Error ? Reflect.get(error, 'body') : undefined;
    const code: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'code') : undefined;
    if (code === 'FAILED_TO_VERIFY_REGISTRATION') return { refused: code };
    throw error;
  }
};

/** Headers that act as an account, for one call. */
export const asUser = async <T>(better: Better, user: string, call: (headers: Headers) => Promise<T>): Promise<T> => {
  const context = await better.auth.$context;
  const session = await context.internalAdapter.createSession(user);
  const name = context.authCookies.sessionToken.name;
  try {
    return await call(new Headers({ cookie: `${name}=${await better.signed(session.token)}` }));
  } finally {
    await context.internalAdapter.deleteSession(session.token);
  }
};

/** Headers that carry on from a ticket. `headers` may act as somebody already. */
export const withTicket = (ticket: string, headers = new Headers()): Headers => {
  const cookie = headers.get('cookie');
  headers.set('cookie', cookie === null ? ticket : `${cookie}; ${ticket}`);
  return headers;
};

/** The cookie of this name that an answer sets, as a ticket; null when it sets none, or clears it. */
export const ticketOf = (headers: Headers, name: string): string | null => {
  for (const cookie of headers.getSetCookie()) {
    const [pair = ''] = cookie.split(';', 1);
    const at = pair.indexOf('=');
    if (pair.slice(0, at).endsWith(name) && pair.length > at + 1) return pair;
  }
  return null;
};
