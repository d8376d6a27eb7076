/** Every kind of credential at every door: the cells follow from the table of routes, so a new route is covered at once. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PERMISSIONS } from '@headgate/core';
import { type Contract, isSelf, permissionOf, ROUTES } from '@headgate/core/api';
import { isOpen, methodOf, pathOf, startServer, type TestServer } from '../fixtures/server.ts';
import { b64, bearer, createToken, part, signedByUs, type Token } from '../fixtures/tokens.ts';

let server: TestServer;
let key: { id: string; plain: string };
let good: Token;

const create = (body: object = {}, by = key.plain): Promise<Token> => createToken(server, by, body);

beforeAll(async () => {
  server = await startServer();
  key = await server.key();
  good = await create({ lifetime: 86_400 });
});
afterAll(() => server.close());

describe('kinds of credential at every door', () => {
  const doors = Object.entries(ROUTES as Readonly<Record<string, Contract>>).filter(([, c]) => !isOpen(c));

  test.each(doors)('TOK-01, TOK-02, TOK-05, TOK-06 no bad credential of any kind opens %s', async (_name, contract) => {
    const [header = '', payload = '', signature = ''] = good.token.split('.');
    const now = Math.floor(Date.now() / 1000);
    const revoked = await server.key();
    await server.house.store.in('default').keys.revoke(revoked.id, Date.now());
    const bad: Readonly<Record<string, string>> = {
      'an unknown key': `hg_${'x'.repeat(43)}`,
      'a revoked key': revoked.plain,
      'an expired key': (await server.key({ expires: Date.now() - 1 })).plain,
      'a key with a full stop': `${key.plain}.`,
      'the hash of a key': server.house.store.credentials.hashKey(key.plain),
      'alg none': `${b64({ ...part(good.token, 0), alg: 'none' })}.${payload}.`,
      'a changed claim': `${header}.${b64({ ...part(good.token, 1), scope: PERMISSIONS.join(' ') })}.${signature}`,
      'an expired token': await signedByUs(server, good, { exp: now - 60 }),
      'an early token': await signedByUs(server, good, { nbf: now + 600 }),
      'a token without end': await signedByUs(server, good, { exp: undefined }),
      'another engine’s': await signedByUs(server, good, { aud: 'e_other' }),
      'another issuer’s': await signedByUs(server, good, { iss: 'https://evil.example' }),
      'another type': await signedByUs(server, good, {}, 'at+jwt'),
      'an unknown token': await signedByUs(server, good, { jti: 't_none' }),
    };
    for (const [kind, plain] of Object.entries(bad)) {
      const ways: readonly Readonly<Record<string, string>>[] = [
        { authorization: `Bearer ${plain}` },
        { 'x-api-key': plain },
      ];
      for (const headers of ways)
        expect((await server.ask(methodOf(contract), pathOf(contract), { headers })).status, kind).toBe(401);
    }
  });

  test.each(doors)('twin: at %s a good token is let in exactly where its scope reaches', async (_name, contract) => {
    const needed = permissionOf(contract.needs);
    const strong = await create({
      permissions: [
        'flow.read',
        'flow.write',
        'flow.publish',
        'run',
        'run.read',
        'run.cancel',
        'secret.write',
        'audit.read',
        'metrics.read',
      ],
    });
    const holds = String(part(strong.token, 1)['scope']).split(' ');
    const answer = await server.ask(methodOf(contract), pathOf(contract), bearer(strong.token));
    // What is about the own account asks for a session, which no token is.
    expect(answer.status === 401).toBe(isSelf(contract.needs));
    expect(answer.status === 403).toBe(needed !== undefined && !holds.includes(needed));
  });
});
