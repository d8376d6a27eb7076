/** The commands beside an instance: superuser, doctor, backup, restore; with a server running and without. */

import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { localModels } from '../../packages/server/src/main/local-models.ts';
import { tinyModel } from '../../packages/server/src/sandbox/testing/gguf.ts';
import { LocalModelFiles } from '../../packages/server/src/store/local-models.ts';
import { type Ended, type Home, keyIn, newHome, problemsOf, type Served, until } from './command.ts';

// Many processes, one after the other, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const homes: Home[] = [];
const made = (): Home => {
  const home = newHome();
  homes.push(home);
  return home;
};
afterEach(async () => {
  for (const home of homes.splice(0)) await home.leave();
});

const ON = { HEADGATE_ENABLE_SUPERUSER_CLI: 'true' };
const superuser = (home: Home, more: readonly string[], env: Readonly<Record<string, string>> = ON): Promise<Ended> =>
  home.run(['superuser', '--email', 'ada@example.com', ...more, '--json'], { env });

type Finding = { what: string; state: string; text: string; next?: string };
const doctor = async (
  home: Home,
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; found: Finding[] }> => {
  const end = await home.run(['doctor', '--json'], { env });
  return { code: end.code, found: (JSON.parse(end.out) as { findings: Finding[] }).findings };
};
const wrong = (found: readonly Finding[]): string[] => found.filter((f) => f.state === 'wrong').map((f) => f.what);

test('a superuser’s key works before the first start and beside a running server, at once; it is on record and for its owner alone', async () => {
  const home = made();
  const before = home.path('before.txt');
  const password = home.write('password.txt', 'a long password of my own');
  expect(await superuser(home, ['--api-key-file', before, '--password-file', password])).toMatchObject({
    code: 0,
    err: '',
  });
  expect(statSync(before).mode & 0o777).toBe(0o600);
  const server = await home.serve();
  expect((await server.ask('GET', '/api/v1/keys', { key: keyIn(before) })).status).toBe(200);
  const beside = home.path('beside.txt');
  expect((await superuser(home, ['--api-key-file', beside])).code).toBe(0);
  await until(
    () => server.ask('GET', '/api/v1/flows', { key: keyIn(beside) }),
    (answer) => answer.status === 200,
    2_000,
  );
  const audit = await server.ask('GET', '/api/v1/audit', { key: keyIn(before) });
  // The account's record is the instance's, the keys' the workspace's.
  expect(audit.text.match(/"action":"superuser"/g)).toHaveLength(2);
  const kept = readFileSync(home.path('state/headgate.db')).toString('latin1');
  expect(kept.includes(keyIn(before))).toBe(false);
  expect(kept.includes('a long password of my own')).toBe(false);
});

test('superuser is switched off by default, and writes no key over a file, for nobody, or beside a password that is not there', async () => {
  const home = made();
  const file = home.path('key.txt');
  const off = await superuser(home, ['--api-key-file', file], {});
  expect([off.code, problemsOf(off)]).toMatchObject([1, [{ code: 'superuser.off' }]]);
  const taken = await superuser(home, ['--api-key-file', home.write('taken.txt', 'mine')]);
  expect([taken.code, problemsOf(taken)]).toMatchObject([1, [{ code: 'file.exists' }]]);
  expect(readFileSync(home.path('taken.txt'), 'utf8')).toBe('mine');
  const nowhere = await superuser(home, ['--api-key-file', home.path('no/such/folder/key.txt')]);
  expect(problemsOf(nowhere)).toMatchObject([{ code: 'file.unwritable' }]);
  const password = await superuser(home, ['--api-key-file', file, '--password-file', home.path('none')]);
  expect(problemsOf(password)).toMatchObject([{ code: 'file.unreadable', at: { field: '--password-file' } }]);
  const nobody = await home.run(['superuser', '--email', 'ada', '--api-key-file', file, '--json'], { env: ON });
  expect(problemsOf(nobody)).toMatchObject([{ code: 'usage', at: { field: '--email' } }]);
  expect(existsSync(file)).toBe(false);
  const made2 = await superuser(home, ['--api-key-file', file]);
  expect(made2.code).toBe(0);
  const server = await home.serve();
  const { json } = await server.ask('GET', '/api/v1/keys', { key: keyIn(file) });
  expect((json as { keys: unknown[] }).keys).toHaveLength(1);
});

