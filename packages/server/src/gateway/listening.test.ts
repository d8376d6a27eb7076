/** Listening: a webhook of a draft at an address of its own, for some minutes, for who may try the draft. */

import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES, type Contract } from '@headgate/core/api';
import { createToken } from '../../../../test/fixtures/tokens.ts';
import { breaches, pathOf, startServer, type Answer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
});
afterAll(() => server.close());

type Asked = {
  readonly params?: Record<string, string>;
  readonly query?: string;
  readonly body?: unknown;
  readonly as?: string;
};

const ask = async (contract: Contract, { params, query = '', body, as = key }: Asked = {}): Promise<Answer> => {
  const answer = await server.ask(contract.method, pathOf(contract, params) + query, {
    key: as,
    ...(body === undefined ? {} : { body }),
  });
  expect(breaches(contract, answer)).toEqual([]);
  return answer;
};
const get = (answer: Answer, name: string): string => String(Reflect.get(Object(answer.json), name));

const draft = {
  headgate: 1,
  name: 'Heard',
  triggers: [
    { id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } },
    { id: 'nightly', kind: 'schedule@1', with: { cron: '0 3 * * *', zone: 'UTC' } },
  ],
  steps: [{ id: 'say', kind: 'set@1', with: { value: 'draft {{ input.n }}' } }],
  output: '{{ steps.say }}',
  settings: { idempotency: '{{ input.n }}' },
};
const newFlow = async (of: unknown = draft): Promise<string> =>
  get(await ask(ROUTES.createFlow, { body: { draft: of } }), 'id');
const listen = (id: string, as = key, trigger = 'hook'): Promise<Answer> =>
  ask(ROUTES.listenWebhook, { params: { id }, body: { trigger }, as });
/** Sends to the path of an address, as anybody can. */
const send = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  server.ask('POST', new URL(url).pathname, { body, headers });

describe('who may try a draft', () => {
  test('listens: a delivery starts the draft as it is then, as often as it comes, and the run says whose webhook it was', async () => {
    const flow = await newFlow();
    const listening = await listen(flow);
    expect(listening.status).toBe(201);
    const url = get(listening, 'url');
    expect(new URL(url).pathname).toMatch(/^\/api\/v1\/webhook\/[A-Za-z0-9_-]{43}$/);
    expect([(await send(url, { n: 1 })).json, (await send(url, { n: 1 })).json]).toEqual(['draft 1', 'draft 1']);
    const { runs } = (await ask(ROUTES.listRuns, { query: `?flow=${flow}&trigger=hook` })).json as { runs: unknown[] };
    expect(runs).toHaveLength(2);
    expect(runs[0]).toMatchObject({ version: null, state: 'done', trigger: { id: 'hook', kind: 'webhook@1' } });
    const steps = [{ id: 'say', kind: 'set@1', with: { value: 'changed {{ input.n }}' } }];
    await ask(ROUTES.saveDraft, { params: { id: flow }, body: { revision: 1, draft: { ...draft, steps } } });
    expect((await send(url, { n: 2 })).json).toBe('changed 2');
  });

  test('does not disturb what is published: its deliveries and its idempotency keys are its own', async () => {
    const flow = await newFlow();
    const published = await ask(ROUTES.publishFlow, { params: { id: flow } });
    const [{ url }] = (published.json as { webhooks: [{ url: string }] }).webhooks;
    const test = get(await listen(flow), 'url');
    await send(test, { n: 7 });
    const made = await send(url, { n: 7 });
    expect([made.status, made.json]).toEqual([200, 'draft 7']);
  });

  test('ends it, and nothing is at the address any more; listening again ends the address before', async () => {
    const flow = await newFlow();
    const first = await listen(flow);
    const second = await listen(flow);
    expect((await send(get(first, 'url'), { n: 1 })).status).toBe(404);
    expect((await send(get(second, 'url'), { n: 1 })).status).toBe(200);
    const params = { id: flow, listening: get(second, 'id') };
    const stranger = (await server.key()).plain;
    expect((await ask(ROUTES.unlistenWebhook, { params, as: stranger })).status).toBe(404);
    expect((await ask(ROUTES.unlistenWebhook, { params })).status).toBe(204);
    expect((await send(get(second, 'url'), { n: 1 })).status).toBe(404);
  });

  test('listens at a webhook alone', async () => {
    const flow = await newFlow();
    expect((await listen(flow, key, 'nightly')).json).toMatchObject({ code: 'webhook.none' });
    expect((await listen(flow, key, 'ghost')).json).toMatchObject({ code: 'webhook.none' });
  });

  test('WH-03 a webhook that asks for a signature asks for it here, too', async () => {
    const triggers = [{ id: 'hook', kind: 'webhook@1', with: { signature: { preset: 'github', secret: 'signing' } } }];
    const flow = await newFlow({ ...draft, triggers });
    await ask(ROUTES.putSecret, {
      body: { name: 'signing', origins: ['https://sender.example.com'], value: 'a shared secret of tests 42' },
    });
    const url = get(await listen(flow), 'url');
    expect((await send(url, { n: 1 })).status).toBe(401);
    const raw = JSON.stringify({ n: 1 });
    const mac = createHmac('sha256', 'a shared secret of tests 42').update(raw).digest('hex');
    expect(
      (await send(url, { n: 1 }, { 'x-hub-signature-256': `sha256=${mac}`, 'x-github-delivery': 'd1' })).status,
    ).toBe(202);
  });
});

