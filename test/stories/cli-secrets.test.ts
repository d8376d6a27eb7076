/** Secrets, the secret key and the audit trail from a shell, beside a server that runs. */

import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type Ended, type Home, keyIn, newHome, problemsOf, type Served } from './command.ts';

// Many processes, one after the other, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const CANARY = 'canary-77ab01c94d-Value';

const homes: Home[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.leave();
});

let api: Server;
let url = '';
const seen: (string | undefined)[] = [];
beforeAll(async () => {
  api = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ echo: request.headers.authorization ?? null }));
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const address = api.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(() => {
  api.close();
});

const started = async (env: Readonly<Record<string, string>> = {}) => {
  const home = newHome();
  homes.push(home);
  const keyFile = await home.superuser();
  const server = await home.serve([], { env: { HEADGATE_EGRESS_ALLOW: '127.0.0.1', ...env } });
  const ask = (words: readonly string[], input?: string): Promise<Ended> =>
    home.run([...words, '--url', server.url, '--key-file', keyFile], input === undefined ? {} : { input });
  return { home, server, ask, key: keyIn(keyFile) };
};

const flowUsing = async (server: Served, key: string, secret: string): Promise<string> => {
  const draft = {
    headgate: 1,
    name: 'Uses',
    steps: [{ id: 'get', kind: 'http.request@1', with: { method: 'GET', url: `${url}/x`, secret } }],
    output: '{{ steps.get.body }}',
  };
  const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
  const { id } = made.json as { id: string };
  const done = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: { grant: 'needed' } });
  expect(done.status).toBe(201);
  return id;
};

const run = async (server: Served, key: string, flow: string): Promise<string> => {
  const answer = await server.ask('POST', `/api/v1/flows/${flow}/runs`, { key, body: { input: {}, wait: 20 } });
  expect(answer.json).toMatchObject({ state: 'done' });
  return answer.text;
};

test('a secret comes from standard input or a file, is listed without its value, used, and removed', async () => {
  const { home, server, ask, key } = await started();
  const set = await ask(['secret', 'set', 'token', '--origin', url], `${CANARY}\n`);
  expect(set).toMatchObject({ code: 0, out: 'token  version 1\n', err: '' });
  const fields = home.write('mail.json', { user: 'ada', password: CANARY });
  const typed = await ask([
    'secret',
    'set',
    'mail',
    '--kind',
    'basic',
    '--origin',
    url,
    '--value-file',
    fields,
    '--json',
  ]);
  expect(JSON.parse(typed.out)).toMatchObject({ name: 'mail', version: 1 });
  const list = await ask(['secret', 'list']);
  expect(list.out).toMatch(
    /^name +environment +kind +origins +version +updated\nmail +\* +basic .*\ntoken +\* +plain /,
  );
  expect(list.out + set.out + typed.out).not.toContain(CANARY);

  seen.length = 0;
  const answers = [await flowUsing(server, key, 'token'), await flowUsing(server, key, 'mail')];
  for (const flow of answers) expect(await run(server, key, flow)).not.toContain(CANARY);
  expect(seen).toEqual([`Bearer ${CANARY}`, `Basic ${Buffer.from(`ada:${CANARY}`).toString('base64')}`]);

  expect(await ask(['secret', 'remove', 'token'])).toMatchObject({ code: 0, out: 'removed token\n' });
  const gone = await ask(['secret', 'remove', 'token', '--json']);
  expect([gone.code, problemsOf(gone)]).toMatchObject([1, [{ code: 'missing' }]]);
  const wrong = await ask(['secret', 'set', 'mail', '--kind', 'basic', '--json'], CANARY);
  expect([wrong.code, problemsOf(wrong)]).toMatchObject([2, [{ code: 'usage', at: { field: '--value-file' } }]]);
  expect(wrong.out).not.toContain(CANARY);
});

test('the secret key is changed beside a running server: runs, secrets and keys go on, and the old key starts nothing', async () => {
  const { home, server, ask, key } = await started();
  await ask(['secret', 'set', 'token', '--origin', url], CANARY);
  const flow = await flowUsing(server, key, 'token');
  await run(server, key, flow);
  const old = home.path('old-key');
  copyFileSync(home.path('secret-key'), old);
  const changed = await home.run(['key-file', 'rotate', '--json']);
  expect(JSON.parse(changed.out)).toMatchObject({ secrets: 1, finished: false });
  expect(readFileSync(home.path('secret-key')).equals(readFileSync(old))).toBe(false);

  seen.length = 0;
  await run(server, key, flow);
  await ask(['secret', 'set', 'token', '--origin', url], `${CANARY}-two`);
  await run(server, key, flow);
  expect(seen).toEqual([`Bearer ${CANARY}`, `Bearer ${CANARY}-two`]);
  expect((await home.run(['doctor', '--json'])).code).toBe(0);
  await server.stop();

  const wrong = await home.run(['start', '--port', '0', '--json'], { env: { HEADGATE_SECRET_KEY_FILE: old } });
  expect([wrong.code, problemsOf(wrong)]).toMatchObject([1, [{ code: 'key.wrong' }]]);
  const again = await home.serve([], { env: { HEADGATE_EGRESS_ALLOW: '127.0.0.1' } });
  await run(again, key, flow);
  const runs = (await again.ask('GET', '/api/v1/runs', { key })).json as { runs: { id: string }[] };
  expect(runs.runs).toHaveLength(4);
  for (const { id } of runs.runs)
    expect((await again.ask('GET', `/api/v1/runs/${id}/journal`, { key })).status).toBe(200);
});