test('doctor finds a fresh, a stopped and a running instance well, and tells each layer of the jail', async () => {
  const home = made();
  const fresh = await doctor(home);
  expect([fresh.code, wrong(fresh.found)]).toEqual([0, []]);
  expect(existsSync(home.path('state'))).toBe(false);
  const server = await home.serve();
  const running = await doctor(home);
  expect([running.code, wrong(running.found)]).toEqual([0, []]);
  const texts = Object.fromEntries(running.found.map((f) => [f.what, f.text]));
  expect(texts).toMatchObject({
    server: expect.stringContaining(`process ${server.pid}`),
    database: expect.stringMatching(/^schema \d+, whole$/),
    journal: expect.stringMatching(/^written and synced in \d+ ms$/),
    'audit trail': expect.stringMatching(/records, none changed$/),
    address: expect.stringContaining('this machine alone'),
    'jail: no_new_privs': expect.stringMatching(/^on/),
    'jail: Landlock': expect.stringMatching(/^on, version \d+/),
    'jail: system-call filter': expect.stringMatching(/2 filters/),
    'jail: own user': expect.any(String),
    'jail: self-test': expect.stringMatching(/^\d+ escape probes .* none got out/),
    'jail: engine': expect.stringMatching(/^V8 isolates/),
  });
  expect((await server.ask('GET', '/health')).status).toBe(200);
  await server.stop();
  const stopped = await home.run(['doctor']);
  expect(stopped).toMatchObject({ code: 0, err: '' });
  expect(stopped.out).toMatch(/^ok {5}server: none runs on /m);
});

test('doctor says what is wrong, each with what to do, and ends with 1', async () => {
  const home = made();
  await (await home.serve()).stop();
  chmodSync(home.path('state'), 0o755);
  chmodSync(home.path('secret-key'), 0o644);
  const later = Date.now() / 1000 + 86_400;
  utimesSync(home.path('state/headgate.db'), later, later);
  const { code, found } = await doctor(home, { HEADGATE_EGRESS_ALLOW: '0.0.0.0/0', HEADGATE_HOST: '0.0.0.0' });
  expect(code).toBe(1);
  expect(wrong(found)).toEqual(['folder', 'secret key', 'clock', 'egress']);
  expect(found.filter((f) => f.state !== 'ok').every((f) => (f.next ?? '') !== '')).toBe(true);
  expect(found.find((f) => f.what === 'folder')?.next).toBe(`chmod 700 ${home.path('state')}`);
  expect(found.find((f) => f.what === 'address')).toMatchObject({ state: 'look' });
  const settings = await doctor(home, { HEADGATE_PROT: '1' });
  expect([settings.code, wrong(settings.found)]).toEqual([1, ['settings']]);
});

test('doctor sees a damaged database, and does not touch it', async () => {
  const home = made();
  await (await home.serve()).stop();
  const path = home.path('state/headgate.db');
  const file = openSync(path, 'r+');
  writeSync(file, randomBytes(4096), 0, 4096, 4096 * 3);
  closeSync(file);
  const before = readFileSync(path);
  const { code, found } = await doctor(home);
  expect([code, wrong(found)]).toEqual([1, ['database']]);
  expect(found.find((f) => f.what === 'database')?.next).toContain('restore a backup');
  expect(readFileSync(path).equals(before)).toBe(true);
  writeFileSync(path, 'no database at all');
  expect(wrong((await doctor(home)).found)).toEqual(['database']);
});

const flowOf = async (server: Served, key: string): Promise<string> => {
  const big = { id: 'big', kind: 'set@1', with: { value: "{{ 'x'.repeat(input.size) }}" } };
  const draft = { headgate: 1, name: 'Grow', steps: [big], output: '{{ steps.big }}' };
  const { id } = (await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string };
  expect((await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: {} })).status).toBe(201);
  return id;
};

