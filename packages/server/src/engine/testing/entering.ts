/** Peers that answer as services document it where addresses are entered, and remember what is entered there. */

import { readFileSync } from 'node:fs';
import { readService, type Service } from '@headgate/core';
import { expect } from 'vitest';
import { countingServer, type Ground, openGround } from './ground.ts';

let open: Ground | null = null;
export const closing: (() => Promise<void>)[] = [];
export const closeAll = async (): Promise<void> => {
  await open?.close();
  open = null;
  for (const one of closing.splice(0)) await one();
};
export const reopened = async (of: Ground): Promise<Ground> => {
  open = await of.reopen();
  return open;
};

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
export const SERVICES: Readonly<
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

export const serviceAt = (name: string, url: string): Service => {
  const read = readService(JSON.parse(readFileSync(`${import.meta.dirname}/../../../services/${name}.json`, 'utf8')));
  if (!read.ok) throw new Error(name);
  return { ...read.service, base: read.service.base.replace(/^https:\/\/[^/]+/, url) };
};

export const ground = async (name: string, signing: 'meant' | 'not' = 'meant') => {
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
  closing.push(peer.close);
  const of = await openGround(undefined, undefined, undefined, undefined, undefined, [serviceAt(name, peer.url)]);
  const { secrets } = of.store.in('default');
  const secret = { project: 'default', owner: 'owner', at: 1 };
  await secrets.put({ ...secret, name: 'who', origins: [peer.url], value: 'register-canary' });
  const origins = signing === 'meant' ? [peer.url] : [];
  await secrets.put({ ...secret, name: 'signing', origins, value: 'shared-canary' });
  const powers = [`net: * ${peer.host}`, `secret: use who for ${peer.url}`, `secret: use signing for ${peer.url}`];
  open = of;
  return { of, state, powers };
};

export const flow = (name: string) => {
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

export const publish = (of: Ground, name: string, powers: readonly string[]) =>
  of.publish(flow(name), { grants: powers.map((power) => ({ step: 'hear', power })) });

export const until = async (is: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await is())) await new Promise((resolve) => setTimeout(resolve, 20));
};
/** Nothing is under way: what was entered is remembered. */
export const settled = async (of: Ground, id: string): Promise<void> =>
  until(async () =>
    (await of.engine.triggers('default', id)).some(({ well, failing }) => well !== null && failing === null),
  );
export const addressOf = async (of: Ground, id: string): Promise<string> =>
  `http://localhost:7860/api/v1/webhook/${(await of.store.in('default').flows.hooks(id))[0]?.token ?? ''}`;
