/**
 * Access tokens of OAuth 2.0 (RFC 6749, client credentials and refresh): asked for through the outgoing door when a call
 * needs one, kept in memory until shortly before they expire, never written anywhere.
 *
 * T1 What is asked for is on record, durably, before it is asked.
 * T2 Only the secret's own tokenUrl gets the client's secret: no redirect is followed.
 * T3 However many calls need the same token at once, it is asked for once.
 * T4 A refresh token that was replaced is stored, sealed, before the access token that came with it is used.
 * T5 The guard knows a token before anybody has it, under the name of its secret, and for some time after it was replaced.
 * T6 While its token counts, who read a secret before its refresh token was replaced gets that token, and sends nothing spent.
 */

import { bad, type Credential, good, type Problem, problem, type Result, type Secret } from '@headgate/core';
import type { Door } from '../egress/door.ts';
import { type AskDeps, mayAsk } from './may-ask.ts';
import { askToken } from './oauth-call.ts';
import type { HeldSecret } from './secret-source.ts';

/** Who needs a credential, and for what. */
export type TokenAsk = {
  readonly workspace: string;
  readonly project: string;
  readonly flow: string;
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
  /** The version it was asked for by: who read that one before it was replaced is served, too. */
  readonly from: string;
  readonly value: string;
  readonly until: number;
  readonly refresh?: string;
  readonly workspace: string;
  /** Of the secret. */
  readonly name: string;
  /** Those before it, the latest first: runs hold what was answered to them. */
  readonly past: readonly string[];
};

type Deps = AskDeps & {
  readonly door: Door;
  /** Has the guard take up what `values` gives now. */
  readonly learn: () => Promise<void>;
};

/** How long a token counts whose answer does not say, and how long before its end one counts no more; milliseconds. */
const UNSAID = 300_000;
const MARGIN = 30_000;
const MOST_KEPT = 10_000;
const MOST_PAST = 8;

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
    const isOf = kept !== undefined && (kept.version === secret.version || kept.from === secret.version);
    if (isOf && kept.until > this.#deps.now()) return good(kept.value);
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
    const { door, now, learn } = this.#deps;
    const { origin } = new URL(held.tokenUrl);
    const at = now();
    const { workspace, principal: actor, run, step } = ask;
    const object = `${ask.name} at ${origin}`;
    const reaches = await mayAsk(this.#deps, held.tokenUrl, {
      ...{ workspace, actor, action: 'secret.token', object, run, step },
    });
    if (!reaches) return bad(noToken(ask.name, origin, 'this workspace may not reach it', 'no'));
    const before = this.#kept.get(secret.id);
    const known = before?.version === secret.version ? before.refresh : undefined;
    const read = await askToken(door, held.tokenUrl, held, fieldsOf(held, known));
    if ('why' in read) return bad(noToken(ask.name, origin, read.why, read.again));
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
      from: secret.version,
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

const fieldsOf = (held: OAuth, refresh: string | undefined) =>
  held.kind === 'oauth2_client'
    ? { grant_type: 'client_credentials', scope: held.scope }
    : { grant_type: 'refresh_token', refresh_token: refresh ?? held.refreshToken };

const noToken = (name: string, origin: string, why: string, retry: Problem['retry']): Problem =>
  problem('secret.token', `No token for the secret ${name} came from ${origin}: ${why}`, {
    at: { field: 'with.secret' },
    fix: 'See that tokenUrl, clientId and what goes with them are right; a refresh token that is spent has to be stored anew.',
    retry: retry === 'after' ? 'yes' : retry,
  });
