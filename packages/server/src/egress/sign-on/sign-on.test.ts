/** A provider that lies: what it says counts only as far as it is signed by it, about it, for us and for this sign-in. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSignOn } from './sign-on.ts';

const BACK = 'http://localhost/back';
const CLIENT = 'headgate';

type Says = {
  readonly issuer?: string;
  readonly audience?: string | string[];
  readonly nonce?: string;
  readonly expires?: number;
  readonly by?: 'it' | 'another' | 'nobody';
  readonly without?: boolean;
};

let server: Server;
let issuer = '';
let says: Says = {};
let nonce = '';

beforeAll(async () => {
  const [mine, another] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  const jwk = { ...(await exportJWK(mine.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' };
  const token = async (): Promise<string> => {
    const claims = { sub: 'ada', email: 'ada@example.com', email_verified: true, nonce: says.nonce ?? nonce };
    const expires = Math.floor(Date.now() / 1000) + (says.expires ?? 300);
    if (says.by === 'nobody')
      return new UnsecuredJWT(claims)
        .setIssuer(issuer)
        .setAudience(CLIENT)
        .setIssuedAt()
        .setExpirationTime(expires)
        .encode();
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setIssuer(says.issuer ?? issuer)
      .setAudience(says.audience ?? CLIENT)
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(says.by === 'another' ? another.privateKey : mine.privateKey);
  };
  server = createServer((request, response) => {
    const answer = (body: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.url === '/.well-known/openid-configuration')
      answer({
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ['code'],
        id_token_signing_alg_values_supported: ['RS256'],
        subject_types_supported: ['public'],
        authorization_response_iss_parameter_supported: true,
      });
    else if (request.url === '/jwks') answer({ keys: [jwk] });
    else
      void token().then((made) =>
        answer({ access_token: 'a', token_type: 'Bearer', ...(says.without === true ? {} : { id_token: made }) }),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

/** Comes back from the provider, which says this; `query`: what its redirect holds besides. */
const back = async (lie: Says, query: Readonly<Record<string, string>> = {}) => {
  says = lie;
  const signOn = openSignOn({ issuer, clientId: CLIENT, clientSecret: 'a-secret-of-this-client', title: 'It' }, () =>
    Date.now(),
  );
  const begun = await signOn.begin(BACK);
  if (!begun.ok) throw new Error(begun.problem.text);
  const { pending } = begun.value;
  ({ nonce } = pending);
  const came = new URLSearchParams({ code: 'c', state: pending.state, iss: issuer, ...query });
  return signOn.finish(BACK, came.toString(), pending);
};

describe('an ID token counts when it is signed by its provider, for us, in its time and for this sign-in', () => {
  test('twin: signed by it, for us, in its time and for this sign-in, it counts', async () => {
    expect(await back({})).toMatchObject({
      ok: true,
      value: { subject: 'ada', email: 'ada@example.com', verified: true },
    });
  });

  test.each<readonly [string, Says]>([
    ['signed with another key', { by: 'another' }],
    ['signed by nobody', { by: 'nobody' }],
    ['of another issuer', { issuer: 'https://evil.example' }],
    ['for another client', { audience: 'somebody-else' }],
    ['for several, us among them, without saying whose it is', { audience: ['somebody-else', 'a-third'] }],
    ['of another sign-in', { nonce: 'another nonce' }],
    ['out of its time', { expires: -3600 }],
    ['not at all: no ID token comes', { without: true }],
  ])('an ID token that is %s is refused', async (_how, lie) => {
    expect((await back(lie)).ok).toBe(false);
  });
});

describe('a way back that names another server, or another beginning, is refused', () => {
  test.each<readonly [string, Readonly<Record<string, string>>]>([
    ['the name of another server in it', { iss: 'https://evil.example' }],
    ['another state', { state: 'another' }],
    ['an error', { error: 'access_denied' }],
  ])('a way back with %s is refused, and the code in it is not used', async (_how, query) => {
    expect((await back({}, query)).ok).toBe(false);
  });
});
