/** Credentials in addresses: wherever they stand there, and however they are written. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

describe('TOK-13 a key in an address', () => {
  test('TOK-13 a key in the address is refused however it is encoded and wherever it stands, and no record holds it', async () => {
    const { plain } = await server.key();
    const percent = (text: string): string =>
      [...text].map((sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');
    const once = plain.replace('_', '%5F');
    const forms = [
      plain,
      once,
      once.replace('%5F', '%5f'),
      once.replace('%', '%25'),
      once.replace('%', '%2525'),
      percent(plain),
    ];
    for (const form of forms)
      for (const path of [
        `/api/v1/flows?cursor=${form}`,
        `/api/v1/flows?${form}`,
        `/api/v1/flows/${form}`,
        `/api/v1/flows/flow_x/${form}`,
        `/api/v1/nowhere/${form}`,
        `/${form}`,
        `/api/v1/keys/${form}/rotate`,
      ])
        for (const more of [{}, { key: plain }])
          expect([path, (await server.ask('GET', path, more)).status]).toEqual([path, 400]);
    for (const name of ['%6Bey', 'api%5Fkey', '%2561pi_key', 'X-API%2DKEY'])
      expect([name, (await server.ask('GET', `/api/v1/flows?${name}=x`)).status]).toEqual([name, 400]);
    const trail = await server.house.store.in('*').audit.list({ limit: 500 });
    for (const text of [server.log(), JSON.stringify(trail.rows)])
      for (const form of forms) expect(text.includes(form.slice(8))).toBe(false);
  });

  test('TOK-13 twin: what only resembles a key, and other encoded values, are read as they are meant', async () => {
    const { plain } = await server.key();
    for (const path of [
      '/api/v1/flows?cursor=%31%32',
      '/api/v1/runs?state=%64one',
      '/api/v1/flows/hg_short',
      `/api/v1/oauth/authorize?state=${encodeURIComponent('a=1&key=2')}`,
    ])
      expect([path, (await server.ask('GET', path, { key: plain })).text.includes('auth.query')]).toEqual([
        path,
        false,
      ]);
  });
});
