/** Outside databases and brokers as the engine sees them: whom to call, as whom, with what, and what came of it. */

import { type Problem, problem, type Result } from '@headgate/core';

export type Login = { readonly user: string; readonly password: string };

export type Place = {
  readonly host: string;
  readonly port: number;
  /** Encrypted, with a certificate that is the host's; false only where WI1 lets it. */
  readonly tls: boolean;
};

/** `sent`: nothing can have been changed there, or perhaps something was. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem; readonly sent: 'no' | 'maybe' };

export type SqlQuery = {
  readonly sql: string;
  readonly params: readonly unknown[];
  readonly mode: 'read' | 'write';
  /** Rows at most. */
  readonly rows: number;
  /** Bytes at most, as they come from the server. */
  readonly bytes: number;
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
};

export type SqlRows = { readonly rows: readonly Readonly<Record<string, unknown>>[]; readonly changed: number };

/** One connection that is logged in. It carries one query at a time. */
export type Session<Q, A> = {
  readonly query: (query: Q) => Promise<Answer<A>>;
  /** Nothing of the last query is left in it, and it can be asked again. */
  readonly fit: () => Promise<boolean>;
  readonly close: () => void;
};

/** Opens a session; `signal` gives it up. */
export type Open<Q, A> = (signal: AbortSignal) => Promise<Result<Session<Q, A>>>;

/** Milliseconds to connect and log in. */
export const CONNECT = 10_000;
/** Bytes of greeting and login at most. */
export const GREETING = 1_000_000;

/** What a server says, fit to be told: one line, not too long, and without the password it was given. */
export const saidBy = (text: string, login: Login | null): string => {
  const hidden = login === null || login.password === '' ? text : text.replaceAll(login.password, '•••');
  // oxlint-disable-next-line no-control-regex -- they are what is taken out
  const line = hidden.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return line.length > 500 ? `${line.slice(0, 500)}…` : line;
};

export const whereOf = ({ host, port }: Place): string => `${host}:${port}`;

export const tooManyRows = (most: number): Problem =>
  problem('database.rows', `The answer has more than ${most} rows`, {
    at: { field: 'with.rows' },
    fix: 'Ask for less (LIMIT, WHERE), or raise `rows`.',
  });

export const tooManyBytes = (place: Place, most: number): Problem =>
  problem('database.size', `${whereOf(place)} sends more than ${most} bytes`, {
    fix: 'Ask for fewer rows, or for columns that hold less.',
  });

export const tookTooLong = (place: Place, ms: number): Problem =>
  problem('database.timeout', `${whereOf(place)} did not answer within ${ms} ms`, {
    at: { field: 'with.timeout' },
    retry: 'yes',
    fix: 'Raise `timeout`, or make the question a smaller one.',
  });

export const givenUp = (): Problem => problem('database.cancelled', 'The call was given up');

export const lost = (place: Place, why: string): Problem =>
  problem('database.broken', `The exchange with ${whereOf(place)} broke: ${why}`, { retry: 'yes' });

export const noTls = (place: Place): Problem =>
  problem('egress.tls', `${whereOf(place)} does not offer an encrypted connection, and nothing was said to it`, {
    at: { field: 'tls' },
    fix: 'Switch TLS on at the server; for a server in your own network that an admin opened, `tls` may be off.',
  });

export const refusedLogin = (place: Place, said: string): Problem =>
  problem('database.login', `${whereOf(place)} refuses the login: ${said}`, {
    at: { field: 'with.secret' },
    fix: 'Look at user, password and database, and at what the server lets in.',
  });
