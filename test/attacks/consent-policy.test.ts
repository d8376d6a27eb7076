/** What the address of an application can write into the page of consent. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firstAt, type Inmate } from '../fixtures/household.ts';
import { startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let ada: Inmate;
beforeAll(async () => {
  server = await startServer({ limits: { even: 5 } });
  ada = await firstAt(server);
});
afterAll(() => server.close());

describe('GUI-10 the policy of the page of consent', () => {
  test('GUI-10 no host with signs of a policy in it is registered, and a scheme of one’s own is named', async () => {
    const register = (redirect: string) =>
      ada.ask('POST', '/api/v1/oauth/clients', { name: 'App', redirects: [redirect] });
    for (const bad of ['https://x;sandbox/cb', 'https://x,default-src/cb', "https://x'y/cb", 'https://x*y/cb'])
      expect([bad, (await register(bad)).status]).toEqual([bad, 400]);
    const made = await register('com.example.app://h/cb');
    expect(made.status).toBe(201);
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: (made.json as { id: string }).id,
      redirect_uri: 'com.example.app://h/cb',
      code_challenge: 'A'.repeat(43),
      code_challenge_method: 'S256',
      scope: 'flow.read',
      state: 's',
    });
    const page = await ada.page(`/api/v1/oauth/authorize?${query.toString()}`);
    expect(page.status, page.text).toBe(200);
    expect(page.headers['content-security-policy']).toContain("form-action 'self' com.example.app:");
    expect(page.headers['content-security-policy']).not.toContain('null');
  });
});
