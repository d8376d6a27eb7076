/**
 * Limits by network: who has one line of IPv6 has 2^64 addresses, and is one network at every door that counts.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ask } from '../fixtures/send.ts';
import { type Answer, startServer, type TestServer } from '../fixtures/server.ts';

const MOST = 5;
const WRONG = `hg_${'A'.repeat(43)}`;

let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    proxies: ['127.0.0.1'],
    limits: {
      guesses: MOST,
      visits: MOST,
      flowVisits: 1_000,
      networkTries: MOST,
      tries: 1_000,
      records: MOST,
      even: 1,
    },
  });
});
afterAll(() => server.close());

const JSON_TYPE = { 'content-type': 'application/json' };
/** Doors that count a network, each with something that does not fit; a door has a part of IPv6 for itself. */
const DOORS: Readonly<Record<string, readonly [string, string, Ask]>> = {
  'a key': ['GET', '/api/v1/flows', { key: WRONG }],
  'a key at an address that is none': ['GET', '/api/v1/nothing', { key: WRONG }],
  'a token to be renewed': ['POST', '/api/v1/tokens/refresh', { headers: { authorization: `Bearer ${WRONG}` } }],
  'a code of an application': [
    'POST',
    '/api/v1/oauth/token',
    {
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: 'A'.repeat(43),
        redirect_uri: 'https://a.example/cb',
        client_id: 'oa_none',
        code_verifier: 'A'.repeat(43),
      }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    },
  ],
  'a password': ['POST', '/api/v1/auth/login', { body: { email: 'nobody@example.com', password: 'a wrong one' } }],
  'a passkey': ['POST', '/api/v1/auth/login/passkey/options', { body: {} }],
  'a link': ['POST', `/api/v1/auth/reset/${'A'.repeat(43)}`, { body: { password: 'a long and new one' } }],
  'an invitation': [
    'POST',
    `/api/v1/auth/invitations/${'A'.repeat(43)}`,
    { body: { name: 'A', password: 'a long one 1' } },
  ],
  'a visit': ['POST', '/api/v1/public/flow_0123456789abcdef/runs', { body: {} }],
  'a form of a visitor': ['GET', '/api/v1/public/flow_0123456789abcdef', {}],
};

const at = async ([method, path, ask]: readonly [string, string, Ask], address: string): Promise<Answer> =>
  server.ask(method, path, { ...ask, headers: { ...(ask.headers ?? JSON_TYPE), 'x-forwarded-for': address } });

describe('TOK-11 DOS-09 one subscriber of IPv6', () => {
  test.each(Object.entries(DOORS))(
    'TOK-11 is one network for %s, however its addresses are written',
    async (name, door) => {
      const site = Object.keys(DOORS).indexOf(name) + 1;
      const statuses: number[] = [];
      for (let i = 1; i <= MOST + 3; i += 1) {
        const written =
          i % 2 === 0 ? `2001:DB8:000${site.toString(16)}:1::${i}` : `2001:db8:${site.toString(16)}:1:0:0:0:${i}`;
        statuses.push((await at(door, written)).status);
      }
      expect(statuses.slice(0, MOST)).not.toContain(429);
      expect(statuses.slice(MOST)).toEqual([429, 429, 429]);
      // Twin: the subscriber next door.
      expect((await at(door, `2001:db8:${site.toString(16)}:2::1`)).status).not.toBe(429);
    },
  );

  test('DOS-09 fills no disk with refusals, neither of doors nor of hosts that are not ours', async () => {
    const trail = async () => (await server.house.store.in('*').audit.list({ limit: 200 })).rows;
    for (const [site, ask] of [
      ['a', {}],
      ['b', { headers: { host: 'evil.example' } }],
    ] as const) {
      const of = async () => (await trail()).filter(({ actor }) => actor.startsWith(`stranger 2001:db8:ff:${site}:`));
      for (let i = 1; i <= 40; i += 1)
        await server.ask('GET', '/api/v1/flows', {
          headers: { ...('headers' in ask ? ask.headers : {}), 'x-forwarded-for': `2001:db8:ff:${site}::${i}` },
        });
      // As many as one stranger, and the first that is counted.
      expect((await of()).length).toBe(MOST + 1);
    }
  });
});
