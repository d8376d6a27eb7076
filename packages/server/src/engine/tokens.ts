/**
 * Access tokens of OAuth 2.0 (RFC 6749, client credentials and refresh): asked for through the outgoing door when a call
 * needs one, kept in memory until shortly before they expire, never written anywhere.
 *
 * T1 What is asked for is on record, durably, before it is asked.
 * T2 Only the secret's own tokenUrl gets the client's secret: no redirect is followed.
 * T3 However many calls need the same token at once, it is asked for once.
 * T4 A refresh token that was replaced is stored, sealed, before the access token that came with it is used.
 * T5 The guard knows a token before anybody has it, under the name of its secret, and for some time after it was replaced.
 */

import {
  bad,
  type Credential,
  good,
  type Power,
  type Problem,
  problem,
  type Result,
  type Secret,
} from '@headgate/core';
import type { Door, OutResponse } from '../egress/door.ts';
import type { JournalWriter } from '../store/ports.ts';
import { JournalDown } from './broker.ts';
import type { HeldSecret } from './secret-source.ts';

/** Who needs a credential, and for what. */
export type TokenAsk = {
  readonly workspace: string;
  readonly project: string;
  readonly environment: string;
  /** Of the secret. */
  readonly name: string;
  readonly principal: string;
  readonly run: string;
  readonly step: string;
};

type OAuth = Extract<Credential, { readonly tokenUrl: string }>;

type Token = {
  readonly version: string;
  readonly value: string;
  readonly until: number;
  readonly refresh?: string;
  readonly workspace: string;
  /** Of the secret. */
  readonly name: string;
  /** Those before it, the latest first: runs hold what was answered to them. */
  readonly past: readonly string[];
};

type Deps = {
  readonly door: Door;
  readonly journal: Pick<JournalWriter, 'audit' | 'barrier'>;
  readonly now: () => number;
  /** May anything of the workspace reach this? The address of a token endpoint stands in a secret, and nobody lent it. */
  readonly reaches: (workspace: string, power: Power) => Promise<boolean>;
  /** Has the guard take up what `values` gives now. */
  readonly learn: () => Promise<void>;
};

const TIMEOUT = 20_000;
const MOST_BYTES = 256 * 1024;
/** How long a token counts whose answer does not say, and how long before its end one counts no more; milliseconds. */
const UNSAID = 300_000;
const MARGIN = 30_000;
const MOST_KEPT = 10_000;
const MOST_PAST = 8;

/** Codes that RFC 6749 (5.2) lets an answer name; anything else is not repeated. */
const SAID: ReadonlySet<string> = new Set([
  ...['invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client', 'unsupported_grant_type'],
  ...['invalid_scope', 'temporarily_unavailable', 'server_error'],
]);

export class Tokens {
  readonly #deps: Deps;
  readonly #kept = new Map<string, Token>();
  readonly #asking = new Map<string, Promise<Result<string>>>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The token of now for a secret: a kept one, or a fresh one. Problem `secret.token`. */
  async get(ask: TokenAsk, secret: HeldSecret, held: OAuth): Promise<Result<string>> {
    const kept = this.#kept.get(secret.id);
    if (kept !== undefined && kept.version === secret.version && kept.until > this.#deps.now()) return good(kept.value);
    const under = `${secret.id} ${secret.version}`;
    const asking = this.#asking.get(under);
    if (asking !== undefined) return asking;
    const fresh = this.#fetch(ask, secret, held).finally(() => this.#asking.delete(under));
    this.#asking.set(under, fresh);
    return fresh;
  }

  /** A call refused this token: the next one asks for another. */
  forget(id: string, value: string): void {
    const kept = this.#kept.get(id);
    if (kept?.value === value) this.#kept.set(id, { ...kept, until: 0 });
  }

  /** Tokens in memory, with those before them. */
  values(): readonly Secret[] {
    return [...this.#kept.values()].flatMap(({ value, refresh, past, workspace, name }) =>
      [value, ...past, ...(refresh === undefined ? [] : [refresh])].map((one) => ({ workspace, name, value: one })),
    );
  }

  async #fetch(ask: TokenAsk, secret: HeldSecret, held: OAuth): Promise<Result<string>> {
    const { door, journal, now, learn } = this.#deps;
    const { origin, hostname: host, port, protocol } = new URL(held.tokenUrl);
    const at = now();
    const power: Power = {
      power: 'net',
      method: 'POST',
      host,
      port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    };
    const reaches = await this.#deps.reaches(ask.workspace, power);
    const entry = {
      at,
      workspace: ask.workspace,
      actor: ask.principal,
      action: 'secret.token',
      object: `${ask.name} at ${origin}`,
      decision: reaches ? ('allow' as const) : ('deny' as const),
      reason: reaches ? null : 'policy.denied',
      run: ask.run,
      step: ask.step,
    };
    try {
      await journal.barrier(journal.audit([entry]));
    } catch {
      throw new JournalDown('asking for a token could not be put on record');
    }
    if (!reaches) return bad(noToken(ask.name, origin, 'this workspace may not reach it', 'no'));
    const before = this.#kept.get(secret.id);
    const known = before?.version === secret.version ? before.refresh : undefined;
    const answer = await door.request({
      ...requestOf(held, known),
      timeout: TIMEOUT,
      maxBytes: MOST_BYTES,
      inlineBytes: MOST_BYTES,
      maxRedirects: 0,
      judge: () => null,
    });
    if (!answer.ok) return bad(noToken(ask.name, origin, answer.problem.text, answer.problem.retry));
    const read = readAnswer(answer.value);
    if ('why' in read) return bad(noToken(ask.name, origin, read.why, read.again ? 'yes' : 'no'));
    const replaced = held.kind === 'oauth2_refresh' && read.refresh !== null && read.refresh !== held.refreshToken;
    let version: string | null = secret.version;
    let refresh = known;
    if (replaced && read.refresh !== null) {
      version = (await secret.renew?.({ ...held, refreshToken: read.refresh })) ?? null;
      // A source that takes nothing back: the new one is known as long as this process lives.
      if (version === null && secret.renew === undefined) {
        version = secret.version;
        refresh = read.refresh;
      }
    }
    const span = read.expires ?? UNSAID;
    const until = at + span - Math.min(MARGIN, span / 10);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    const past = before === undefined ? [] : [before.value, ...before.past];
    this.#kept.set(secret.id, {
      version: version ?? secret.version,
      value: read.token,
      until,
      workspace: ask.workspace,
      name: ask.name,
      past: [...new Set(past)].filter((one) => one !== read.token).slice(0, MOST_PAST),
      ...(refresh === undefined ? {} : { refresh }),
    });
    await learn();
    return good(read.token);
  }
}

