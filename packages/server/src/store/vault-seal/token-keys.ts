/**
 * The keys that sign engine tokens: Ed25519, each derived from a root of the keyring and its own name, so that none is
 * kept anywhere. The private halves do not leave this file; what signs here is verified elsewhere, with the public half.
 *
 * TK1 One algorithm, EdDSA over Ed25519 (RFC 8037); nothing chooses another.
 */

import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { hkdf, type Keyring } from './keyring.ts';

/** `generation`: of the root that the key stands on. */
export type TokenKeyName = { readonly kid: string; readonly generation: number };

/** The public half, as RFC 8037 writes it. */
export type PublicTokenKey = {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly alg: 'EdDSA';
  readonly use: 'sig';
};

export type TokenKeys = {
  /** Null: the root that the key stands on is not there. */
  readonly publicOf: (name: TokenKeyName) => PublicTokenKey | null;
  /** A compact JWS of the claims, typed `type`. Throws when the root that the key stands on is not there. */
  readonly sign: (name: TokenKeyName, type: string, claims: Readonly<Record<string, unknown>>) => Promise<string>;
};

/** What comes before the 32 bytes of a private key in PKCS #8 (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

const MOST_KEPT = 32;

/** Makes the signing keys over a keyring. */
export const tokenKeys = (ring: Keyring): TokenKeys => {
  const made = new Map<string, KeyObject>();
  const privateOf = ({ kid, generation }: TokenKeyName): KeyObject | null => {
    const known = made.get(kid);
    if (known !== undefined) return known;
    const root = ring.all('token')[ring.generation() - generation];
    if (root === undefined) return null;
    const seed = hkdf(root, Buffer.from(kid), 'headgate token key 1');
    const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
    if (made.size >= MOST_KEPT) made.clear();
    made.set(kid, key);
    return key;
  };
  return {
    publicOf: (name) => {
      const key = privateOf(name);
      if (key === null) return null;
      const { x } = createPublicKey(key).export({ format: 'jwk' });
      return x === undefined ? null : { kty: 'OKP', crv: 'Ed25519', x, kid: name.kid, alg: 'EdDSA', use: 'sig' };
    },
    sign: async (name, type, claims) => {
      const key = privateOf(name);
      if (key === null) throw new Error(`the root of the token key ${name.kid} is not there`);
      // Loaded with the first token: most servers sign none.
      const { SignJWT } = await import('jose');
      return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'EdDSA', kid: name.kid, typ: type }).sign(key);
    },
  };
};
