/** The commands that ask a running server, from a flow file to its runs, with keys in files. */

import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Ended, EXAMPLES, keyIn, newHome, problemsOf, type Served, until } from './command.ts';

// Many processes, one after the other, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const home = newHome();
const GREET = join(EXAMPLES, 'greet', 'flow.json');
let server: Served;
let keyFile: string;

beforeAll(async () => {
  keyFile = await home.superuser();
  server = await home.serve();
}, 30_000);
afterAll(() => home.leave());

const ask = (...words: readonly string[]): Promise<Ended> =>
  home.run([...words, '--url', server.url, '--key-file', keyFile]);
const json = async (...words: readonly string[]): Promise<Record<string, unknown>> => {
  const end = await ask(...words, '--json');
  expect(end).toMatchObject({ code: 0, err: '' });
  return JSON.parse(end.out) as Record<string, unknown>;
};
const flowOf = async (draft: object): Promise<string> => {
  const end = await ask('flow', 'import', home.write('import.json', { headgate: 1, name: 'Trial', ...draft }));
  expect(end.code).toBe(0);
  return end.out.trim();
};
const run = async (flow: string, body: object): Promise<{ id: string; state: string }> =>
  (await server.ask('POST', `/api/v1/flows/${flow}/runs`, { key: keyIn(keyFile), body })).json as {
    id: string;
    state: string;
  };

test('a flow goes from a file to the server and back: import, list, publish, change, export', async () => {
  const imported = await ask('flow', 'import', GREET);
  expect(imported).toMatchObject({ code: 0, err: '' });
  const flow = imported.out.trim();
  expect((await json('flow', 'list'))['flows']).toMatchObject([{ id: flow, name: 'Greet', version: null }]);

  const published = await ask('flow', 'publish', flow, '--grant', 'needed', '--note', 'first');
  expect(published.out).toMatch(
    new RegExp(`^version 1\\nhook {2}http://localhost:${server.port}/api/v1/webhook/.{43}\\n$`),
  );
  const changed = JSON.parse(readFileSync(GREET, 'utf8')) as { description: string };
  changed.description = 'Changed';
  const again = await ask('flow', 'import', home.write('changed.json', changed), '--flow', flow);
  expect(again.out).toBe('revision 2\n');
  expect((await ask('flow', 'list')).out).toMatch(new RegExp(`^id +name +version.*\\n${flow} +Greet +1 +true`));

  const draft = await ask('flow', 'export', flow, home.path('out/draft'));
  expect(draft.out.trim()).toBe(home.path('out/draft/flow.json'));
  expect(JSON.parse(readFileSync(home.path('out/draft/flow.json'), 'utf8'))).toEqual(changed);
  await ask('flow', 'export', flow, home.path('out/one'), '--published', '1');
  expect(JSON.parse(readFileSync(home.path('out/one/flow.json'), 'utf8'))).toEqual(
    JSON.parse(readFileSync(GREET, 'utf8')),
  );
  const over = await ask('flow', 'export', flow, home.path('out/one'));
  expect(over).toMatchObject({ code: 1, err: expect.stringContaining('file.exists') });
  expect(await ask('flow', 'export', flow, home.path('out/one'), '--force')).toMatchObject({ code: 0 });
});

test('code in a file beside the flow file goes to the server as the text it is, and comes back as a file', async () => {
  const code = 'export default (input: { n: number }) => {\n  return input.n * 2;\n};\n';
  const step = { id: 'double', kind: 'code@1', with: { language: 'ts', input: '{{ input }}' } };
  const flowWith = (source: unknown): object => ({
    headgate: 1,
    name: 'double',
    steps: [{ ...step, with: { ...step.with, source } }],
  });
  mkdirSync(home.path('beside/steps'), { recursive: true });
  writeFileSync(home.path('beside/steps/double.ts'), code);
  const file = home.write('beside/flow.json', flowWith({ file: 'steps/double.ts' }));
  expect(await home.run(['check', file])).toMatchObject({ code: 0 });
  expect(await home.run(['run', file, '--input', '{"n": 21}', '--allow', 'needed'])).toMatchObject({
    code: 0,
    out: '42\n',
  });

  const flow = (await ask('flow', 'import', file)).out.trim();
  const out = home.path('out/beside');
  expect(await ask('flow', 'export', flow, out)).toMatchObject({ code: 0, out: `${join(out, 'flow.json')}\n` });
  expect(readFileSync(join(out, 'steps/double.ts'), 'utf8')).toBe(code);
  expect(JSON.parse(readFileSync(join(out, 'flow.json'), 'utf8'))).toEqual(flowWith({ file: 'steps/double.ts' }));

  rmSync(join(out, 'flow.json'));
  expect(await ask('flow', 'export', flow, out)).toMatchObject({
    code: 1,
    err: expect.stringContaining('steps/double.ts exists already'),
  });
  // A server reads no file for a reference: to it, that is no text.
  const key = keyIn(keyFile);
  const draft = flowWith({ file: '../../etc/hostname' });
  const made = await server.ask('POST', '/api/v1/flows', { key, body: { name: 'sent', draft } });
  const id = String((made.json as { id: unknown }).id);
  const published = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: { grant: 'needed' } });
  expect(published.status).toBe(422);
  expect(JSON.stringify(published.json)).toContain('"field":"with.source"');
});

