/** Connections and providers of models from a shell, beside a server that runs, a real server of OAuth and one of models. */

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openModelServer } from '../../packages/server/src/engine/testing/models/server.ts';
import { startOauthService, type OauthService } from '../fixtures/oauth-service.ts';
import { type Ended, type Home, newHome, problemsOf, type Served } from './command.ts';

// Many processes, one after the other, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let service: OauthService;
let home: Home;
let server: Served;
let keyFile = '';

beforeAll(async () => {
  service = await startOauthService('http://localhost/unused');
  home = newHome();
  keyFile = await home.superuser();
  server = await home.serve([], { env: { HEADGATE_EGRESS_ALLOW: '127.0.0.1' } });
});
afterAll(async () => {
  await home.leave();
  await service.close();
});

const ask = (...words: readonly string[]): Promise<Ended> =>
  home.run(['connection', ...words, '--url', server.url, '--key-file', keyFile]);

const made = async (name: string, grant: string): Promise<void> => {
  const file = home.write(`${name}.json`, { ...service.client, grant });
  const done = await ask('create', name, '--client-file', file, '--origin', service.api);
  expect(done).toMatchObject({ code: 0, out: `${name}\n`, err: '' });
};

test('a connection is made of a file, connected, looked at, disconnected and deleted; no word of it holds a secret', async () => {
  await made('robot', 'client');
  expect((await ask('show', 'robot')).out).toBe('robot  new\n');
  expect((await ask('connect', 'robot')).out).toBe('robot is connected\n');
  const list = await ask('list');
  expect(list.out).toMatch(/robot +\* +connected +client/);
  expect((await ask('disconnect', 'robot')).out).toBe('robot: the service took its tokens back\n');
  expect((await ask('show', 'robot')).out).toBe('robot  new\n');
  expect((await ask('delete', 'robot')).out).toBe('deleted robot\n');
  expect(await ask('show', 'robot')).toMatchObject({ code: 1 });
  for (const text of [list.out, list.err]) expect(text).not.toContain(service.clientSecret);
});

test('a code for another device is shown, and waited for until it was typed in', async () => {
  await made('tv', 'device');
  const waiting = ask('connect', 'tv');
  // The address with the code in it, as somebody reads both off the screen.
  const code = await vi.waitFor(() => {
    const found = service.codes().at(-1);
    if (found === undefined) throw new Error('no code yet');
    return found;
  }, 20_000);
  await service.typeIn(`${service.issuer}/device?user_code=${code}`, 'ada');
  const done = await waiting;
  expect(done).toMatchObject({ code: 0, out: 'tv is connected\n' });
  expect(done.err).toContain(`${service.issuer}/device on any device`);
  expect(done.err).toContain(code);
});

test('what somebody agrees to in a browser is begun there, and a file that is no client says what is wanted', async () => {
  await made('shop', 'code');
  const refused = await ask('connect', 'shop', '--json');
  expect(problemsOf(refused)).toMatchObject([{ code: 'connection.browser', fix: expect.stringContaining('web app') }]);
  const odd = await ask('create', 'odd', '--client-file', home.write('odd.txt', 'no JSON'), '--origin', service.api);
  expect(odd.code).toBe(2);
  expect(odd.err).toContain('docs/connections.md');
});

test('a provider of models is set up with a key from a file or standard input, tested, listed without it, and removed', async () => {
  const models = await openModelServer();
  const key = 'sk-cli-canary-0123456789abcdef';
  const provider = (words: readonly string[], input?: string): Promise<Ended> =>
    home.run(['provider', ...words, '--url', server.url, '--key-file', keyFile], input === undefined ? {} : { input });
  try {
    const add = ['add', 'near', '--kind', 'openai-compatible', '--base-url', models.url];
    const made = await provider([...add, '--key-value-file', '-', '--default', 'small'], `${key}\n`);
    expect(made).toMatchObject({ code: 0, out: `near  ${models.url}\n`, err: '' });
    const tested = await provider(['test', 'near']);
    expect(tested).toMatchObject({ code: 0, err: '' });
    expect(tested.out).toMatch(/^near answers, with \d+ models\n/);
    // SEC-07: the key went to its provider, and nowhere else.
    expect(models.asked.at(-1)?.headers['authorization']).toBe(`Bearer ${key}`);
    const list = await provider(['list']);
    expect(list.out).toMatch(/near +openai-compatible +http\S+ +near-key +small/);
    const secrets = await home.run(['secret', 'list', '--url', server.url, '--key-file', keyFile]);
    expect(secrets.out).toMatch(new RegExp(`near-key .*${models.origin}`));
    for (const { out, err } of [made, tested, list, secrets]) expect(out + err).not.toContain(key);
    // The same name again changes it; a file does as well, and the list of models narrows it.
    const narrowed = home.write('models.json', [{ id: 'tiny' }]);
    const again = ['--key-value-file', home.write('model-key.txt', 'sk-wrong'), '--held-by', 'near-key'];
    expect((await provider([...add, ...again, '--models-file', narrowed])).code).toBe(0);
    const json = JSON.parse((await provider(['list', '--json'])).out) as { providers: Record<string, unknown>[] };
    expect(json.providers.find(({ name }) => name === 'near')).toMatchObject({
      secret: { name: 'near-key' },
      models: [{ id: 'tiny' }],
    });
    // Where a key would go has to be known before it is stored.
    const nowhere = await provider(['add', 'lost', '--kind', 'openai-compatible', '--key-value-file', '-'], key);
    expect(nowhere).toMatchObject({ code: 2, err: expect.stringContaining('--base-url') });
    expect((await provider(['kinds'])).out).toContain('openai-compatible');
    expect((await provider(['remove', 'near'])).out).toBe('removed near\n');
    expect(await provider(['test', 'near'])).toMatchObject({ code: 1 });
  } finally {
    await models.close();
  }
});
