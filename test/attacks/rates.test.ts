/** How much may be asked: token buckets of networks, accounts and workspaces at the real doors. */

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Answer, startServer, type TestServer } from '../fixtures/server.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: TestServer;
let key: string;
beforeAll(async () => {
  server = await startServer({
    proxies: ['127.0.0.1'],
    limits: { networkRate: 60, userRate: 30, workspaceRate: 45 },
  });
  key = (await server.key({ workspace: 'w_busy' })).plain;
});
afterAll(() => server.close());

const from = (network: string, path = '/api/v1/flows', by = key): Promise<Answer> =>
  server.ask('GET', path, { key: by, headers: { 'x-forwarded-for': network } });

const many = async (count: number, one: () => Promise<Answer>): Promise<Answer[]> => {
  const answers: Answer[] = [];
  for (let i = 0; i < count; i += 1) answers.push(await one());
  return answers;
};
const refused = (answers: readonly Answer[]): Answer[] => answers.filter((one) => one.status === 429);

describe('DOS-08 token buckets', () => {
  test('DOS-08 a network that asks too much is turned away before anything is read, with when and how much; its neighbour goes on', async () => {
    const answers = await many(25, () =>
      from('198.51.100.7', '/api/v1/flows', 'hg_nobody-nobody-nobody-nobody-nobody-nobody'),
    );
    const [first] = refused(answers);
    expect(refused(answers).length).toBeGreaterThanOrEqual(4);
    expect(first?.json).toMatchObject({ code: 'rate.network' });
    expect(first?.headers['ratelimit-policy']).toBe('"rate.network";q=60;w=60');
    expect(first?.headers['ratelimit']).toMatch(/^"rate\.network";r=0;t=\d+$/);
    expect(Number(first?.headers['retry-after'])).toBe(1);
    expect((await from('198.51.100.8')).status).toBe(200);
    expect((await from('198.51.100.7')).status).toBe(429);
    const hook = await server.ask('POST', `/api/v1/webhook/${'a'.repeat(43)}`, {
      headers: { 'x-forwarded-for': '198.51.100.7' },
      body: {},
    });
    expect(hook).toMatchObject({ status: 429, json: { code: 'rate.network' } });
    expect(hook.headers['ratelimit-policy']).toBe('"rate.network";q=60;w=60');
    server.later(60_000);
    expect((await from('198.51.100.7')).status).toBe(200);
  });

  test('DOS-08 an account is counted over all its keys, a workspace over all its accounts, and another workspace goes on', async () => {
    const ada = await Promise.all(
      [1, 2].map(() => server.key({ workspace: 'w_two', user: 'u_ada_ada_ada_ada', role: 'owner' })),
    );
    const answers = await many(12, () =>
      from(
        `198.51.100.${20 + Math.floor(Math.random() * 200)}`,
        '/api/v1/flows',
        ada[Math.random() < 0.5 ? 0 : 1]?.plain,
      ),
    );
    expect(answers.filter((one) => one.status === 200)).toHaveLength(10);
    expect(refused(answers)[0]?.json).toMatchObject({ code: 'rate.user' });
    const bot = (await server.key({ workspace: 'w_two' })).plain;
    const others = await many(8, () => from('203.0.113.9', '/api/v1/flows', bot));
    expect(others.filter((one) => one.status === 200)).toHaveLength(5);
    expect(refused(others)[0]?.json).toMatchObject({ code: 'rate.workspace' });
    expect((await from('203.0.113.9')).status).toBe(200);
  });
});
