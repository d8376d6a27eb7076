/**
 * Judging a request for authorization, in the order that keeps people safe: first who asks and where the answer would go,
 * on which nobody is redirected yet (OA2); then the rest, of which the client is told.
 */

import { isTokenPermission, TOKEN_PERMISSIONS, type TokenPermission } from '@headgate/core';
import type { Client } from './clients.ts';

/** What came in the query. */
export type Query = {
  readonly response_type?: string | undefined;
  readonly client_id?: string | undefined;
  readonly redirect_uri?: string | undefined;
  readonly scope?: string | undefined;
  readonly state?: string | undefined;
  readonly code_challenge?: string | undefined;
  readonly code_challenge_method?: string | undefined;
  readonly resource?: string | undefined;
  readonly response_mode?: string | undefined;
};

/** A request that can be put to a person. */
export type Asked = {
  readonly client: Client;
  readonly redirect: string;
  readonly state: string | null;
  readonly challenge: string;
  readonly permissions: readonly TokenPermission[];
  readonly resource: string;
};

/** An error of OAuth, for the client: RFC 6749 4.1.2.1, RFC 8707. */
export type Wrong = { readonly error: string; readonly text: string };

/** S256 of a verifier: 32 bytes as base64url. */
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

const DEFAULT: readonly TokenPermission[] = ['flow.read', 'run', 'run.read'];

/** The resources of this server that a token can be for; the first when none was named. */
export const resourcesOf = (publicUrl: string): readonly [string, string] => [
  `${publicUrl}/api/v1/mcp/streamable`,
  `${publicUrl}/api/v1`,
];

/** The part of an address that is told to a person: who would get the answer. */
export const hostOf = (redirect: string): string => {
  const url = new URL(redirect);
  return url.host === '' ? `${url.protocol.slice(0, -1)} (an application on this device)` : url.host;
};

/** The permissions of a scope, or null when it names something that no token can hold. */
export const scopeOf = (scope: string | undefined): readonly TokenPermission[] | null => {
  if (scope === undefined || scope.trim() === '') return DEFAULT;
  const words = [...new Set(scope.split(' ').filter((word) => word !== ''))];
  const known = words.filter(isTokenPermission);
  return known.length === words.length ? TOKEN_PERMISSIONS.filter((one) => known.includes(one)) : null;
};

/** What can be put to a person, or what the client is told. `client` and `redirect` are known to be right. */
export const judgeRequest = (
  query: Query,
  client: Client,
  redirect: string,
  publicUrl: string,
): { readonly asked: Asked } | { readonly wrong: Wrong } => {
  const no = (error: string, text: string) => ({ wrong: { error, text } });
  if (query.response_type !== 'code') return no('unsupported_response_type', 'response_type must be code');
  if (query.response_mode !== undefined && query.response_mode !== 'query')
    return no('invalid_request', 'response_mode must be query');
  if (query.code_challenge_method !== 'S256') return no('invalid_request', 'code_challenge_method must be S256');
  if (query.code_challenge === undefined || !CHALLENGE.test(query.code_challenge))
    return no('invalid_request', 'code_challenge must be 43 characters of base64url');
  const permissions = scopeOf(query.scope);
  if (permissions === null)
    return no('invalid_scope', `scope names something else than ${TOKEN_PERMISSIONS.join(', ')}`);
  const resources = resourcesOf(publicUrl);
  const resource = query.resource ?? resources[0];
  if (!resources.includes(resource)) return no('invalid_target', `resource must be one of ${resources.join(', ')}`);
  const { state = null, code_challenge: challenge } = query;
  return { asked: { client, redirect, state, challenge, permissions, resource } };
};

/** The address to send a person back to, with what is said there. */
export const backTo = (
  redirect: string,
  issuer: string,
  state: string | null,
  said: Readonly<Record<string, string>>,
): string => {
  const url = new URL(redirect);
  for (const [name, value] of Object.entries(said)) url.searchParams.set(name, value);
  if (state !== null) url.searchParams.set('state', state);
  url.searchParams.set('iss', issuer);
  return url.href;
};