test('a backup of a server at work, restored elsewhere, holds every run acknowledged before it, and serves them', async () => {
  const home = made();
  const key = keyIn(await home.superuser());
  const server = await home.serve();
  const flow = await flowOf(server, key);
  const start = async (size: number): Promise<string> =>
    (
      (await server.ask('POST', `/api/v1/flows/${flow}/runs`, { key, body: { input: { size }, wait: 20 } })).json as {
        id: string;
      }
    ).id;
  const acknowledged: string[] = [];
  for (const size of [1, 10, 300_000]) acknowledged.push(await start(size));
  let busy = true;
  const load = (async () => {
    while (busy) await start(5_000);
  })();
  const copied = await home.run(['backup', home.path('copy'), '--json']);
  busy = false;
  await load;
  expect(copied).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(copied.out)).toMatchObject({ dir: home.path('copy'), keyFile: home.path('secret-key') });
  const again = await home.run(['backup', home.path('copy'), '--json']);
  expect([again.code, problemsOf(again)]).toMatchObject([1, [{ code: 'backup.not_empty' }]]);
  const journals = await Promise.all(
    acknowledged.map((id) => server.ask('GET', `/api/v1/runs/${id}/journal`, { key }).then((a) => a.text)),
  );
  await server.stop();

  const restored = await home.run(['restore', home.path('copy'), '--into', home.path('elsewhere')]);
  expect(restored.code).toBe(0);
  expect(restored.err).toContain(`HEADGATE_CONFIG_DIR=${home.path('elsewhere')}`);
  const next = await home.serve([], { env: { HEADGATE_CONFIG_DIR: home.path('elsewhere') } });
  for (const [i, id] of acknowledged.entries())
    expect((await next.ask('GET', `/api/v1/runs/${id}/journal`, { key })).text).toBe(journals[i]);
  const output = (await next.ask('GET', `/api/v1/runs/${acknowledged[2]}`, { key })).json as { output: string };
  expect(output.output).toHaveLength(300_000);
  const held = readFileSync(home.path('secret-key')).toString('latin1');
  expect(readFileSync(home.path('copy/headgate.db')).toString('latin1').includes(held)).toBe(false);
});

test('there is nothing to back up before the first start, and what is no backup, or was changed, is not restored', async () => {
  const home = made();
  const none = await home.run(['backup', home.path('copy'), '--json']);
  expect([none.code, problemsOf(none)]).toMatchObject([1, [{ code: 'backup.nothing' }]]);
  const odd = await home.run(['restore', home.path('nowhere'), '--into', home.path('into'), '--json']);
  expect([odd.code, problemsOf(odd)]).toMatchObject([1, [{ code: 'restore.no_manifest' }]]);
  await home.superuser();
  // Models of the machine are named, and are not in it.
  const models = new LocalModelFiles(home.path('state/models'));
  expect(await models.add('tiny', Readable.from([tinyModel()]), { sha256: null, now: 1 })).toMatchObject({ ok: true });
  expect(await home.run(['backup', home.path('copy')])).toMatchObject({
    code: 0,
    err: expect.stringContaining('local/tiny'),
  });
  expect(existsSync(home.path('copy/models'))).toBe(false);
  const full = await home.run(['restore', home.path('copy'), '--into', home.path('state'), '--json']);
  expect(problemsOf(full)).toMatchObject([{ code: 'restore.not_empty' }]);
  writeFileSync(home.path('copy/headgate.db'), 'changed');
  const changed = await home.run(['restore', home.path('copy'), '--into', home.path('into'), '--json']);
  expect(problemsOf(changed)).toMatchObject([{ code: 'restore.damaged' }]);
  expect(existsSync(home.path('into'))).toBe(false);
});