test('TOK-07 a server does not start with another key than its data was sealed with, and changes nothing by trying', async () => {
  const { home, server } = await started();
  await server.stop();
  writeFileSync(home.path('other-key'), randomBytes(32), { mode: 0o600 });
  const other = { HEADGATE_SECRET_KEY_FILE: home.path('other-key') };
  const wrong = await home.run(['start', '--port', '0', '--json'], { env: other });
  expect([wrong.code, problemsOf(wrong)]).toMatchObject([1, [{ code: 'key.wrong' }]]);
  const finding = (await home.run(['doctor'], { env: other })).out;
  expect(finding).toMatch(/^WRONG {2}key change: .* is not the key of this data/m);
  expect((await home.run(['audit-log', 'verify'])).code).toBe(0);
});

test('OPS-03 the audit trail is verified and exported beside a running server, and tampering ends with 1', async () => {
  const { home, server, ask, key } = await started();
  await ask(['secret', 'set', 'token', '--origin', url], CANARY);
  await flowUsing(server, key, 'token');
  expect((await server.ask('GET', '/api/v1/flows', { key: 'hg_wrong' })).status).toBe(401);
  const sound = await home.run(['audit-log', 'verify', '--json']);
  expect(sound.code).toBe(0);
  const { head, checked } = JSON.parse(sound.out) as { head: string; checked: number };
  const lines = (await home.run(['audit-log', 'export'])).out.trim().split('\n');
  expect(lines).toHaveLength(checked);
  const records = lines.map((line) => JSON.parse(line) as { action: string; decision: string; workspace: string });
  expect(records.map((one) => one.action)).toEqual(expect.arrayContaining(['superuser', 'putSecret', 'grant.given']));
  expect(records.some((one) => one.decision === 'deny' && one.workspace === '*')).toBe(true);
  expect(lines.join('')).not.toContain(CANARY);
  expect((await home.run(['audit-log', 'verify', '--expect', head])).code).toBe(0);

  await server.stop();
  const database = new DatabaseSync(home.path('state/headgate.db'));
  database.exec('delete from audit where id = (select max(id) from audit)');
  database.close();
  const cut = await home.run(['audit-log', 'verify', '--json']);
  expect([cut.code, problemsOf(cut)]).toMatchObject([1, [{ code: 'audit.broken' }]]);
  expect((await home.run(['doctor'])).out).toMatch(/^WRONG {2}audit trail: /m);
  const form = await home.run(['audit-log', 'verify', '--expect', 'yesterday', '--json']);
  expect([form.code, problemsOf(form)]).toMatchObject([2, [{ code: 'usage' }]]);
});

test('secrets come from a file of the administrator, which is read again when it changes, and refused when others may read it', async () => {
  const probe = newHome();
  homes.push(probe);
  const file = probe.write('secrets.env', `# ours\ntoken=${CANARY}\ntoken@origins=${url}\n`);
  chmodSync(file, 0o600);
  const env = { HEADGATE_SECRETS_FILE: file };
  const { home, server, key } = await started(env);
  const flow = await flowUsing(server, key, 'token');
  seen.length = 0;
  expect(await run(server, key, flow)).not.toContain(CANARY);
  writeFileSync(file, `token@kind=basic\ntoken@user=ada\ntoken@password="${CANARY} two"\ntoken@origins=${url}\n`);
  expect(await run(server, key, flow)).not.toContain(`${CANARY} two`);
  expect(seen).toEqual([`Bearer ${CANARY}`, `Basic ${Buffer.from(`ada:${CANARY} two`).toString('base64')}`]);

  chmodSync(file, 0o644);
  const failed = await server.ask('POST', `/api/v1/flows/${flow}/runs`, { key, body: { input: {}, wait: 20 } });
  expect(failed.json).toMatchObject({ state: 'failed', problem: { code: 'secret.missing' } });
  chmodSync(file, 0o600);
  await run(server, key, flow);
  await server.stop();
  chmodSync(file, 0o604);
  const start = await home.run(['start', '--port', '0', '--json'], { env });
  expect([start.code, problemsOf(start)]).toMatchObject([1, [{ code: 'secrets_file.open' }]]);
  const inside = home.write('state/secrets.env', 'a=b');
  const place = await home.run(['start', '--port', '0', '--json'], { env: { HEADGATE_SECRETS_FILE: inside } });
  expect(problemsOf(place)).toMatchObject([{ code: 'config.secrets_file' }]);
});

test('a flow run with no server takes its secrets from the file, and prints none of them', async () => {
  const home = newHome();
  homes.push(home);
  const file = home.write('secrets.env', `token=${CANARY}\ntoken@origins=${url}\n`);
  chmodSync(file, 0o600);
  const flow = home.write('flow.json', {
    headgate: 1,
    name: 'Uses',
    steps: [{ id: 'get', kind: 'http.request@1', with: { method: 'GET', url: `${url}/x`, secret: 'token' } }],
    output: '{{ steps.get.body }}',
  });
  const env = { HEADGATE_SECRETS_FILE: file, HEADGATE_EGRESS_ALLOW: '127.0.0.1' };
  seen.length = 0;
  const done = await home.run(['run', flow, '--allow', 'needed'], { env });
  expect(done).toMatchObject({ code: 0, err: '' });
  expect(seen).toEqual([`Bearer ${CANARY}`]);
  expect(done.out).toContain('"echo"');
  expect(done.out).not.toContain(CANARY);
});
