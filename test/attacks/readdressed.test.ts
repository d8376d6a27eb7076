/** Addresses of webhooks that got about: who knew one, and is not to know the next. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
const keys: Record<string, string> = {};
const W = 'addresses';

const ask = (who: string, method: string, path: string, body?: unknown): Promise<Answer> =>
  server.ask(method, `/api/v1/${path}`, { key: keys[who] ?? '', ...(body === undefined ? {} : { body }) });
const idOf = (answer: Answer): string => (answer.json as { id: string }).id;
const pathOf = (answer: Answer): string => new URL((answer.json as { url: string }).url).pathname;

beforeAll(async () => {
  server = await startServer();
  const people = { owner: 'owner', ann: 'editor', olga: 'operator', vic: 'viewer' };
  for (const [name, role] of Object.entries(people))
    keys[name] = (await server.key({ workspace: W, user: `u_${name}`, role })).plain;
  keys['other'] = (await server.key({ workspace: 'elsewhere' })).plain;
});
afterAll(() => server.close());

const hooked = async (): Promise<{ flow: string; path: string }> => {
  const draft = {
    headgate: 1,
    name: 'Hooked',
    triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
    steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }],
    output: '{{ steps.a }}',
  };
  const flow = idOf(await ask('ann', 'POST', 'flows', { draft }));
  const published = await ask('ann', 'POST', `flows/${flow}/publish`, {});
  const [webhook] = (published.json as { webhooks: { url: string }[] }).webhooks;
  return { flow, path: new URL(webhook?.url ?? '').pathname };
};
const post = async (path: string): Promise<number> => (await server.ask('POST', path, { body: {} })).status;
const rotate = (who: string, flow: string, body: object = {}, trigger = 'hook'): Promise<Answer> =>
  ask(who, 'POST', `flows/${flow}/webhooks/${trigger}/rotate`, body);

describe('WH-09 a webhook’s address', () => {
  test('WH-09 that was replaced is as one that never was, at once and after publishing again; twin: the new one starts the flow', async () => {
    const { flow, path } = await hooked();
    const [before, never] = [
      await post(path),
      await server.ask('POST', `/api/v1/webhook/${'A'.repeat(43)}`, { body: {} }),
    ];
    expect(before).toBe(200);
    const turned = await rotate('ann', flow);
    expect([turned.status, (turned.json as { until: unknown }).until]).toEqual([200, null]);
    const gone = await server.ask('POST', path, { body: {} });
    expect([gone.status, gone.text]).toEqual([404, never.text]);
    expect(await post(pathOf(turned))).toBe(200);
    expect((await ask('ann', 'POST', `flows/${flow}/publish`, { note: 'again' })).text).toContain(pathOf(turned));
    expect((await ask('olga', 'GET', `flows/${flow}/webhooks`)).text).toContain(pathOf(turned));
    expect([await post(path), await post(pathOf(turned))]).toEqual([404, 200]);
  });

  test('WH-09 is good besides the new one for its overlap and no longer, also while it is in use', async () => {
    const { flow, path } = await hooked();
    const second = pathOf(await rotate('ann', flow, { overlap: 3600 }));
    const third = pathOf(await rotate('ann', flow, { overlap: 60 }));
    const all = () => Promise.all([path, second, third].map(post));
    expect(await all()).toEqual([200, 200, 200]);
    const told = (await ask('olga', 'GET', `flows/${flow}/webhooks`)).json as { webhooks: { until: string }[] };
    expect(Date.parse(told.webhooks[0]?.until ?? '') - Date.now()).toBeGreaterThan(3_590_000);
    const past = async (ms: number) => {
      const clock = Date.now;
      const now = clock();
      Date.now = () => now + ms;
      try {
        return await all();
      } finally {
        Date.now = clock;
      }
    };
    expect(await past(61_000)).toEqual([200, 404, 200]);
    expect(await past(3_601_000)).toEqual([404, 404, 200]);
    // Without an overlap every earlier one ends, promised or not: somebody knows an address he should not.
    const fourth = pathOf(await rotate('ann', flow));
    expect([...(await all()), await post(fourth)]).toEqual([404, 404, 404, 200]);
  });

  test('WH-09 AZ-05 is replaced by who may publish the flow, and is on record; no other tenant finds it', async () => {
    const { flow, path } = await hooked();
    expect([(await rotate('olga', flow)).status, (await rotate('vic', flow)).status]).toEqual([403, 403]);
    const never = await rotate('ann', 'flow_never');
    for (const answer of [await rotate('other', flow), await rotate('ann', flow, {}, 'nothing')])
      expect([answer.status, answer.text]).toEqual([404, never.text]);
    expect((await rotate('ann', flow, { environment: 'prod' })).status).toBe(403);
    expect((await rotate('owner', flow, { environment: 'prod' })).status).toBe(404);
    expect((await rotate('ann', flow, { overlap: 604_801 })).status).toBe(422);
    expect(await post(path)).toBe(200);
    const turned = await rotate('ann', flow);
    const { records } = (await ask('owner', 'GET', 'audit?action=rotateWebhook&decision=allow&limit=1')).json as {
      records: { object: string }[];
    };
    expect(records[0]?.object).toBe(`${flow}/hook`);
    expect((await ask('owner', 'GET', 'audit?limit=200')).text).not.toContain(pathOf(turned).slice(-43));
  });

  test('WH-09 of an environment is replaced apart from the others', async () => {
    const { flow, path } = await hooked();
    expect((await ask('owner', 'POST', 'projects/default/environments', { name: 'prod' })).status).toBe(201);
    const promoted = await ask('owner', 'POST', `flows/${flow}/promotions`, {
      from: 'default',
      to: 'prod',
      version: 1,
    });
    expect(promoted.status, promoted.text).toBe(201);
    const there = async () =>
      new URL(
        ((await ask('owner', 'GET', `flows/${flow}/webhooks?environment=prod`)).json as { webhooks: { url: string }[] })
          .webhooks[0]?.url ?? '',
      ).pathname;
    const old = await there();
    const turned = pathOf(await rotate('owner', flow, { environment: 'prod' }));
    expect([await post(old), await post(turned), await post(path)]).toEqual([404, 200, 200]);
    expect(await there()).toBe(turned);
  });
});