test('doctor --production names what an instance that others reach lacks, each with what to do; a sound one has nothing wrong but its address', async () => {
  const home = made();
  await (await home.serve()).stop();
  const ask = async (env: Readonly<Record<string, string>>): Promise<Map<string, Finding>> => {
    const end = await home.run(['doctor', '--production', '--json'], { env });
    const { findings } = JSON.parse(end.out) as { findings: Finding[] };
    return new Map(findings.filter((f) => f.what.startsWith('production: ')).map((f) => [f.what.slice(12), f]));
  };
  const states = (found: Map<string, Finding>): Record<string, string> =>
    Object.fromEntries([...found].map(([what, { state }]) => [what, state]));
  const loose = await ask({
    HEADGATE_ENABLE_SUPERUSER_CLI: 'true',
    HEADGATE_HOST: '0.0.0.0',
    HEADGATE_DOCS: 'true',
    HEADGATE_WEB: 'true',
    HEADGATE_EGRESS_ALLOW: '127.0.0.1:11434',
  });
  expect(states(loose)).toEqual({
    version: 'ok',
    TLS: 'wrong',
    listening: 'look',
    proxies: 'look',
    database: 'ok',
    'key file': 'ok',
    superuser: 'wrong',
    backup: 'wrong',
    docs: 'look',
    web: 'look',
    egress: 'look',
  });
  expect([...loose.values()].every((f) => f.state === 'ok' || (f.next ?? '') !== '')).toBe(true);
  expect((await home.run(['backup', home.path('copy')])).code).toBe(0);
  const sound = await ask({
    // A name that no machine has: the one thing that cannot be well here.
    HEADGATE_PUBLIC_URL: 'https://flows.invalid',
    HEADGATE_TRUSTED_PROXIES: '127.0.0.1',
    HEADGATE_DOCS: 'false',
    HEADGATE_WEB: 'false',
  });
  expect([...sound].filter(([, { state }]) => state !== 'ok').map(([what]) => what)).toEqual(['TLS']);
  expect(sound.get('TLS')?.text).toMatch(/no good answer \((ENOTFOUND|EAI_AGAIN)\)/);
  const old = JSON.parse(readFileSync(home.path('state/last-backup.json'), 'utf8')) as { at: number };
  writeFileSync(home.path('state/last-backup.json'), JSON.stringify({ ...old, at: old.at - 4 * 86_400_000 }));
  expect((await ask({})).get('backup')).toMatchObject({
    state: 'look',
    text: expect.stringMatching(/^the last one is 4 days old/),
  });
});

