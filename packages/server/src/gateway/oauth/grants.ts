/**
 * The token endpoint: from a code, or a refresh token, to tokens.
 *
 * GR1 A code works once and for a minute; coming with it again ends all that came of it (RFC 9700).
 * GR2 A refresh token works once; coming with it again ends all that came of the same consent.
 * GR3 Code, client, address and verifier have to fit together, or nothing is given and the code is used up.
 */

import { hash, timingSafeEqual } from 'node:crypto';
import type { ConsentRow } from '../../store/oauth.ts';
import type { Audit } from '../audit.ts';
import type { Gate } from '../deps.ts';
import { ACCESS, REFRESH } from './access-token.ts';
import type { Wrong } from './request.ts';

export type Body = {
  readonly grant_type?: string | undefined;
  readonly code?: string | undefined;
  readonly redirect_uri?: string | undefined;
  readonly client_id?: string | undefined;
  readonly code_verifier?: string | undefined;
  readonly refresh_token?: string | undefined;
  readonly resource?: string | undefined;
  readonly scope?: string | undefined;
};

export type Given = {
  readonly access: string;
  readonly refresh: string;
  readonly seconds: number;
  readonly scope: string;
};

type Outcome = { readonly given: Given } | { readonly wrong: Wrong };

/** How long an access token lasts, and a refresh token that nobody uses. Milliseconds. */
const ACCESS_LIFE = 3_600_000;
const REFRESH_LIFE = 30 * 86_400_000;
/** However often it is refreshed, a consent is asked for again after this time. */
const CONSENT_LIFE = 180 * 86_400_000;

const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;

const no = (text: string, error = 'invalid_grant'): { readonly wrong: Wrong } => ({ wrong: { error, text } });
const GONE: Outcome = no('the grant is unknown, used, over, or was not given to this client');

export class TokenDesk {
  readonly #gate: Gate;
  readonly #audit: Audit;

  constructor(gate: Gate, audit: Audit) {
    this.#gate = gate;
    this.#audit = audit;
  }

  exchange(body: Body): Promise<Outcome> {
    switch (body.grant_type) {
      case 'authorization_code':
        return this.#byCode(body);
      case 'refresh_token':
        return this.#byRefresh(body);
      default:
        return Promise.resolve(no('grant_type must be authorization_code or refresh_token', 'unsupported_grant_type'));
    }
  }

  async #byCode({ code, redirect_uri, client_id, code_verifier, resource }: Body): Promise<Outcome> {
    if (code === undefined || client_id === undefined || redirect_uri === undefined || code_verifier === undefined)
      return no('code, client_id, redirect_uri and code_verifier are needed', 'invalid_request');
    const { store, vault, clock } = this.#gate;
    const now = clock();
    const taken = await store.oauth.takeCode(vault.hashKey(code), now);
    if (taken === null) return GONE;
    const { consent } = taken;
    if (taken.used) return this.#reused(consent, 'code.reuse');
    if (taken.code.expires <= now || consent.revoked !== null) return GONE;
    if (consent.client !== client_id || taken.code.redirect !== redirect_uri) return GONE;
    if (!VERIFIER.test(code_verifier) || !fits(code_verifier, taken.code.challenge)) return GONE;
    if (resource !== undefined && resource !== consent.resource) return no('resource is another one', 'invalid_target');
    return this.#give(consent, now);
  }

  async #byRefresh({ refresh_token, client_id, resource, scope }: Body): Promise<Outcome> {
    if (refresh_token === undefined || client_id === undefined)
      return no('refresh_token and client_id are needed', 'invalid_request');
    const { store, vault, clock } = this.#gate;
    const now = clock();
    const held = refresh_token.startsWith(REFRESH) ? await store.oauth.token(vault.hashKey(refresh_token)) : null;
    if (held === null || held.token.kind !== 'refresh' || held.consent.client !== client_id) return GONE;
    const { consent, token } = held;
    if (token.used !== null) return this.#reused(consent, 'token.reuse');
    if (token.expires <= now || consent.revoked !== null) return GONE;
    if (resource !== undefined && resource !== consent.resource) return no('resource is another one', 'invalid_target');
    if (scope !== undefined && scope.split(' ').toSorted().join(' ') !== consent.permissions.toSorted().join(' '))
      return no('scope is not the one that was consented to', 'invalid_scope');
    if ((await store.directory.user(consent.workspace, consent.user)) === null) return GONE;
    const made = await this.#give(consent, now, token.hash);
    // Somebody was faster with the same token.
    return made === GONE ? this.#reused(consent, 'token.reuse') : made;
  }

  async #give(consent: ConsentRow, now: number, instead?: string): Promise<Outcome> {
    const { store, vault } = this.#gate;
    const access = ACCESS + vault.newKey().slice(3);
    const refresh = REFRESH + vault.newKey().slice(3);
    const tokens = [
      { hash: vault.hashKey(access), kind: 'access' as const, issued: now, expires: now + ACCESS_LIFE },
      {
        hash: vault.hashKey(refresh),
        kind: 'refresh' as const,
        issued: now,
        expires: Math.min(now + REFRESH_LIFE, consent.created + CONSENT_LIFE),
      },
    ];
    const { workspace, id: object, user: actor } = consent;
    const deed = { workspace, actor, action: 'oauthToken', object, decision: 'allow' as const, reason: null };
    if (!(await this.#audit.record(deed))) return no('the audit trail cannot be written', 'temporarily_unavailable');
    if (!(await store.oauth.issue(consent.id, tokens, now, instead))) return GONE;
    return { given: { access, refresh, seconds: ACCESS_LIFE / 1000, scope: consent.permissions.join(' ') } };
  }

  /** Somebody has what was used already: who is who cannot be told, so both lose it. */
  async #reused(consent: ConsentRow, reason: string): Promise<Outcome> {
    await this.#gate.store.oauth.end(consent.id, this.#gate.clock());
    const { workspace, id: object, user: actor } = consent;
    await this.#audit.record({ workspace, actor, action: 'oauthToken', object, decision: 'deny', reason });
    return GONE;
  }
}

/** Is the challenge the S256 of this verifier? */
const fits = (verifier: string, challenge: string): boolean => {
  const made = Buffer.from(hash('sha256', verifier, 'base64url'));
  const asked = Buffer.from(challenge);
  return made.length === asked.length && timingSafeEqual(made, asked);
};
