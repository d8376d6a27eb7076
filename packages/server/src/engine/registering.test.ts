/** Addresses that triggers enter at services: peers that answer as the services document, and remember what is entered there. */

import { readFileSync } from 'node:fs';
import { readService, type Service } from '@headgate/core';
import { afterEach, expect, test } from 'vitest';
import { countingServer, type Ground, openGround } from './testing/ground.ts';

let g: Ground | null = null;
const close: (() => Promise<void>)[] = [];
afterEach(async () => {
  await g?.close();
  g = null;
  for (const one of close.splice(0)) await one();
});

type Entered = { id: string | number; url: string; secret: string; events: unknown };
type State = {
  entered: Entered[];
  calls: string[];
  /** How the next calls fail: with a status, or cut off once it was done; null: not at all. */
  fails: (number | 'cut' | null)[];
};
type Said = { readonly method: string; readonly path: string; readonly body: Record<string, unknown> };

const at = (of: unknown, ...keys: string[]): unknown =>
  keys.reduce<unknown>((here, key) => (here as Record<string, unknown> | undefined)?.[key], of);

/** What each service does with a call; undefined: it was no call it knows. */
const SERVICES: Readonly<
  Record<
    string,
    {
      readonly trigger: string;
      readonly input: Record<string, unknown>;
      readonly asked: readonly string[] | undefined;
      readonly events: unknown;
      readonly does: (said: Said, state: State, id: number) => unknown;
    }
  >
> = {
  github: {
    ...{ trigger: 'event', input: { owner: 'acme', repo: 'app' }, asked: ['issues.opened', 'push'] },
    events: ['issues', 'push'],
    does: ({ method, path, body }, { entered }, id) => {
      const hooks = /^\/repos\/acme\/(app|other)\/hooks/.exec(path)?.[0] ?? '';
      if (path === `${hooks}?per_page=100`) return entered.map((one) => ({ id: one.id, config: { url: one.url } }));
      if (method === 'POST' && path === hooks) {
        entered.push({
          ...{ id, url: String(at(body, 'config', 'url')), secret: String(at(body, 'config', 'secret')) },
          events: body['events'],
        });
        return { id };
      }
      return method === 'DELETE' ? remove(entered, path.split('/').at(-1)) : undefined;
    },
  },
  gitlab: {
    ...{ trigger: 'event', input: { project: 'g/p' }, asked: ['Push Hook'] },
    events: [true, false],
    does: ({ method, path, body }, { entered }, id) => {
      if (path === '/api/v4/projects/g%2Fp/hooks?per_page=100') return entered;
      if (method === 'POST' && path === '/api/v4/projects/g%2Fp/hooks') {
        const events = [body['push_events'], body['issues_events']];
        entered.push({ id, url: String(body['url']), secret: String(body['token']), events });
        return { id };
      }
      return method === 'DELETE' ? remove(entered, path.split('/').at(-1)) : undefined;
    },
  },
  linear: {
    ...{ trigger: 'event', input: { team: 't1' }, asked: undefined },
    events: 'known',
    does: ({ body }, { entered }, id) => {
      const query = String(body['query']);
      if (query.includes('webhooks(')) return { data: { webhooks: { nodes: entered } } };
      if (query.includes('webhookDelete'))
        return { data: { webhookDelete: { success: remove(entered, String(at(body, 'variables', 'id'))) === null } } };
      const given = at(body, 'variables', 'input') as Record<string, unknown>;
      expect(given['teamId']).toBe('t1');
      expect((given['resourceTypes'] as string[]).length).toBeGreaterThan(3);
      entered.push({ id: `w${id}`, url: String(given['url']), secret: String(given['secret']), events: 'known' });
      return { data: { webhookCreate: { success: true, webhook: { id: `w${id}` } } } };
    },
  },
  telegram: {
    ...{ trigger: 'update', input: {}, asked: undefined, events: null },
    does: ({ path, body }, { entered }) => {
      expect(path).toMatch(/^\/botregister-canary\/(set|delete|get)Webhook(Info)?$/);
      if (path.endsWith('Info')) return { ok: true, result: { url: entered[0]?.url ?? '' } };
      entered.splice(0);
      if (path.endsWith('/setWebhook'))
        entered.push({ id: 0, url: String(body['url']), secret: String(body['secret_token']), events: null });
      return { ok: true, result: true };
    },
  },
};

const remove = (entered: Entered[], id: unknown): null | undefined => {
  const index = entered.findIndex((one) => String(one.id) === String(id));
  if (index < 0) return undefined;
  entered.splice(index, 1);
  return null;
};

