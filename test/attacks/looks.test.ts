/** Looks through many runs, asked for without end by one workspace. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let busy: readonly string[];
let quiet: string;

beforeAll(async () => {
  server = await startServer();
  const make = async (workspace: string) => (await server.key({ workspace })).plain;
  busy = await Promise.all(Array.from({ length: 10 }, () => make('busy')));
  quiet = await make('quiet');
  const key = busy[0] ?? '';
  const draft = {
    headgate: 1,
    name: 'Tells',
    steps: [{ id: 'a', kind: 'set@1', with: { value: '{{ input.text }}' } }],
  };
  const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
  const { id } = made.json as { id: string };
  const body = { draft: true, input: { text: 'lorem ipsum '.repeat(200) }, wait: 0 };
  for (let i = 0; i < 4; i += 1)
    await Promise.all(Array.from({ length: 50 }, () => server.ask('POST', `/api/v1/flows/${id}/runs`, { key, body })));
});
afterAll(() => server.close());

const LOOKS = ['run-search?text=nowhere', 'overview', 'failures', 'secrets/none/uses'];

describe('DOS-08 looks through many runs', () => {
  test('DOS-08 a bounded number of a workspace waits, by however many keys; another workspace is answered meanwhile', async () => {
    const path = LOOKS[0] ?? '';
    const many = Promise.all(
      Array.from({ length: 80 }, (_, i) => server.ask('GET', `/api/v1/${path}`, { key: busy[i % 10] ?? '' })),
    );
    const others = await Promise.all(LOOKS.map((one) => server.ask('GET', `/api/v1/${one}`, { key: quiet })));
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200, 404]);
    const answers = await many;
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.json).toMatchObject({ code: 'requests.limit' });
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(32);
    // Twin: when they are done, the workspace looks again.
    for (const one of LOOKS)
      expect((await server.ask('GET', `/api/v1/${one}`, { key: busy[3] ?? '' })).status).not.toBe(429);
  });
});
