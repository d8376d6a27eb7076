/**
 * Which verifier a credential is for: told by its form alone, before anything of it is read. Each kind has exactly one, and
 * none tries what another refused.
 */

import type { Identities } from '../identity.ts';
import { ACCESS, type AccessTokens } from '../oauth/access-token.ts';
import type { EngineTokens } from './engine-token.ts';
import type { Found, NotFound } from './found.ts';

/** Of an access token: its mark and 32 bytes as base64url. */
const LENGTH = ACCESS.length + 43;

export class Credentials {
  readonly #keys: Identities;
  readonly #tokens: EngineTokens;
  readonly #access: AccessTokens;

  constructor(keys: Identities, tokens: EngineTokens, access: AccessTokens) {
    this.#keys = keys;
    this.#tokens = tokens;
    this.#access = access;
  }

  /** Who acts by this credential, or why it is none. */
  find(plain: string): Promise<Found | NotFound> {
    // No key and no opaque token holds a full stop, and every JWT does. A key is shorter than an access token.
    if (plain.includes('.')) return this.#tokens.find(plain);
    return plain.startsWith(ACCESS) && plain.length === LENGTH ? this.#access.find(plain) : this.#keys.find(plain);
  }
}