test('a copy that was changed, its hashes with it, or that another key made, is not restored where the key is in place', async () => {
  const home = made();
  await (await home.serve()).stop();
  const copy = home.path('copy');
  expect((await home.run(['backup', copy])).code).toBe(0);
  const restored = async (into: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    home.run(['restore', copy, '--into', home.path(into), '--json'], { env });
  expect(JSON.parse((await restored('whole')).out)).toMatchObject({ seal: 'holds' });
  const other = home.path('other-key');
  writeFileSync(other, randomBytes(32), { mode: 0o600 });
  expect(problemsOf(await restored('foreign', { HEADGATE_SECRET_KEY_FILE: other }))).toMatchObject([
    { code: 'restore.seal' },
  ]);
  const database = new DatabaseSync(`${copy}/headgate.db`);
  database.exec(`update workspace set name = 'Mine now'`);
  database.close();
  const manifest = JSON.parse(readFileSync(`${copy}/manifest.json`, 'utf8')) as { database: { sha256: string } };
  manifest.database.sha256 = createHash('sha256')
    .update(readFileSync(`${copy}/headgate.db`))
    .digest('hex');
  writeFileSync(`${copy}/manifest.json`, JSON.stringify(manifest));
  expect(problemsOf(await restored('changed'))).toMatchObject([{ code: 'restore.seal' }]);
  rmSync(`${copy}/manifest.seal`);
  expect(problemsOf(await restored('stripped'))).toMatchObject([{ code: 'restore.seal' }]);
  // Twin: without the key nobody can tell, and it says so.
  const blind = await restored('blind', { HEADGATE_SECRET_KEY_FILE: home.path('none') });
  expect(JSON.parse(blind.out)).toMatchObject({ seal: 'unknown' });
});

test('a workspace is deleted from a shell by its name, with a server or without, and where none is left gets an owner', async () => {
  const home = made();
  const file = home.path('key.txt');
  expect((await superuser(home, ['--api-key-file', file])).code).toBe(0);
  const server = await home.serve();
  const key = keyIn(file);
  const at = ['--url', server.url, '--key-file', file];
  const account = async (email: string): Promise<string> => {
    const password = home.write(email, 'a long password of somebody');
    const made = await home.run(['superuser', '--email', email, '--password-file', password, '--json'], { env: ON });
    return (JSON.parse(made.out) as { account: string }).account;
  };
  const [first, heir] = [await account('first@example.com'), await account('heir@example.com')];
  const create = async (name: string): Promise<string> => {
    const made = await home.run(['workspace', 'create', '--name', name, '--owner', first, ...at]);
    expect(made).toMatchObject({ code: 0 });
    return made.out.trim();
  };
  const [sales, stock] = [await create('Sales'), await create('Stock')];
  const names = async (): Promise<string[]> => {
    const all = await server.ask('GET', '/api/v1/instance/workspaces', { key });
    return (all.json as { workspaces: { name: string }[] }).workspaces.map(({ name }) => name).toSorted();
  };
  const remove = (id: string, name: string, env: Readonly<Record<string, string>> = ON): Promise<Ended> =>
    home.run(['workspace', 'delete', id, '--name', name, '--json'], { env });

  expect((await home.run(['workspace', 'owner', stock, '--to', heir, ...at])).code).toBe(1);
  const left = await server.ask('PATCH', `/api/v1/users/${first}`, { key, body: { state: 'suspended' } });
  expect(left.status).toBe(200);
  const owner = await home.run(['workspace', 'owner', stock, '--to', heir, ...at]);
  expect(owner).toMatchObject({ code: 0, out: `${heir} owns ${stock}\n` });
  expect((await home.run(['workspace', 'owner', stock, '--to', heir, ...at])).code).toBe(1);

  expect(problemsOf(await remove(sales, 'Sales', {}))).toMatchObject([{ code: 'superuser.off' }]);
  expect(problemsOf(await remove(sales, 'Stock'))).toMatchObject([{ code: 'workspace.name' }]);
  expect(problemsOf(await remove('w_none', 'Sales'))).toMatchObject([{ code: 'workspace.unknown' }]);
  expect(problemsOf(await remove('default', 'Default'))).toMatchObject([{ code: 'workspace.first' }]);
  expect(await names()).toEqual(['Default', 'Sales', 'Stock']);
  expect((await remove(sales, 'Sales')).code).toBe(0);
  await until(names, (left) => left.join() === 'Default,Stock', 3_000);
  expect(await server.stop()).toMatchObject({ code: 0 });
  expect((await remove(stock, 'Stock')).code).toBe(0);
  const again = await home.serve();
  const trail = await until(
    () => home.run(['audit-log', 'export']),
    ({ out }) => out.match(/"workspace\.deleted"/g)?.length === 2,
    10_000,
  );
  expect(trail.out).toContain(`"object":"${stock} Stock: 0 runs"`);
  await again.stop();
});

test('models of the machine are added from a file and from an address, asked, and removed', async () => {
  const home = made();
  const bytes = tinyModel();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const web = createServer((_, response) => response.end(bytes));
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(web.address() as AddressInfo).port}`;
  const url = `http://${host}/tiny.gguf`;
  const env = { HEADGATE_EGRESS_ALLOW: host };
  try {
    writeFileSync(home.path('tiny.gguf'), bytes);
    const none = await home.run(['models', 'add', 'tiny', home.path('none.gguf'), '--json']);
    expect([none.code, problemsOf(none)]).toMatchObject([1, [{ code: 'model.file' }]]);
    const other = await home.run(['models', 'add', 'far', url, '--sha256', '0'.repeat(64), '--json'], { env });
    expect([other.code, problemsOf(other)]).toMatchObject([1, [{ code: 'model.file', at: { field: 'sha256' } }]]);
    expect(readdirSync(home.path('state/models'))).toEqual([]);
    const far = await home.run(['models', 'add', 'far', url, '--sha256', sha256], { env });
    expect(far).toMatchObject({ code: 0, out: expect.stringContaining(`local/far  0.2 MB  sha256 ${sha256}`) });
    const near = await home.run(['models', 'add', 'tiny', home.path('tiny.gguf'), '--json']);
    expect(JSON.parse(near.out)).toMatchObject({ name: 'tiny', size: bytes.length, sha256 });
    const flow = home.write('ask.json', {
      headgate: 1,
      name: 'Asks',
      steps: [{ id: 'ask', kind: 'model.generate@1', with: { model: 'local/tiny', prompt: 'Hello', maxTokens: 4 } }],
      output: '{{ steps.ask.finish }}',
    });
    const ran = await home.run(['run', flow, '--allow', 'model: local/tiny', '--json']);
    expect(ran.out + ran.err).toContain(localModels('none').fits ? '"length"' : 'model.addon');
    expect((await home.run(['models', 'remove', 'far'])).code).toBe(0);
    const list = await home.run(['models', 'list', '--json']);
    expect(JSON.parse(list.out)).toMatchObject({ installed: localModels('none').fits, models: [{ name: 'tiny' }] });
  } finally {
    await new Promise((resolve) => web.close(resolve));
  }
}, 180_000);