const serviceAt = (name: string, url: string): Service => {
  const read = readService(JSON.parse(readFileSync(`${import.meta.dirname}/../../services/${name}.json`, 'utf8')));
  if (!read.ok) throw new Error(name);
  return { ...read.service, base: read.service.base.replace(/^https:\/\/[^/]+/, url) };
};

const ground = async (name: string, signing: 'meant' | 'not' = 'meant') => {
  const state: State = { entered: [], calls: [], fails: [] };
  const peer = await countingServer((n, request, response) => {
    let text = '';
    request.on('data', (piece: Buffer) => (text += piece.toString()));
    request.on('end', () => {
      const [method = '', path = ''] = [request.method, request.url];
      state.calls.push(`${method} ${path}`);
      const fail = state.fails.shift();
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
      const said = typeof fail === 'number' ? {} : SERVICES[name]?.does({ method, path, body }, state, n);
      if (fail === 'cut') return void response.destroy();
      const status = typeof fail === 'number' ? fail : said === undefined ? 404 : said === null ? 204 : 200;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(said === null ? undefined : JSON.stringify(said ?? {}));
    });
  });
  close.push(peer.close);
  g = await openGround(undefined, undefined, undefined, undefined, undefined, [serviceAt(name, peer.url)]);
  const { secrets } = g.store.in('default');
  const secret = { project: 'default', owner: 'owner', at: 1 };
  await secrets.put({ ...secret, name: 'who', origins: [peer.url], value: 'register-canary' });
  const origins = signing === 'meant' ? [peer.url] : [];
  await secrets.put({ ...secret, name: 'signing', origins, value: 'shared-canary' });
  const powers = [`net: * ${peer.host}`, `secret: use who for ${peer.url}`, `secret: use signing for ${peer.url}`];
  return { of: g, state, powers };
};

const flow = (name: string) => {
  const { trigger, input, asked } = SERVICES[name] ?? { trigger: '', input: {}, asked: undefined };
  return {
    headgate: 1,
    name: `Hear ${name}`,
    triggers: [
      {
        id: 'hear',
        kind: 'service.webhook@1',
        with: {
          ...{ service: name, trigger, signing: 'signing', register: { secret: 'who', input } },
          ...(asked === undefined ? {} : { events: [...asked] }),
        },
      },
    ],
    steps: [{ id: 'keep', kind: 'set@1', with: { value: 1 } }],
  };
};

const publish = (of: Ground, name: string, powers: readonly string[]) =>
  of.publish(flow(name), { grants: powers.map((power) => ({ step: 'hear', power })) });

const until = async (is: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await is())) await new Promise((resolve) => setTimeout(resolve, 20));
};
/** Nothing is under way: what was entered is remembered. */
const settled = async (of: Ground, id: string): Promise<void> =>
  until(async () =>
    (await of.engine.triggers('default', id)).some(({ well, failing }) => well !== null && failing === null),
  );
const addressOf = async (of: Ground, id: string): Promise<string> =>
  `http://localhost:7860/api/v1/webhook/${(await of.store.in('default').flows.hooks(id))[0]?.token ?? ''}`;

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
    g = await of.reopen();
    const now = g;
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
  close.push(elsewhere.close);
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

test('RG6 an old address that does not go is left after some tries, so that the new one is entered', async () => {
  const { of, state, powers } = await ground('github');
  const id = await publish(of, 'github', powers);
  await settled(of, id);
  const old = await addressOf(of, id);
  const calls = state.calls.length;
  state.fails = Array.from({ length: 5 }, () => 403);
  await of.store.in('default').deployments.readdress(id, 'default', 'hear', { at: of.clock.now(), until: 0 });
  const fresh = await addressOf(of, id);
  await until(async () => (await of.engine.triggers('default', id))[0]?.failing !== null);
  // A change of something else, again and again, has nobody asked.
  const failed = state.calls.length;
  const { secrets } = of.store.in('default');
  for (let i = 0; i < 5; i += 1)
    await secrets.put({ project: 'default', name: `x${i}`, origins: [], value: 'y', owner: 'owner', at: 1 });
  expect(state.calls.length - failed).toBeLessThanOrEqual(1);
  await until(async () => {
    of.clock.shift(60_000);
    return state.entered.length === 2;
  });
  expect(state.entered.map(({ url }) => url)).toEqual([old, fresh]);
  expect(state.calls.slice(calls).map((call) => call.split(' ')[0])).toEqual([
    ...Array(5).fill('DELETE'),
    'GET',
    'POST',
  ]);
  await settled(of, id);
  expect(of.logs).toContainEqual(
    expect.objectContaining({
      text: 'an old address was left at its service',
      data: { flow: id, trigger: 'hear', service: 'github', code: 'hook.entering' },
    }),
  );
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
