/** Addresses that triggers enter at services. */

import { afterEach, expect, test } from 'vitest';
import {
  addressOf,
  closeAll,
  closing,
  flow,
  ground,
  publish,
  reopened,
  SERVICES,
  serviceAt,
  settled,
  until,
} from './testing/entering.ts';
import { countingServer } from './testing/ground.ts';

afterEach(closeAll);

test.each(Object.keys(SERVICES))(
  '%s: the address is entered when the flow is published, anew when it is another one, and taken out when it is off or deleted',
  async (name) => {
    const { of, state, powers } = await ground(name);
    const id = await publish(of, name, powers);
    await settled(of, id);
    const scoped = of.store.in('default');
    const events = SERVICES[name]?.events;
    const first = await addressOf(of, id);
    expect(state.entered).toMatchObject([{ url: first, secret: 'shared-canary', events }]);
    // Another change of anything enters nothing.
    const calls = state.calls.length;
    const now = await reopened(of);
    const again = now.store.in('default');
    await again.secrets.put({ project: 'default', name: 'x', origins: [], value: 'y', owner: 'owner', at: 1 });
    await settled(now, id);
    expect(state.calls.length).toBe(calls);

    await again.deployments.readdress(id, 'default', 'hear', { at: now.clock.now(), until: 0 });
    const second = await addressOf(now, id);
    await until(() => state.entered.length === 1 && state.entered[0]?.url === second);
    expect(second).not.toBe(first);

    await again.flows.patch(id, { enabled: false }, now.clock.now());
    await until(() => state.entered.length === 0);
    await again.flows.patch(id, { enabled: true }, now.clock.now());
    await until(() => state.entered[0]?.url === second);
    await settled(now, id);
    await again.deletedFlows.add(id, now.clock.now());
    await until(() => state.entered.length === 0);
    const trail = JSON.stringify(await again.audit.list({ limit: 1_000 }));
    for (const kept of [trail, JSON.stringify(now.logs), JSON.stringify(of.logs)]) expect(kept).not.toContain('canary');
    expect(trail).toContain('trigger.ended');
    expect(scoped).toBeDefined();
  },
  60_000,
);

test('RG1 one that was entered when the line broke is found by its address, and there are never two', async () => {
  const { of, state, powers } = await ground('github');
  // It looks, finds nothing, enters it, and never hears of it.
  state.fails = [null, 'cut'];
  const id = await publish(of, 'github', powers);
  await until(() => state.entered.length === 1);
  await until(async () => {
    of.clock.shift(2_000);
    const [health] = await of.engine.triggers('default', id);
    return typeof health?.well === 'number' && health.failing === null;
  });
  expect(state.entered).toHaveLength(1);
  expect(state.entered[0]?.url).toBe(await addressOf(of, id));
  expect(state.calls.map((call) => call.split(' ')[0])).toEqual(['GET', 'POST', 'GET', 'DELETE', 'POST']);
}, 60_000);

test.each(['telegram', 'github'])(
  'RG1 %s: one that was perhaps entered is taken out when its flow is off before anybody knows',
  async (name) => {
    const { of, state, powers } = await ground(name);
    state.fails = [null, 'cut'];
    const id = await publish(of, name, powers);
    await until(() => state.entered.length === 1);
    await until(async () => (await of.engine.triggers('default', id))[0]?.failing !== null);
    await of.store.in('default').flows.patch(id, { enabled: false }, of.clock.now());
    await until(() => state.entered.length === 0);
    expect(state.entered).toEqual([]);
  },
  60_000,
);

test('RG1 where a service keeps one address alone, another’s is neither written over nor taken out', async () => {
  const { of, state, powers } = await ground('telegram');
  const theirs = { id: 0, url: 'https://elsewhere.example/hook', secret: 's', events: null };
  state.entered.push(theirs);
  const id = await publish(of, 'telegram', powers);
  const problemNow = async () => (await of.engine.triggers('default', id))[0]?.failing?.problem;
  await until(async () => (await problemNow()) !== undefined);
  expect(await problemNow()).toMatchObject({ code: 'hook.entering', text: expect.stringContaining('another address') });
  expect(state.entered).toEqual([theirs]);
  // Theirs is taken out by them: ours is entered. Somebody puts another there: when ours is off, that one stays.
  state.entered.splice(0);
  await until(async () => {
    of.clock.shift(5_000);
    return state.entered.length === 1 && (await problemNow()) === undefined;
  });
  state.entered.splice(0, 1, theirs);
  const calls = state.calls.length;
  await of.store.in('default').flows.patch(id, { enabled: false }, of.clock.now());
  await until(() => state.calls.length > calls);
  await of.store.in('default').flows.patch(id, { enabled: true }, of.clock.now());
  await until(async () => (await problemNow()) !== undefined);
  expect(state.entered).toEqual([theirs]);
  expect(state.calls.slice(calls).some((call) => call.includes('deleteWebhook'))).toBe(false);
}, 60_000);

