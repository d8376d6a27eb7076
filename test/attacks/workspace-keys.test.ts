/**
 * A workspace with a key of its own, with a real server and real files: without the file nothing of it opens, by whatever
 * entrance, and its neighbours notice nothing.
 */

import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeKey } from '../../packages/server/src/main/change-key.ts';
import { makeWorkspaceKey, rotateWorkspaceKey } from '../../packages/server/src/main/workspace-key.ts';
import { readRing } from '../../packages/server/src/store/rows/ring.ts';
import { readOwnRoots } from '../../packages/server/src/store/rows/workspace-keys.ts';
import { opener } from '../../packages/server/src/store/vault-open/opener.ts';
import { keyring } from '../../packages/server/src/store/vault-seal/keyring.ts';
import { startServer, type TestServer } from '../fixtures/server.ts';

const CANARY = 'canary-93be1f60a2-OwnKey';

let api: Server;
let url = '';
let root: string;
let server: TestServer;
let where: { dir: string; keyFile: string; workspaceKeys: string };
const keys: Record<string, string> = {};
const flows: Record<string, string> = {};
const hooks: Record<string, string> = {};

const until = async <T>(look: () => Promise<T>, good: (one: T) => boolean): Promise<T> => {
  for (const end = Date.now() + 15_000; ; ) {
    const one = await look();
    if (good(one) || Date.now() > end) return one;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const put = (workspace: string, value = CANARY) =>
  server.ask('PUT', '/api/v1/secrets', {
    key: keys[workspace] ?? '',
    body: { name: 'token', value: `${value}-${workspace}`, origins: [url] },
  });

const start = (workspace: string, input: unknown = {}) =>
  server.ask('POST', `/api/v1/flows/${flows[workspace]}/runs`, {
    key: keys[workspace] ?? '',
    body: { input, wait: 20 },
  });

const file = (workspace: string): string => join(where.workspaceKeys, `${workspace}.key`);

const locked = async (workspace: string): Promise<void> => {
  renameSync(file(workspace), `${file(workspace)}.away`);
  expect(
    (
      await until(
        () => start(workspace),
        (a) => a.status === 423,
      )
    ).status,
  ).toBe(423);
};

const unlocked = async (workspace: string): Promise<void> => {
  renameSync(`${file(workspace)}.away`, file(workspace));
  expect(
    (
      await until(
        () => start(workspace),
        (a) => a.status !== 423,
      )
    ).json,
  ).toMatchObject({ state: 'done' });
};

beforeAll(async () => {
  api = createServer((request, response) => {
    const given = request.headers.authorization ?? '';
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ came: given.length }));
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const address = api.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  root = mkdtempSync(join(tmpdir(), 'headgate-own-'));
  server = await startServer({ workspaceKeys: join(root, 'keys'), egressAllow: '127.0.0.1' });
  where = { dir: server.dir, keyFile: join(root, 'key'), workspaceKeys: join(root, 'keys') };
  writeFileSync(where.keyFile, server.instanceKey, { mode: 0o600 });
  for (const workspace of ['acme', 'other']) {
    keys[workspace] = (await server.key({ workspace })).plain;
    expect((await put(workspace)).status).toBe(200);
    const draft = {
      headgate: 1,
      name: 'Uses',
      triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
      steps: [
        { id: 'get', kind: 'http.request@1', with: { method: 'GET', url: `${url}/x`, secret: 'token' } },
        { id: 'pause', kind: 'wait@1', with: { for: '{{ input.pause ?? "1ms" }}' }, after: ['get'] },
      ],
      output: '{{ steps.get.body }}',
    };
    const key = keys[workspace];
    const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
    expect(made.status, made.text).toBe(201);
    flows[workspace] = (made.json as { id: string }).id;
    const published = await server.ask('POST', `/api/v1/flows/${flows[workspace]}/publish`, {
      key,
      body: { grant: 'needed' },
    });
    expect(published.status, published.text).toBe(201);
    hooks[workspace] = new URL((published.json as { webhooks: { url: string }[] }).webhooks[0]?.url ?? '').pathname;
  }
  const made = await makeWorkspaceKey(where, 'acme');
  expect(made).toMatchObject({ ok: true, value: { secrets: 1 } });
});
afterAll(async () => {
  await server.close();
  api.close();
  rmSync(root, { recursive: true, force: true });
});

test('SEC-05 what is sealed for a workspace with a key of its own opens with both keys, and with neither alone', async () => {
  const made = await until(
    () => start('acme'),
    (a) => (a.json as { state?: string }).state === 'done',
  );
  const run = (made.json as { id: string }).id;
  const audit = await server.ask('GET', '/api/v1/audit', { key: keys['acme'] ?? '' });
  expect(audit.text).toContain('"key.make"');
  const database = new DatabaseSync(join(server.dir, 'headgate.db'), { readOnly: true });
  const roots = readRing(database, server.instanceKey);
  const own = readOwnRoots(database, 'acme', readFileSync(file('acme')));
  const row = database.prepare('select id, version, sealed from secret where workspace = ?').get('acme') ?? {};
  const chunk =
    database
      .prepare('select start, sealed from journal where run = (select n from run where id = ?) order by start')
      .get(run) ?? {};
  database.close();
  const open = (have: { instance?: boolean; own?: boolean }) => {
    const ring = keyring(
      have.instance === true && roots.ok ? (roots.value[0] ?? new Uint8Array(32)) : new Uint8Array(32),
    );
    if (have.own === true && own.ok) ring.renewOwn(new Map([['acme', own.value]]));
    const vault = opener(ring);
    return [
      vault.openSecret('acme', String(row['id']), Number(row['version']), row['sealed'] as Uint8Array).ok,
      vault.openChunk('acme', run, Number(chunk['start']), chunk['sealed'] as Uint8Array).ok,
    ];
  };
  expect(open({ instance: true, own: true })).toEqual([true, true]);
  expect(open({ instance: true })).toEqual([false, false]);
  expect(open({ own: true })).toEqual([false, false]);
});

test('a key taken away locks its workspace by every entrance within a second, and no other; put back, all goes on (AZ-01)', async () => {
  const old = (await start('acme')).json as { id: string };
  await locked('acme');
  const refused = [
    await start('acme'),
    await put('acme', 'another'),
    await server.ask('GET', `/api/v1/runs/${old.id}/journal`, { key: keys['acme'] ?? '' }),
    await server.ask('POST', `/api/v1/runs/${old.id}/rerun`, { key: keys['acme'] ?? '', body: {} }),
  ];
  for (const answer of refused)
    expect([answer.status, answer.json], answer.text).toMatchObject([423, { code: 'workspace.locked' }]);
  // Strangers hear that it is closed, and not why (OU2).
  const called = await server.ask('POST', hooks['acme'] ?? '', { body: {} });
  expect([called.status, called.json], called.text).toMatchObject([429, { code: 'flow.busy' }]);
  for (const answer of [...refused, called]) expect(answer.text).not.toContain(root);
  // The others notice nothing, whose runs and secrets go on.
  expect((await start('other')).json).toMatchObject({ state: 'done' });
  expect((await server.ask('POST', hooks['other'] ?? '', { body: {} })).status).toBe(200);
  expect((await put('other')).status).toBe(200);
  await unlocked('acme');
  expect((await server.ask('GET', `/api/v1/runs/${old.id}/journal`, { key: keys['acme'] ?? '' })).status).toBe(200);
});

test('a file that is not the key of the workspace, or is open to others, locks it as well', async () => {
  const right = readFileSync(file('acme'));
  renameSync(file('acme'), `${file('acme')}.away`);
  writeFileSync(file('acme'), server.instanceKey, { mode: 0o600 });
  expect(
    (
      await until(
        () => start('acme'),
        (a) => a.status === 423,
      )
    ).status,
  ).toBe(423);
  rmSync(file('acme'));
  writeFileSync(file('acme'), right, { mode: 0o644 });
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect((await start('acme')).status).toBe(423);
  rmSync(file('acme'));
  await unlocked('acme');
});

test('a workspace that has no key of its own gets none by a file that is put there', async () => {
  writeFileSync(file('other'), Buffer.from(server.instanceKey).reverse(), { mode: 0o600 });
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect((await start('other')).json).toMatchObject({ state: 'done' });
  rmSync(file('other'));
  expect((await start('other')).json).toMatchObject({ state: 'done' });
});

test('rotating beside a running server: the runs of before are read, the secret is used, and the old key opens nothing', async () => {
  const before = (await start('acme')).json as { id: string };
  const old = readFileSync(file('acme'));
  // Runs are started all the while.
  let going = true;
  const states: unknown[] = [];
  const busy = (async () => {
    while (going) states.push((await start('acme')).json);
  })();
  expect(await rotateWorkspaceKey(where, 'acme')).toMatchObject({ ok: true, value: { secrets: 1 } });
  // At once: a page holds the last hundred records, and each run makes two.
  const audit = await server.ask('GET', '/api/v1/audit', { key: keys['acme'] ?? '' });
  expect(audit.text).toContain('"key.rotate"');
  await new Promise((resolve) => setTimeout(resolve, 700));
  going = false;
  await busy;
  expect(states.length).toBeGreaterThan(0);
  expect(states.filter((one) => (one as { state?: string }).state !== 'done')).toEqual([]);
  expect((await server.ask('GET', `/api/v1/runs/${before.id}/journal`, { key: keys['acme'] ?? '' })).status).toBe(200);
  const database = new DatabaseSync(join(server.dir, 'headgate.db'), { readOnly: true });
  expect(readOwnRoots(database, 'acme', old)).toMatchObject({ ok: false, problem: { code: 'key.wrong' } });
  expect(readOwnRoots(database, 'acme', readFileSync(file('acme'))).ok).toBe(true);
  database.close();
  expect(readdirSync(where.workspaceKeys)).toEqual(['acme.key']);
  expect((await server.house.store.engine.checkAudit()).fault).toBe(null);
});

test('the key of the instance changes while a workspace is locked: its secrets open when its key is back', async () => {
  await locked('acme');
  // Wrapped again is what is at hand: the secret of the other workspace.
  expect(await changeKey(where)).toMatchObject({ ok: true, value: { secrets: 1 } });
  // This server was given its instance key once, and not the file: it is another test that follows that.
  const database = new DatabaseSync(join(server.dir, 'headgate.db'), { readOnly: true });
  const instance = readFileSync(where.keyFile);
  const roots = readRing(database, instance);
  const own = readOwnRoots(database, 'acme', readFileSync(`${file('acme')}.away`));
  const row = database.prepare('select id, version, sealed from secret where workspace = ?').get('acme') ?? {};
  database.close();
  if (!roots.ok || !own.ok) throw new Error('the keys do not open their boxes');
  expect(roots.value.length).toBe(2);
  const ring = keyring(instance);
  ring.renew(roots.value);
  ring.renewOwn(new Map([['acme', own.value]]));
  const opened = opener(ring).openSecret(
    'acme',
    String(row['id']),
    Number(row['version']),
    row['sealed'] as Uint8Array,
  );
  expect(opened).toEqual({ ok: true, value: `${CANARY}-acme` });
  renameSync(`${file('acme')}.away`, file('acme'));
});