test('a flow file of wrong form is not sent, and what the server refuses is told with every problem', async () => {
  const form = await ask(
    'flow',
    'import',
    home.write('form.json', { headgate: 1, name: 'x', steps: [], surplus: 1 }),
    '--json',
  );
  expect(problemsOf(form)).toMatchObject([{ code: 'field.unknown', at: { field: 'surplus' } }]);
  const flow = await flowOf({
    steps: [
      { id: 'a', kind: 'sett@1' },
      { id: 'b', kind: 'set@1', after: ['nobody'], with: { value: 1 } },
    ],
  });
  const refused = await ask('flow', 'publish', flow, '--json');
  expect(refused.code).toBe(1);
  expect(problemsOf(refused).map((p) => p.code)).toEqual(['kind.unknown', 'wire.dangling']);
});

test('a power that is missing is told in the form --grant takes, and given one by one', async () => {
  const url = 'https://{{ input.host }}/x';
  const flow = await flowOf({ steps: [{ id: 'get', kind: 'http.request@1', with: { method: 'GET', url } }] });
  const bare = await ask('flow', 'publish', flow);
  expect(bare.code).toBe(1);
  const [, told = ''] = /\n {2}(get=net: .+)\n/.exec(bare.err) ?? [];
  expect(told).not.toBe('');
  expect((await ask('flow', 'publish', flow, '--grant', told)).out).toContain('version 1');
  const odd = await ask('flow', 'publish', flow, '--grant', 'net: GET a.example:443');
  expect(odd).toMatchObject({ code: 1, err: expect.stringContaining('STEP=POWER') });
});

test('SUP-01 an imported file is lent nothing, says what it asks for, and one command lends that, for the draft that was seen', async () => {
  const file = (url: string) => ({
    headgate: 1,
    name: 'Nice helper',
    steps: [{ id: 'get', kind: 'http.request@1', with: { method: 'GET', url } }],
  });
  const imported = await ask('flow', 'import', home.write('theirs.json', file('https://evil.example.com/x')));
  const flow = imported.out.trim();
  expect(imported.err).toContain('get=net: GET evil.example.com:443');
  expect(imported.err).toContain(`headgate flow publish ${flow} --grant needed --revision 1`);
  expect(await ask('flow', 'publish', flow)).toMatchObject({ code: 1, err: expect.stringContaining('grant.missing') });
  const changed = home.write('changed.json', file('https://other.example.com/x'));
  expect((await ask('flow', 'import', changed, '--flow', flow)).err).toContain('--revision 2');
  const late = await ask('flow', 'publish', flow, '--grant', 'needed', '--revision', '1');
  expect(late).toMatchObject({ code: 1, err: expect.stringContaining('flow.conflict') });
  expect(await ask('flow', 'publish', flow, '--grant', 'needed', '--revision', '2')).toMatchObject({ code: 0 });
});