test('RG4 what the service refuses is shown with what to do, and tried again', async () => {
  const { of, state, powers } = await ground('github');
  state.fails = [403, 403];
  const id = await publish(of, 'github', powers);
  const problemNow = async () => (await of.engine.triggers('default', id))[0]?.failing?.problem;
  await until(async () => (await problemNow()) !== undefined);
  expect(await problemNow()).toMatchObject({
    code: 'hook.entering',
    text: expect.stringContaining('GitHub'),
    fix: expect.stringContaining('by hand'),
  });
  await until(async () => {
    of.clock.shift(5_000);
    return state.entered.length === 1 && (await problemNow()) === undefined;
  });
}, 60_000);

test('RG5 what was entered is taken out where it was entered, whatever the service is described as since then', async () => {
  const { of, state, powers } = await ground('github');
  const calls: string[] = [];
  const elsewhere = await countingServer((_n, request, response) => {
    calls.push(`${request.method} ${request.url} ${String(request.headers.authorization)}`);
    response.writeHead(204).end();
  });
  closing.push(elsewhere.close);
  const describe = async (url: string): Promise<void> => {
    const doc = { ...serviceAt('github', url), name: 'own' };
    expect(await of.store.in('default').services.put({ name: 'own', doc, hash: url, by: 'owner', updated: 1 })).toBe(
      true,
    );
  };
  await describe(`http://${powers[0]?.split(' ').at(-1) ?? ''}`);
  const hears = flow('github');
  const [trigger] = hears.triggers;
  const own = { ...hears, triggers: [{ ...trigger, with: { ...trigger?.with, service: 'own' } }] };
  const id = await of.publish(own, { grants: powers.map((power) => ({ step: 'hear', power })) });
  await settled(of, id);
  expect(state.entered).toHaveLength(1);
  await describe(elsewhere.url);
  await of.store.in('default').flows.patch(id, { enabled: false }, of.clock.now());
  await until(() => state.entered.length === 0);
  expect(calls).toEqual([]);
}, 60_000);

test('RG2 RG6 another place, with what is needed for that alone: the old address is taken out, and the new one entered', async () => {
  const { of, state, powers } = await ground('github');
  const origin = powers[0]?.split(' ').at(-1) ?? '';
  const at = (repo: string) => {
    const hears = flow('github');
    const [trigger] = hears.triggers;
    const register = { secret: 'who', input: { owner: 'acme', repo } };
    return { ...hears, triggers: [{ ...trigger, with: { ...trigger?.with, register } }] };
  };
  const lent = (repo: string) =>
    [`GET,POST,DELETE ${origin}/repos/acme/${repo}/hooks`, `DELETE ${origin}/repos/acme/${repo}/hooks/*`].map(
      (net) => `net: ${net}`,
    );
  const grants = (repo: string) => [...lent(repo), ...powers.slice(1)].map((power) => ({ step: 'hear', power }));
  const id = await of.publish(at('app'), { grants: grants('app') });
  await settled(of, id);
  expect(state.entered).toHaveLength(1);
  const { flows, grants: lentNow } = of.store.in('default');
  const ends = (await lentNow.list(id)).map((one) => one.id);
  const doc = at('other');
  await flows.publish({
    ...{ flow: id, hash: 'other', doc, note: null, by: 'owner', at: of.clock.now(), ends },
    grants: grants('other').map((grant, i) => ({
      ...{ ...grant, id: `g_other_${i}`, flow: id, environment: '*', grantor: 'owner', asCaller: false, created: 1 },
    })),
    triggers: doc.triggers.map((one) => ({ ...one, kind: 'service.webhook@1', id: 'hear', disabled: false })),
  });
  await until(() => state.calls.some((call) => call === 'POST /repos/acme/other/hooks'));
  expect(state.calls.filter((call) => call.startsWith('DELETE /repos/acme/app/'))).toHaveLength(1);
  await settled(of, id);
}, 60_000);

test('CAP-01 SEC-07 nothing is called without the powers, and the shared secret is told only where it is meant for', async () => {
  const { of, state, powers } = await ground('github', 'not');
  for (const lent of [[], powers.slice(0, 1), powers.slice(0, 2)]) {
    const id = await publish(of, 'github', lent);
    await until(async () => (await of.engine.triggers('default', id))[0]?.failing?.problem.code === 'grant.missing');
  }
  const id = await publish(of, 'github', powers);
  await until(async () => (await of.engine.triggers('default', id))[0]?.failing?.problem.code === 'secret.missing');
  expect(state.calls).toEqual([]);
}, 60_000);
