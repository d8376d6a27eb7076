/**
 * OpenID Connect with one provider, as a confidential client: authorization code with PKCE (S256), state and nonce, by
 * oauth4webapi, whose every request goes through the door of this room.
 *
 * SO1 The provider's issuer is looked up when somebody first signs in with it, and kept for an hour.
 * SO2 Its identity token is checked whole: issuer, audience, nonce, times, and the signature by the provider's own keys.
 * SO3 The administrator's naming an issuer opens that host and port to this, and nothing to flows. No redirect is followed.
 */

import { bad, good, problem, type Problem, type Result } from '@headgate/core';
import * as oauth from 'oauth4webapi';
import { parseAllow } from '../allow.ts';
import { type Door, type DoorOptions, openDoor } from '../door.ts';
import type { Provider, Said, SignOn } from './port.ts';

const TIMEOUT = 10_000;
const MOST = 1_000_000;
const KEPT = 3_600_000;

const failed = (why: string): Problem =>
  problem('sign_on.failed', `Signing in with the provider did not work: ${why}`, { retry: 'yes' });

/** Opening it asks nobody anything. `clock`: milliseconds since the epoch. */
export const openSignOn = (provider: Provider, clock: () => number, options: DoorOptions = {}): SignOn => {
  const issuer = new URL(provider.issuer);
  const port = issuer.port === '' ? (issuer.protocol === 'https:' ? '443' : '80') : issuer.port;
  const allowed = parseAllow(`${issuer.hostname}:${port}`);
  const door = openDoor(allowed.ok ? allowed.value : { allow: [], entries: [] }, options);
  const http = { [oauth.customFetch]: fetcher(door), [oauth.allowInsecureRequests]: issuer.protocol === 'http:' };
  const client: oauth.Client = { client_id: provider.clientId };
  let known: { readonly until: number; readonly server: Promise<oauth.AuthorizationServer> } | undefined;

  const discover = (): Promise<oauth.AuthorizationServer> => {
    if (known === undefined || known.until <= clock()) {
      const server = oauth
        .discoveryRequest(issuer, http)
        .then((response) => oauth.processDiscoveryResponse(issuer, response));
      const made = { until: clock() + KEPT, server };
      known = made;
      server.catch(() => {
        if (known === made) known = undefined;
      });
    }
    return known.server;
  };

  const authOf = (server: oauth.AuthorizationServer): oauth.ClientAuth =>
    server.token_endpoint_auth_methods_supported?.includes('client_secret_basic') === false
      ? oauth.ClientSecretPost(provider.clientSecret)
      : oauth.ClientSecretBasic(provider.clientSecret);

  const said = async (server: oauth.AuthorizationServer, tokens: oauth.TokenEndpointResponse): Promise<Said> => {
    const claims = oauth.getValidatedIdTokenClaims(tokens);
    if (claims === undefined) throw new Error('no identity token came');
    const more =
      server.userinfo_endpoint === undefined
        ? {}
        : await oauth.processUserInfoResponse(
            server,
            client,
            claims.sub,
            await oauth.userInfoRequest(server, client, tokens.access_token, http),
          );
    const all: Readonly<Record<string, unknown>> = { ...claims, ...more };
    return {
      subject: claims.sub,
      email: textOf(all['email']),
      verified: all['email_verified'] === true,
      name: textOf(all['name']),
    };
  };

  return {
    title: provider.title,

    begin: (back) =>
      caught(async () => {
        const server = await discover();
        if (server.authorization_endpoint === undefined) throw new Error('the provider has no authorization endpoint');
        const pending = {
          state: oauth.generateRandomState(),
          nonce: oauth.generateRandomNonce(),
          verifier: oauth.generateRandomCodeVerifier(),
        };
        const url = new URL(server.authorization_endpoint);
        for (const [name, value] of Object.entries({
          client_id: provider.clientId,
          response_type: 'code',
          redirect_uri: back,
          scope: 'openid email profile',
          state: pending.state,
          nonce: pending.nonce,
          code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
          code_challenge_method: 'S256',
        }))
          url.searchParams.set(name, value);
        return { url: url.href, pending };
      }),

    finish: (back, query, pending) =>
      caught(async () => {
        const server = await discover();
        const parameters = oauth.validateAuthResponse(server, client, new URLSearchParams(query), pending.state);
        const response = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          authOf(server),
          parameters,
          back,
          pending.verifier,
          http,
        );
        const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
          expectedNonce: pending.nonce,
          requireIdToken: true,
        });
        await oauth.validateApplicationLevelSignature(server, response, http);
        return said(server, tokens);
      }),
  };
};

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.length > 0 && value.length <= 320 ? value : null;

/** What the library or the door throws, as a Problem in our words: theirs may hold codes and tokens. */
const caught = async <T>(work: () => Promise<T>): Promise<Result<T>> => {
  try {
    return good(await work());
  } catch (error) {
    if (error instanceof Refused) return bad(failed(error.problem.text));
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    if (
      error instanceof Error &&
      (typeof code === 'string' || error instanceof TypeError || error.message.startsWith('no '))
    )
      return bad(failed(typeof code === 'string' ? `its answer was refused (${code})` : 'its answer cannot be read'));
    throw error;
  }
};

/** A request that the door did not make. */
class Refused extends Error {
  readonly problem: Problem;
  constructor(of: Problem) {
    super(of.code);
    this.problem = of;
  }
}

type Sent = {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: URLSearchParams | ReadableStream | Uint8Array | ArrayBuffer | string | null | undefined;
};

/** The library's fetch: our door. */
const fetcher =
  (door: Door) =>
  async (url: string, { method, headers, body }: Sent): Promise<Response> => {
    const outcome = await door.request({
      method,
      url,
      headers,
      ...(body instanceof URLSearchParams ? { body: body.toString() } : typeof body === 'string' ? { body } : {}),
      timeout: TIMEOUT,
      maxBytes: MOST,
      inlineBytes: MOST,
      maxRedirects: 0,
      // The addresses come from the provider's own description; where they lead is judged by the door.
      judge: () => null,
    });
    if (!outcome.ok) throw new Refused(outcome.problem);
    const { status, headers: answered, body: came } = outcome.value;
    const kept = new Headers();
    for (const [name, value] of Object.entries(answered)) {
      if (name === 'content-encoding' || name === 'content-length') continue;
      for (const one of Array.isArray(value) ? value : [value]) kept.append(name, one);
    }
    const bytes = came.kind === 'bytes' ? Uint8Array.from(came.bytes) : new Uint8Array();
    return new Response([204, 304].includes(status) ? null : bytes, { status, headers: kept });
  };
