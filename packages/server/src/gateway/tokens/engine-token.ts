/**
 * The one verifier of engine tokens.
 *
 * ET1 Algorithm, type, issuer and audience are constants of this server. What a token's header says selects nothing but
 *     which of our own keys, all of one kind, is tried (TOK-01, TOK-02, TOK-06).
 * ET2 A signature is checked once; dates, the row of the token, its key and its maker are judged at every use (TOK-05).
 * ET3 A token is kept in memory by its hash alone.
 * ET4 Whatever is wrong, the caller hears the same; what it was stands in the audit trail.
 */

import { hash } from 'node:crypto';
import { narrow, type Permission, type Principal } from '@headgate/core';
import type { Named } from '../../store/people.ts';
import type { TokenRow } from '../../store/token.ts';
import type { Gate } from '../deps.ts';
import type { Found, NotFound } from './found.ts';

/** The `typ` of an engine token: no other JWT of ours, or of anybody, has it. */
export const TOKEN_TYPE = 'headgate-engine+jwt';

/** How much two clocks may differ, in milliseconds. */
export const SKEW = 5_000;

/** The longest life of a token, in milliseconds. */
export const LONGEST = 86_400_000;

const MOST_CACHED = 10_000;
const MOST_BYTES = 8_192;
const FORM = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;

/** What a signature vouches for. Times in milliseconds. */
type Claims = {
  readonly kid: string;
  readonly id: string;
  readonly workspace: string;
  readonly subject: string;
  readonly permissions: readonly Permission[];
  readonly projects: readonly string[] | null;
  readonly flows: readonly string[] | null;
  readonly from: number;
  readonly until: number;
};

/** A good token. */
export type Good = { readonly row: TokenRow; readonly who: Principal };

type Held = { readonly row: TokenRow | null; readonly maker: Named | null };

export class EngineTokens {
  readonly #gate: Pick<Gate, 'store' | 'publicUrl' | 'clock'>;
  /** Claims by the hash of the token whose signature was checked. */
  readonly #checked = new Map<string, Claims>();
  #seen = -1;
  #held = new Map<string, Held>();
  #keys: ReadonlyMap<string, { readonly jwk: object; readonly until: number | null }> | undefined;

  constructor(gate: Pick<Gate, 'store' | 'publicUrl' | 'clock'>) {
    this.#gate = gate;
  }

  /** The issuer that this server's tokens name. */
  get issuer(): string {
    return `${this.#gate.publicUrl}/api/v1/auth`;
  }

  /** Who acts by this token, or why it is none. */
  async find(token: string): Promise<Found | NotFound> {
    const good = await this.judge(token);
    if ('why' in good) return good;
    return { who: good.who };
  }