describe('AZ-05 AZ-10 listening is for who may run and change the flow, now', () => {
  test('nobody else begins', async () => {
    const flow = await newFlow();
    const codes = [];
    for (const wish of [
      { workspace: 'elsewhere' },
      { permissions: ['flow.read'] as const },
      { permissions: ['flow.read', 'run', 'run.read'] as const },
    ])
      codes.push((await listen(flow, (await server.key(wish)).plain)).status);
    expect(codes).toEqual([404, 403, 403]);
  });

  test('an address ends with what who listens may', async () => {
    const flow = await newFlow();
    const other = await server.key();
    const url = get(await listen(flow, other.plain), 'url');
    expect((await send(url, { n: 1 })).status).toBe(200);
    await ask(ROUTES.revokeKey, { params: { id: other.id } });
    expect((await send(url, { n: 2 })).status).toBe(404);
  });

  test('an address ends with the time of the key that listens; twin: with a key that goes on it stays', async () => {
    const flow = await newFlow();
    const short = await server.key({ expires: Date.now() + 1_500 });
    const [ending, lasting] = [get(await listen(flow, short.plain), 'url'), get(await listen(flow), 'url')];
    expect((await send(ending, { n: 11 })).status).toBe(200);
    const read = async () => (await server.ask('GET', '/api/v1/flows', { key: short.plain })).status;
    await expect.poll(read, { timeout: 10_000 }).toBe(401);
    expect((await send(ending, { n: 12 })).status).toBe(404);
    expect((await send(lasting, { n: 13 })).status).toBe(200);
  });

  test('an address ends with the engine token that listens; twin: until then it is there', async () => {
    const flow = await newFlow();
    const { id, token } = await createToken(server, key, { permissions: ['flow.read', 'flow.write', 'run'] });
    const url = get(await listen(flow, token), 'url');
    expect((await send(url, { n: 14 })).status).toBe(200);
    // Renewed, and its own time is over; its maker, and who renewed it, go on.
    const { tokens } = server.house.store;
    const [row, now] = [await tokens.byId(id), Date.now()];
    if (row === null) throw new Error('a token that was just made is not there');
    const next = { ...row, id: 't_renewed_listening', issued: now, expires: now + 60_000 };
    expect(await tokens.renew(id, next, now, now - 60_000)).toBe(true);
    expect((await server.ask('GET', '/api/v1/flows', { headers: { authorization: `Bearer ${token}` } })).status).toBe(
      401,
    );
    expect((await send(url, { n: 15 })).status).toBe(404);
  });
});

describe('DOS-08 addresses that listen are shared out', () => {
  const TRIGGERS = Array.from({ length: 10 }, (_, i) => `hook${i}`);
  const many = { ...draft, triggers: TRIGGERS.map((id) => ({ id, kind: 'webhook@1', with: { answer: 'sync' } })) };
  const flowIn = async (workspace: string) => {
    const { plain } = await server.key({ workspace });
    return get(await ask(ROUTES.createFlow, { body: { draft: many }, as: plain }), 'id');
  };
  /** Ten addresses of one key, in turn; the statuses and the first address. */
  const ten = async (workspace: string, flow: string) => {
    const { plain } = await server.key({ workspace });
    const answers: Answer[] = [];
    for (const trigger of TRIGGERS) answers.push(await listen(flow, plain, trigger));
    const [first] = answers;
    return {
      plain,
      statuses: answers.map(({ status }) => status),
      url: first?.status === 201 ? get(first, 'url') : '',
    };
  };

  test('DOS-08 a workspace has a hundred; who has some of them goes on, and another workspace listens', async () => {
    const flow = await flowIn('crowd');
    const all = [];
    for (let i = 0; i < 10; i += 1) all.push(await ten('crowd', flow));
    expect(new Set(all.flatMap(({ statuses }) => statuses))).toEqual(new Set([201]));
    const late = await ten('crowd', flow);
    expect(new Set(late.statuses)).toEqual(new Set([429]));
    expect((await listen(flow, all[0]?.plain, 'hook3')).status).toBe(201);
    expect((await listen(await newFlow())).status).toBe(201);
    expect((await send(all[9]?.url ?? '', { n: 21 })).status).toBe(200);
  });

  test('DOS-08 where all are taken, the one with the most makes room', async () => {
    const first = [];
    for (let w = 0; w < 10; w += 1) {
      const flow = await flowIn(`full${w}`);
      const held = await Promise.all(Array.from({ length: 10 }, () => ten(`full${w}`, flow)));
      first.push(held[0]?.url ?? '');
    }
    const small = await flowIn('small');
    const mine = await ten('small', small);
    expect(new Set(mine.statuses)).toEqual(new Set([201]));
    expect((await send(mine.url, { n: 31 })).status).toBe(200);
  });
});
