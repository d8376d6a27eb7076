/** The headers by which a provider of models knows who asks: the secret it was set up with, as its kind wants it sent. */

import type { ModelAt, Problem } from '@headgate/core';
import type { Credentials } from '../credentials.ts';
import type { TokenAsk } from '../tokens.ts';

const AUTHORIZATION = 'authorization';
const BEARER = /^bearer +/i;
/** Whose secrets those are that name no project. */
const PROJECT = 'default';

/** The headers, or why there are none. */
export const keyed = async (
  credentials: Pick<Credentials, 'fill'>,
  of: Omit<TokenAsk, 'name'>,
  { provider, baseUrl }: Pick<ModelAt, 'provider' | 'baseUrl'>,
): Promise<{ readonly headers: Readonly<Record<string, string>> } | { readonly problem: Problem }> => {
  const { secret } = provider.setup;
  if (secret === undefined) return { headers: {} };
  const headers: Record<string, string> = {};
  const filled = await credentials.fill(
    { ...of, name: secret.name, project: secret.project ?? PROJECT },
    new URL(baseUrl).origin,
    headers,
  );
  if ('problem' in filled) return filled;
  const { header, bearer } = provider.kind.key;
  const held = headers[AUTHORIZATION];
  // A secret that says itself in which header it goes is sent so.
  if (held === undefined || (header === AUTHORIZATION && bearer)) return { headers };
  delete headers[AUTHORIZATION];
  return { headers: { ...headers, [header]: bearer ? held : held.replace(BEARER, '') } };
};