test('runs are listed, shown with their journal, run again and cancelled', async () => {
  const flow = await flowOf({
    steps: [
      { id: 'well', kind: 'if@1', with: { when: '{{ input.well }}' } },
      { id: 'stop', kind: 'stop@1', after: ['well.false'], with: { problem: 'not.well', text: 'No' } },
      { id: 'wait', kind: 'wait@1', after: ['well.true'], with: { for: '{{ input.for }}' } },
    ],
    output: 'over',
  });
  expect((await ask('flow', 'publish', flow)).code).toBe(0);
  const failed = await run(flow, { input: { well: false, for: '1ms' }, wait: 10 });
  const list = await json('runs', 'list', '--flow', flow, '--state', 'failed');
  expect(list['runs']).toMatchObject([{ id: failed.id, problem: 'not.well' }]);
  expect(await json('runs', 'show', failed.id)).toMatchObject({ state: 'failed', problem: { code: 'not.well' } });
  const journal = await ask('runs', 'show', failed.id, '--journal');
  expect(journal.out.split('\n')[0]).toMatch(/^seq +at +type +step +item +data$/);
  expect(journal.out).toMatch(/run\.created[\s\S]+run\.started[\s\S]+run\.failed/);

  const same = await json('runs', 'rerun', failed.id);
  await until(
    () => json('runs', 'show', String(same['id'])),
    (r) => r['state'] === 'failed',
  );
  const input = home.write('input.json', { well: true, for: '1h' });
  const again = await json('runs', 'rerun', failed.id, '--input', `@${input}`);
  const id = String(again['id']);
  await until(
    () => json('runs', 'show', id),
    (r) => r['state'] === 'waiting',
  );
  expect(await json('runs', 'show', id)).toMatchObject({ rerunOf: failed.id });
  const cancelled = await ask('runs', 'cancel', id, '--reason', 'enough');
  expect(cancelled.out).toBe(`${id}  cancelled\n`);
  expect((await ask('runs', 'cancel', id)).code).toBe(1);
  const both = await ask('runs', 'rerun', id, '--failed', '--from', 'well');
  expect(both).toMatchObject({ code: 2, err: expect.stringContaining('cannot be used with') });
  const doubt = await ask('runs', 'resolve', id, '--choice', 'skip', '--json');
  expect([doubt.code, problemsOf(doubt)]).toMatchObject([1, [{ code: 'run.not_in_doubt' }]]);
  expect((await ask('runs', 'resolve', id, '--choice', 'perhaps')).code).toBe(2);
});

test('a key is made narrower than its maker’s, written for its owner alone, and revoked', async () => {
  const file = home.path('ci.txt');
  const made = await json(
    'key',
    'create',
    '--name',
    'ci',
    '--permission',
    'run.read',
    '--expires',
    '1d',
    '--api-key-file',
    file,
  );
  expect(made).toMatchObject({ name: 'ci', permissions: ['run.read'], file });
  expect(made).not.toHaveProperty('key');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(Date.parse(String(made['expires'])) - Date.now()).toBeGreaterThan(86_000_000);
  const narrow = (...words: readonly string[]): Promise<Ended> =>
    home.run([...words, '--url', server.url, '--key-file', file, '--json']);
  expect(await narrow('runs', 'list')).toMatchObject({ code: 0 });
  const beyond = await narrow('flow', 'list');
  expect([beyond.code, problemsOf(beyond)]).toMatchObject([1, [{ code: 'permission.missing' }]]);
  expect((await json('key', 'list'))['keys']).toContainEqual(
    expect.objectContaining({ id: made['id'], revoked: null }),
  );
  expect(await ask('key', 'revoke', String(made['id']))).toMatchObject({
    code: 0,
    out: `revoked ${String(made['id'])}\n`,
  });
  const gone = await until(
    () => narrow('runs', 'list'),
    (end) => end.code === 1,
  );
  expect(problemsOf(gone)).toHaveLength(1);
  const again = await ask('key', 'create', '--name', 'x', '--permission', 'run', '--api-key-file', file, '--json');
  expect(problemsOf(again)).toMatchObject([{ code: 'file.exists' }]);
});

test('CL1 a key comes from a file: a missing one, one without a key, and an address with a password are refused', async () => {
  const at = (url: string, file: string): Promise<Ended> =>
    home.run(['runs', 'list', '--json', '--url', url, '--key-file', file]);
  const ends = await Promise.all([
    at(server.url, home.path('none.txt')),
    at(server.url, home.write('note.txt', 'no key at all')),
    at(`http://user:pass@127.0.0.1:${server.port}`, keyFile),
    at('127.0.0.1', keyFile),
    at('http://127.0.0.1:1', keyFile),
  ]);
  expect(ends.map((end) => [end.code, problemsOf(end)[0]?.code])).toEqual([
    [1, 'file.unreadable'],
    [1, 'usage'],
    [1, 'usage'],
    [1, 'usage'],
    [1, 'client.unreachable'],
  ]);
  for (const end of ends) expect(end.out).not.toContain(keyIn(keyFile));
});

test('without --url the server of the settings is asked', async () => {
  const env = { HEADGATE_PORT: String(server.port) };
  const end = await home.run(['key', 'list', '--key-file', keyFile, '--json'], { env });
  expect(end.code).toBe(0);
  expect(server.out()).not.toContain(keyIn(keyFile));
});
