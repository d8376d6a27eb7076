/**
 * Sealing secrets: an envelope. Every secret has a data key of its own (random, never used twice), wrapped by the key
 * derived from the instance key; so changing the instance key means wrapping again, not opening values.
 *
 * A sealed secret is: form (1 byte), the wrapped data key (a box of 32 bytes: 60), then the value (a box). Form 1 is a
 * plain text; form 2 a credential of a kind, as JSON; form 3 either, of one environment.
 *
 * E1 Both boxes are bound to workspace, secret and version: a sealed value put back in the place of a newer one, or
 *    under another name or tenant, does not open.
 * E3 Form 3 is form 2 that is bound to an environment besides, whatever its kind: asked for in another one it does not open.
 * E2 Form 2 is bound to its kind and its origins as well: whoever can write in the database alone cannot send it elsewhere.
 */

import { createSecretKey, randomBytes } from 'node:crypto';
import { NONCE, TAG, sealBox } from './box.ts';

export const PLAIN_FORM = 1;
export const BOUND_FORM = 2;
export const PLACED_FORM = 3;

/** Stands for every environment. */
export const EVERYWHERE = '*';
export const WRAPPED = NONCE + 32 + TAG;

/** Besides workspace, secret and version, what a credential of a kind, or a secret of an environment, is bound to. */
export type Bound = {
  readonly kind: string;
  readonly origins: readonly string[];
  /** Absent: it holds in all of them. */
  readonly environment?: string;
};

/** What a secret is bound to; null: a plain text that holds everywhere. */
export const boundOf = (kind: string, origins: readonly string[], environment: string): Bound | null =>
  environment !== EVERYWHERE ? { kind, origins, environment } : kind === 'plain' ? null : { kind, origins };

/** The form that a secret has by what it is bound to. */
export const formOf = (bound: Bound | null): number =>
  bound === null ? PLAIN_FORM : bound.environment === undefined ? BOUND_FORM : PLACED_FORM;

/** What a sealed secret is bound to; `bound` null: form 1. */
export const secretAbout = (workspace: string, secret: string, version: number, bound: Bound | null): string =>
  JSON.stringify([
    ...[workspace, secret, version],
    ...(bound === null ? [] : [bound.kind, bound.origins]),
    ...(bound?.environment === undefined ? [] : [bound.environment]),
  ]);

/** Seals a secret's value under the key for secrets, in the form that fits what it is bound to. */
export const sealSecret = (
  secretKey: Uint8Array,
  workspace: string,
  secret: string,
  version: number,
  value: string,
  bound: Bound | null = null,
): Uint8Array => {
  const about = secretAbout(workspace, secret, version, bound);
  const form = Uint8Array.of(formOf(bound));
  const dataKey = randomBytes(32);
  const wrapped = sealBox(createSecretKey(secretKey), `key ${about}`, dataKey, form);
  const sealed = sealBox(createSecretKey(dataKey), `value ${about}`, value, wrapped);
  dataKey.fill(0);
  return sealed;
};
