/** Addresses that a trigger entered at a service, and that do not go any more. */

import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Flow, hashFlow } from '@headgate/core';
import { afterEach, expect, test } from 'vitest';
import { addressOf, closeAll, flow, ground, publish, reopened, settled, until } from './testing/entering.ts';
import type { Ground } from './testing/ground.ts';

afterEach(closeAll);

let deliveries = 0;
/** A delivery as GitHub sends it. */
const called = (of: Ground, url: string) => {
  const token = url.split('/').at(-1) ?? '';
  deliveries += 1;
  const raw = Buffer.from(JSON.stringify({ action: 'opened', n: deliveries }));
  const signature = createHmac('sha256', 'shared-canary').update(raw).digest('hex');
  const headers = {
    ...{ 'content-type': 'application/json', 'x-github-event': 'issues' },
    'x-hub-signature-256': `sha256=${signature}`,
  };
  return of.engine.hook({ token, method: 'POST', path: '', query: {}, headers, raw });
};
const runsOf = async (of: Ground, flow: string) =>
  (await of.store.in('default').runs.list({ flow, limit: 10 })).rows.length;
const tellings = (of: Ground): Record<string, unknown>[] => {
  const db = new DatabaseSync(join(of.dir, 'headgate.db'), { readOnly: true });
  const rows = db.prepare("select kind, name, code, flow from notice where code = 'hook.left'").all();
  db.close();
  return rows.map((row) => ({ ...row }));
};

/** As `flow`, of another repository. */
const elsewhere = (repo: string) => {
  const hears = flow('github');
  const [trigger] = hears.triggers;
  const register = { secret: 'who', input: { owner: 'acme', repo } };
  return { ...hears, triggers: [{ ...trigger, with: { ...trigger?.with, register } }] };
};
const publishAgain = async (of: Ground, id: string, doc: ReturnType<typeof elsewhere>): Promise<void> => {
  await of.store.in('default').flows.publish({
    ...{ flow: id, hash: hashFlow(doc as unknown as Flow), doc, note: null, by: 'owner', at: of.clock.now(), ends: [] },
    grants: [],
    triggers: doc.triggers.map((one) => ({ ...one, kind: 'service.webhook@1', id: 'hear', disabled: false })),
  });
};

test('RG6 RG7 an old address that does not go is left after some tries, so that the new one is entered: it starts no run, is told of, and is tried again until it goes', async () => {
  const { of, state, powers } = await ground('github');
  const id = await publish(of, 'github', powers);
  await settled(of, id);
  const old = await addressOf(of, id);
  // Twin: as long as it is meant, it starts one.
  expect((await called(of, old)).status).toBe(202);
  const calls = state.calls.length;
  state.fails = Array.from({ length: 5 }, () => 403);
  // The same address, entered at another place.
  await publishAgain(of, id, elsewhere('other'));
  await until(async () => (await of.engine.triggers('default', id))[0]?.failing !== null);
  // A change of something else, again and again, has nobody asked.
  const failed = state.calls.length;
  const { secrets } = of.store.in('default');
  for (let i = 0; i < 5; i += 1)
    await secrets.put({ project: 'default', name: `x${i}`, origins: [], value: 'y', owner: 'owner', at: 1 });
  expect(state.calls.length - failed).toBeLessThanOrEqual(1);
  state.fails.push(null, null, 403, 403);
  await until(async () => {
    of.clock.shift(60_000);
    return state.entered.length === 2;
  });
  await settled(of, id);
  const fresh = await addressOf(of, id);
  expect(fresh).not.toBe(old);
  expect(state.entered.map(({ url }) => url)).toEqual([old, fresh]);
  expect(state.calls.slice(calls, calls + 7).map((call) => call.split(' ')[0])).toEqual([
    ...Array(5).fill('DELETE'),
    'GET',
    'POST',
  ]);
  expect(of.logs).toContainEqual(
    expect.objectContaining({
      text: 'an old address was left at its service',
      data: { flow: id, trigger: 'hear', service: 'github', code: 'hook.entering' },
    }),
  );
  const before = await runsOf(of, id);
  expect(await called(of, old)).toMatchObject({ status: 404 });
  expect(await runsOf(of, id)).toBe(before);
  expect((await called(of, fresh)).status).toBe(202);
  const told = [{ kind: 'trigger.failing', name: 'hear', code: 'hook.left', flow: id }];
  await until(() => tellings(of).length > 0);

  // Another start, and two more tries that fail: it is told of once, and taken out when the service lets it go.
  const now = await reopened(of);
  await until(() => {
    now.clock.shift(60_000);
    return state.entered.length === 1;
  });
  await settled(now, id);
  expect(state.entered[0]?.url).toBe(fresh);
  expect(tellings(now)).toEqual(told);
  expect(state.calls.slice(calls + 7).map((call) => call.split(' ')[0])).toEqual(['DELETE', 'DELETE', 'DELETE']);
  // Nothing is left: nobody is asked any more.
  const last = state.calls.length;
  now.clock.shift(2 * 3_600_000);
  const again = now.store.in('default').secrets;
  await again.put({ project: 'default', name: 'z', origins: [], value: 'y', owner: 'owner', at: 1 });
  await settled(now, id);
  expect(state.calls).toHaveLength(last);
}, 60_000);

test('RG6 failures of another kind do not count: an address that was never tried to take out is not left', async () => {
  const { of, state, powers } = await ground('github');
  const id = await publish(of, 'github', powers);
  await settled(of, id);
  const calls = state.calls.length;
  const { secrets } = of.store.in('default');
  const signing = (origins: readonly string[]) =>
    secrets.put({ project: 'default', name: 'signing', origins, value: 'shared-canary', owner: 'owner', at: 1 });
  const failing = async () => (await of.engine.triggers('default', id))[0]?.failing;
  // What is to be entered cannot be said, for hours.
  await signing([]);
  await until(async () => {
    of.clock.shift(60_000);
    return ((await failing())?.times ?? 0) > 6;
  });
  expect(state.calls).toHaveLength(calls);
  state.fails = [403];
  await signing([`http://${powers[0]?.split(' ').at(-1) ?? ''}`]);
  await publishAgain(of, id, elsewhere('other'));
  await until(async () => {
    of.clock.shift(60_000);
    return state.calls.some((call) => call === 'POST /repos/acme/other/hooks');
  });
  await settled(of, id);
  expect(state.entered).toHaveLength(1);
  expect(state.calls.slice(calls).map((call) => call.split(' ')[0])).toEqual(['DELETE', 'DELETE', 'GET', 'POST']);
  expect(JSON.stringify(of.logs)).not.toContain('was left');
}, 60_000);

test('RG6 an address of a trigger that is gone is told of when it does not go, and tried for as long as it is there', async () => {
  const { of, state, powers } = await ground('github');
  const id = await publish(of, 'github', powers);
  await settled(of, id);
  state.fails = Array.from({ length: 7 }, () => 403);
  await of.store.in('default').flows.patch(id, { enabled: false }, of.clock.now());
  await until(async () => {
    of.clock.shift(60_000);
    return state.entered.length === 0;
  });
  expect(tellings(of)).toEqual([{ kind: 'trigger.failing', name: 'hear', code: 'hook.left', flow: id }]);
}, 60_000);
