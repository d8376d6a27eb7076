/**
 * A secret on its way through a real server: whatever leaves by command line, log, export and backup is written to files,
 * and `headgate guard scan` looks for it there.
 */

import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Ended, keyIn, newHome, type Served } from './command.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const CANARY = 'canary-9b1f6a70c4e25d38-Zq';
const ENCODED = [CANARY, Buffer.from(CANARY).toString('base64'), Buffer.from(CANARY).toString('hex')];
/** A second one, that stands in a run and nobody typed into a flow. */
const FLOWED = 'flowed-4c81d07be6a2f935-Wt';
const TOKEN = `ghp_${'aB3dE5fG7h'.repeat(4)}`;

const home = newHome();
const out = home.path('left');
let server: Served;
let keyFile: string;
let flow: string;
let run: string;

const ask = (...words: readonly string[]): Promise<Ended> =>
  home.run([...words, '--url', server.url, '--key-file', keyFile]);
const scan = (...words: readonly string[]): Promise<Ended> => home.run(['guard', 'scan', ...words]);

beforeAll(async () => {
  mkdirSync(out);
  keyFile = await home.superuser();
  server = await home.serve();
  const key = keyIn(keyFile);
  await server.ask('PUT', '/api/v1/secrets', { key, body: { name: 'canary', value: CANARY } });
  await server.ask('PUT', '/api/v1/secrets', { key, body: { name: 'flowed', value: FLOWED } });
  await vi.waitFor(async () => {
    const told = await server.ask('GET', `/api/v1/runs?state=${FLOWED}`, { key });
    expect(told.text).not.toContain(FLOWED);
  });
  const draft = {
    headgate: 1,
    name: `Named ${CANARY}`,
    description: TOKEN,
    steps: [
      { id: 'log', kind: 'log@1', with: { text: '{{ input.text }}' } },
      { id: 'stop', kind: 'stop@1', after: ['log'], with: { problem: 'it.stops', text: '{{ input.text }}' } },
    ],
  };
  const imported = await ask('flow', 'import', home.write('flow.json', draft));
  flow = imported.out.trim();
  await ask('flow', 'publish', flow, '--grant', 'needed', '--note', CANARY);
  const body = { input: { text: [...ENCODED, FLOWED].join(' ') }, wait: 10 };
  run = ((await server.ask('POST', `/api/v1/flows/${flow}/runs`, { key, body })).json as { id: string }).id;
});
afterAll(() => home.leave());

test('SEC-05 SEC-07 EXP-06 nothing that leaves holds the secret: export, runs, journal, problems, list, log, backup', async () => {
  const left: Record<string, Ended> = {
    show: await ask('runs', 'show', run),
    journal: await ask('runs', 'show', run, '--journal'),
    'journal as JSON': await ask('runs', 'show', run, '--journal', '--json'),
    list: await ask('runs', 'list', '--json'),
    flows: await ask('flow', 'list'),
    export: await ask('flow', 'export', flow, join(out, 'export')),
    missing: await ask('runs', 'show', CANARY),
    backup: await home.run(['backup', join(out, 'backup')]),
  };
  for (const [name, { out: said, err }] of Object.entries(left)) home.write(`left/${name}.txt`, said + err);
  home.write('left/log.txt', server.out() + server.err());
  expect(left['journal']?.out).toContain('[secret canary]');
  expect(readFileSync(join(out, 'export', 'flow.json'), 'utf8')).toContain('Named [secret canary]');
  expect(readFileSync(join(out, 'export', 'flow.json'), 'utf8')).toContain('[key github]');
  for (const name of [...Object.keys(left), 'log'])
    for (const form of [...ENCODED, FLOWED])
      expect(readFileSync(join(out, `${name}.txt`), 'utf8'), name).not.toContain(form);

  const scanned = await scan(out, '--instance');
  expect(scanned.out).toBe('');
  expect(scanned).toMatchObject({ code: 0 });
  expect(scanned.err).toMatch(/Looking for 2 known secrets, and for keys\n/);
  expect(scanned.err).toMatch(/\d+ files, .* MB: nothing found/);
});

test('SEC-05 what flowed through a run lies sealed: in no byte of the backup, nor of the folder of the server', () => {
  const files = [join(out, 'backup'), home.path('state')].flatMap((dir) =>
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  expect(files.some((file) => file.endsWith('headgate.db'))).toBe(true);
  for (const file of files) {
    const bytes = readFileSync(file);
    for (const form of [FLOWED, Buffer.from(FLOWED).toString('base64'), Buffer.from(FLOWED).toString('hex')])
      expect(bytes.includes(form), file).toBe(false);
    // Twin: what an author typed into a flow is found where the flow lies.
    if (file.endsWith(join('backup', 'headgate.db'))) expect(bytes.includes(`Named ${CANARY}`)).toBe(true);
  }
});

test('SEC-05 twin: where the secret does lie, the scan says so, and what it is, and not the value', async () => {
  const path = home.write('notes.txt', `a line\n${ENCODED[1]} and ${TOKEN}\n`);
  const found = await scan(path, '--instance');
  expect(found.code).toBe(1);
  expect(found.out).toBe(`${path}:2:1  secret canary\n${path}:2:42  key github\n`);
  const alone = await scan(path, '--json');
  expect(alone.code).toBe(1);
  expect(JSON.parse(alone.out)).toMatchObject({
    findings: [{ file: path, line: 2, column: 42, kind: 'key github' }],
    files: 1,
    skipped: [],
  });
});

test('a scan of what is not there, or for an instance that is not there, is misuse and no clean result', async () => {
  expect(await scan(home.path('nowhere'))).toMatchObject({ code: 2, out: '' });
  const other = { env: { HEADGATE_SECRET_KEY_FILE: home.path('no-key') } };
  expect(await home.run(['guard', 'scan', out, '--instance'], other)).toMatchObject({ code: 2, out: '' });
});
