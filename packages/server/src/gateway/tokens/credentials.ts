/**
 * Which verifier a credential is for: told by its form alone, before anything of it is read. Each kind has exactly one, and
 * none tries what another refused.
 */

import type { Identities } from '../identity.ts';
import type { EngineTokens } from './engine-token.ts';
import type { Found, NotFound } from './found.ts';

export class Credentials {
  readonly #keys: Identities;
  readonly #tokens: EngineTokens;

  constructor(keys: Identities, tokens: EngineTokens) {
    this.#keys = keys;
    this.#tokens = tokens;
  }

  /** Who acts by this credential, or why it is none. */
  find(plain: string): Promise<Found | NotFound> {
    // No API key holds a full stop, and every JWT does.
    return plain.includes('.') ? this.#tokens.find(plain) : this.#keys.find(plain);
  }
}