const form = (fields: Readonly<Record<string, string | undefined>>): string => {
  const made = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) made.set(name, value);
  return made.toString();
};

/** As application/x-www-form-urlencoded, which is how client id and secret stand in the header (RFC 6749, 2.3.1). */
const encoded = (text: string): string => new URLSearchParams({ a: text }).toString().slice(2);

const requestOf = (held: OAuth, refresh: string | undefined) => {
  const { clientId, clientSecret, clientAuth = 'basic' } = held;
  const inHeader = clientSecret !== undefined && clientAuth === 'basic';
  const client = inHeader ? {} : { client_id: clientId, client_secret: clientSecret };
  const grant =
    held.kind === 'oauth2_client'
      ? { grant_type: 'client_credentials', scope: held.scope }
      : { grant_type: 'refresh_token', refresh_token: refresh ?? held.refreshToken };
  const basic = Buffer.from(`${encoded(clientId)}:${encoded(clientSecret ?? '')}`).toString('base64');
  return {
    method: 'POST',
    url: held.tokenUrl,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      ...(inHeader ? { authorization: `Basic ${basic}` } : {}),
    },
    body: form({ ...grant, ...client }),
  };
};

type Read =
  | { readonly token: string; readonly expires: number | null; readonly refresh: string | null }
  | { readonly why: string; readonly again: boolean };

const TOKEN = /^[\x21-\x7e]{1,16384}$/;

const readAnswer = ({ status, body }: OutResponse): Read => {
  let said: Readonly<Record<string, unknown>> = {};
  try {
    const value: unknown = body.kind === 'bytes' ? JSON.parse(body.bytes.toString('utf8')) : null;
    if (typeof value === 'object' && value !== null) said = { ...value };
  } catch {
    // Read as an answer that says nothing.
  }
  const { error, access_token: token, token_type: type, expires_in: expires, refresh_token: refresh } = said;
  if (status < 200 || status > 299) {
    const code = typeof error === 'string' && SAID.has(error) ? `: ${error}` : '';
    return { why: `it answered with status ${status}${code}`, again: status === 429 || status >= 500 };
  }
  if (typeof token !== 'string' || !TOKEN.test(token)) return { why: 'its answer holds no token', again: false };
  if (type !== undefined && (typeof type !== 'string' || type.toLowerCase() !== 'bearer'))
    return { why: 'its token is of a type that is not bearer', again: false };
  const seconds = Number(expires);
  return {
    token,
    expires: expires !== undefined && Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null,
    refresh: typeof refresh === 'string' && TOKEN.test(refresh) ? refresh : null,
  };
};

const noToken = (name: string, origin: string, why: string, retry: Problem['retry']): Problem =>
  problem('secret.token', `No token for the secret ${name} came from ${origin}: ${why}`, {
    at: { field: 'with.secret' },
    fix: 'See that tokenUrl, clientId and what goes with them are right; a refresh token that is spent has to be stored anew.',
    retry: retry === 'after' ? 'yes' : retry,
  });
