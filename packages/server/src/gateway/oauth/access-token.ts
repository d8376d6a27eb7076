/**
 * The one verifier of OAuth access tokens. They are opaque (`hg_at_` and 256 random bits) and found by their keyed hash, so
 * there is no signature, algorithm or claim to be mistaken about, and one that is ended is gone with the next call.
 *
 * AT1 A token is for its resource alone: presented elsewhere it is no credential (RFC 8707, TOK-06).
 * AT2 It holds what the person consented to, within what he may now.
 * AT3 A refresh token is no access token, nor the other way round.
 */

import { narrow, type Principal } from '@headgate/core';
import type { Held } from '../../store/oauth.ts';
import type { Gate } from '../deps.ts';
import type { Found, NotFound } from '../tokens/found.ts';

export const ACCESS = 'hg_at_';
export const REFRESH = 'hg_rt_';
const FORM = /^hg_at_[A-Za-z0-9_-]{43}$/;
const MOST_CACHED = 10_000;

type Known = { readonly held: Held; readonly person: Principal | null } | null;

export class AccessTokens {
  readonly #gate: Pick<Gate, 'store' | 'vault' | 'clock'>;
  #seen = -1;
  #known = new Map<string, Known>();

  constructor(gate: Pick<Gate, 'store' | 'vault' | 'clock'>) {
    this.#gate = gate;
  }

  async find(plain: string): Promise<Found | NotFound> {
    if (!FORM.test(plain)) return { why: 'token.malformed' };
    const known = await this.#look(this.#gate.vault.hashKey(plain));
    if (known === null || known.held.token.kind !== 'access') return { why: 'token.unknown' };
    const { held, person } = known;
    const { consent, token } = held;
    if (token.expires <= this.#gate.clock()) return { why: 'token.expired' };
    if (consent.revoked !== null) return { why: 'token.revoked' };
    if (person === null) return { why: 'token.maker' };
    const { permissions, resource } = consent;
    const who = {
      ...narrow(person, { permissions, projects: null, flows: null }),
      kind: 'client',
      id: consent.id,
    } as const;
    return { who, resource };
  }

  async #look(hash: string): Promise<Known> {
    const { store } = this.#gate;
    const version = store.version();
    if (version !== this.#seen || this.#known.size >= MOST_CACHED) {
      this.#seen = version;
      this.#known = new Map();
    }
    const kept = this.#known.get(hash);
    if (kept !== undefined) return kept;
    const cache = this.#known;
    const held = await store.oauth.token(hash);
    const person = held === null ? null : await store.directory.user(held.consent.workspace, held.consent.user);
    const known = held === null ? null : { held, person };
    // A token that is not there is not remembered: guesses must fill no memory.
    if (known !== null && cache === this.#known) cache.set(hash, known);
    return known;
  }
}

/** Is the path of this route the resource, or below it? By segments: `/api/v1x` is not below `/api/v1`. */
export const isWithin = (resource: string, path: string): boolean => {
  const root = new URL(resource).pathname;
  return path === root || path.startsWith(`${root}/`);
};