  /** The token's row and principal, or why it is not good now. */
  async judge(token: string): Promise<Good | NotFound> {
    if (token.length > MOST_BYTES || !FORM.test(token)) return { why: 'token.malformed' };
    this.#renew();
    const name = hash('sha256', token, 'base64');
    const known = this.#checked.get(name);
    const claims = known ?? (await this.#check(token));
    if ('why' in claims) return claims;
    if (known === undefined) this.#keep(name, claims);
    const now = this.#gate.clock();
    if (claims.until + SKEW <= now) return { why: 'token.expired' };
    if (claims.from - SKEW > now) return { why: 'token.early' };
    const key = (await this.#keysNow()).get(claims.kid);
    if (key === undefined || (key.until !== null && key.until + SKEW <= now)) return { why: 'token.key' };
    return this.#stand(claims, now);
  }

  /** Is the token still what its row and its maker say? */
  async #stand(claims: Claims, now: number): Promise<Good | NotFound> {
    const { row, maker } = await this.#heldOf(claims);
    if (row === null || row.workspace !== claims.workspace || row.subject !== claims.subject)
      return { why: 'token.unknown' };
    if (row.revoked !== null) return { why: 'token.revoked' };
    if (row.expires + SKEW <= now) return { why: row.renewed === null ? 'token.expired' : 'token.renewed' };
    if (maker === null || (maker.expires !== null && maker.expires <= now)) return { why: 'token.maker' };
    return { row, who: { ...narrow(maker.principal, claims), kind: 'engine', id: row.id } };
  }

  async #heldOf({ id, workspace }: Claims): Promise<Held> {
    const known = this.#held.get(id);
    if (known !== undefined) return known;
    const held = this.#held;
    const row = await this.#gate.store.tokens.byId(id);
    const maker = row === null ? null : await this.#gate.store.directory.named(workspace, row.maker);
    const found = { row, maker };
    // Only where nothing changed while it was read.
    if (held === this.#held) held.set(id, found);
    return found;
  }

  /** Forgets what a change of the store may have changed. Signatures stay checked: no change makes a good one bad. */
  #renew(): void {
    const version = this.#gate.store.version();
    if (version === this.#seen && this.#held.size < MOST_CACHED) return;
    this.#seen = version;
    this.#held = new Map();
    this.#keys = undefined;
  }

  async #keysNow(): Promise<ReadonlyMap<string, { readonly jwk: object; readonly until: number | null }>> {
    if (this.#keys !== undefined) return this.#keys;
    const seen = this.#seen;
    const rows = await this.#gate.store.tokens.keys(this.#gate.clock() - SKEW);
    const keys = new Map(rows.map(({ key, until }) => [key.kid, { jwk: key, until }]));
    if (seen === this.#seen) this.#keys = keys;
    return keys;
  }

  #keep(name: string, claims: Claims): void {
    if (this.#checked.size >= MOST_CACHED) this.#checked.clear();
    this.#checked.set(name, claims);
  }

  /** Checks signature and claims; dates are judged by the caller, since they are judged at every use. */
  async #check(token: string): Promise<Claims | NotFound> {
    const keys = await this.#keysNow();
    // Loaded with the first token: most servers see none.
    const { errors, importJWK, jwtVerify } = await import('jose');
    try {
      const { payload, protectedHeader } = await jwtVerify(
        token,
        ({ kid }) => {
          const key = kid === undefined ? undefined : keys.get(kid);
          if (key === undefined) throw new errors.JWKSNoMatchingKey();
          return importJWK(key.jwk, 'EdDSA');
        },
        {
          algorithms: ['EdDSA'],
          typ: TOKEN_TYPE,
          issuer: this.issuer,
          audience: this.#gate.store.instance,
          requiredClaims: ['exp', 'nbf', 'iat', 'jti', 'sub'],
          currentDate: new Date(this.#gate.clock()),
          clockTolerance: SKEW / 1000,
        },
      );
      return claimsOf(protectedHeader.kid, payload) ?? { why: 'token.claims' };
    } catch (error) {
      if (error instanceof errors.JOSEError) return { why: whyOf(error) };
      throw error;
    }
  }
}

/** The reason that goes on record, from the library's own word for it. */
const whyOf = (error: { readonly code: string; readonly claim?: unknown }): string => {
  switch (error.code) {
    case 'ERR_JOSE_ALG_NOT_ALLOWED':
      return 'token.alg';
    case 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED':
      return 'token.signature';
    case 'ERR_JWT_EXPIRED':
      return 'token.expired';
    case 'ERR_JWKS_NO_MATCHING_KEY':
      return 'token.key';
    case 'ERR_JWT_CLAIM_VALIDATION_FAILED':
      return CLAIMS[String(error.claim)] ?? 'token.claims';
    default:
      return 'token.malformed';
  }
};

const CLAIMS: Readonly<Record<string, string>> = {
  aud: 'token.audience',
  iss: 'token.issuer',
  nbf: 'token.early',
  exp: 'token.expired',
  typ: 'token.type',
};

const texts = (value: unknown): readonly string[] | null | undefined => {
  if (value === undefined) return null;
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;
};

/** Null: signed by us and still not of the form that we sign. */
const claimsOf = (kid: string | undefined, payload: Readonly<Record<string, unknown>>): Claims | null => {
  const { jti, ws, sub, scope, iat, nbf, exp } = payload;
  const projects = texts(payload['projects']);
  const flows = texts(payload['flows']);
  if (typeof kid !== 'string' || typeof jti !== 'string' || typeof ws !== 'string' || typeof sub !== 'string')
    return null;
  if (typeof scope !== 'string' || typeof iat !== 'number' || typeof nbf !== 'number' || typeof exp !== 'number')
    return null;
  if (projects === undefined || flows === undefined || (exp - iat) * 1000 > LONGEST) return null;
  // Words that are no permissions of ours meet none in `narrow`.
  const permissions = scope.split(' ') as readonly Permission[];
  return {
    kid,
    id: jti,
    workspace: ws,
    subject: sub,
    permissions,
    projects,
    flows,
    from: nbf * 1000,
    until: exp * 1000,
  };
};
