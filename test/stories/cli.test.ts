/** The command line without a server, as its users meet it: words, output, exit codes. */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { EXAMPLES, newHome, problemsOf, until } from './command.ts';

// Many processes, one after the other, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const home = newHome();
afterAll(() => home.leave());

const GREET = join(EXAMPLES, 'greet', 'flow.json');
const broken = home.write('broken.json', {
  headgate: 1,
  name: 'Broken',
  surplus: true,
  steps: [
    { id: 'a', kind: 'set@1', whit: { value: '{{ steps.ghost }}' } },
    { id: 'b', kind: 'sett@1', after: ['nobody'], with: { value: 1 } },
  ],
});
const calls = home.write('calls.json', {
  headgate: 1,
  name: 'Calls',
  steps: [{ id: 'fetch', kind: 'http.request@1', with: { method: 'GET', url: 'http://127.0.0.1:9/x' } }],
});

test('--help tells the exit codes, and a command shows how it is used with an example', async () => {
  const [top, run] = await Promise.all([home.run(['--help']), home.run(['run', '--help'])]);
  expect(top).toMatchObject({ code: 0, err: '' });
  expect(top?.out).toMatch(
    /Exit codes:\n {2}0 {2}done\n {2}1 {2}a problem.*\n {2}2 {2}the command or a setting was wrong/,
  );
  expect(run).toMatchObject({ code: 0, err: '' });
  expect(run?.out).toContain('$ headgate run examples/greet/flow.json');
});

test('a wrong command ends with 2: an unknown word, a missing argument, an option that is none, a number out of bounds', async () => {
  const wrong = [
    ['strat'],
    ['run'],
    ['run', GREET, '--frce'],
    ['run', GREET, '--wait', '-1'],
    ['runs', 'list'],
    ['flow'],
    [],
  ];
  const ends = await Promise.all(wrong.map((words) => home.run(words)));
  expect(ends.map((end) => end.code)).toEqual(wrong.map(() => 2));
  expect(ends.every((end) => end.out === '')).toBe(true);
  expect(ends[0]?.err).toContain('Did you mean start?');
  expect(ends[4]?.err).toContain("required option '--key-file <file>'");
});

test('a wrong command under --json is one JSON document, wherever --json stands', async () => {
  for (const words of [
    ['--json', 'strat'],
    ['run', GREET, '--input', '{', '--json'],
  ]) {
    const end = await home.run(words);
    expect(end).toMatchObject({ code: 2, err: '' });
    expect(problemsOf(end)).toHaveLength(1);
  }
});

test('a flow is run with no server: its output is printed and nothing is left behind', async () => {
  const end = await home.run(['run', GREET, '--input', '{"name": "Ada"}']);
  expect(end).toMatchObject({ code: 0, err: '', out: '{\n  "text": "Hello Ada"\n}\n' });
  expect(existsSync(home.path('state'))).toBe(false);
  expect(readdirSync(home.path('tmp'))).toEqual([]);
});

test('the input comes as JSON, from a file, or from standard input', async () => {
  const file = home.write('input.json', { name: 'File' });
  const ways = await Promise.all([
    home.run(['run', GREET, '--input', '{"name": "Word"}', '--json']),
    home.run(['run', GREET, '--json', '--input', `@${file}`]),
    home.run(['--json', 'run', GREET, '--input', '-'], { input: '{"name": "Pipe"}' }),
  ]);
  expect(ways.map((end) => JSON.parse(end.out))).toEqual(
    ['Word', 'File', 'Pipe'].map((name) => ({ state: 'done', output: { text: `Hello ${name}` } })),
  );
  const none = await home.run(['run', GREET, '--input', '@nowhere.json']);
  expect(none.code).toBe(2);
  expect(none.err).toContain('nowhere.json cannot be read (ENOENT)');
});

test('a problem of the run ends with 1 and tells place, text and what to do', async () => {
  const stopped = await home.run(['run', GREET, '--input', '{"name": ""}']);
  expect(stopped).toMatchObject({ code: 1, out: '' });
  expect(stopped.err).toContain(`name.empty at flow ${GREET} › step refuse\n  A name is needed`);
  const input = await home.run(['run', GREET, '--input', '{}', '--json']);
  expect(input.code).toBe(1);
  expect(problemsOf(input)).toMatchObject([{ code: 'input.invalid', at: { flow: GREET } }]);
});

test('a step holds no power but those lent: without --allow it is told how, with it the door still decides', async () => {
  const bare = await home.run(['run', calls]);
  expect(bare.code).toBe(1);
  expect(bare.err).toContain(`grant.missing at flow ${calls} › step fetch`);
  expect(bare.err).toContain('--allow needed, or: --allow "net: GET 127.0.0.1:9"');
  const lent = await home.run(['run', calls, '--allow', 'net: GET 127.0.0.1:9', '--json']);
  expect(lent.code).toBe(1);
  expect(JSON.parse(lent.out)).toMatchObject({
    state: 'failed',
    problem: { code: expect.stringMatching(/^egress\./) },
  });
  const odd = await home.run(['run', calls, '--allow', 'everything']);
  expect(odd.code).toBe(2);
  expect(odd.err).toContain('--allow');
});

test('of a step that needs several powers each is told, and for a secret where a run without a server finds one', async () => {
  const narrow = ['code: js', 'net: GET api.example.com:443', 'secret: use stock for https://api.example.com'];
  const source = "export default (input, can) => can.fetch('https://api.example.com/', { secret: 'stock' })";
  const steps = [{ id: 'ask', kind: 'code@1', narrow, with: { source } }];
  const file = home.write('several.json', { headgate: 1, name: 'several', steps });
  const bare = await home.run(['run', file]);
  expect(bare).toMatchObject({ code: 1, err: expect.stringContaining('grant.missing') });
  expect(bare.err).toContain(narrow.map((power) => `--allow "${power}"`).join(' '));
  const lent = await home.run(['run', file, ...narrow.flatMap((power) => ['--allow', power])]);
  expect(lent).toMatchObject({ code: 1, err: expect.stringContaining('secret.missing') });
  expect(lent.err).toContain('HEADGATE_SECRETS_FILE');
  expect(lent.err).not.toContain('PUT /api');
});

test('flows that a flow calls are found beside it', async () => {
  const order = join(EXAMPLES, 'price-an-order', 'flow.json');
  const input = '{"lines": [{"sku": "bolt", "count": 10}]}';
  const end = await home.run(['run', order, '--allow', 'needed', '--input', input, '--json']);
  expect(JSON.parse(end.out)).toEqual({ state: 'done', output: { total: 5, priced: 1, aside: [] } });
});

test('check prints every problem of form and meaning at once, each with its place; run prints the same and runs nothing', async () => {
  const places = [
    ['field.unknown', { flow: broken, step: 'a', field: 'whit' }],
    ['field.unknown', { flow: broken, field: 'surplus' }],
    ['ref.unknown', { flow: broken, step: 'a', field: 'with.value' }],
    ['kind.unknown', { flow: broken, step: 'b', field: 'kind' }],
    ['wire.dangling', { flow: broken, step: 'b', field: 'after[0]' }],
  ];
  for (const command of ['check', 'run']) {
    const end = await home.run([command, broken, '--json']);
    expect(end).toMatchObject({ code: 1, err: '' });
    expect(problemsOf(end).map(({ code, at }) => [code, at])).toEqual(places);
  }
  const text = await home.run(['check', broken]);
  expect(text).toMatchObject({ code: 1, out: '' });
  expect(text.err).toContain(`field.unknown at flow ${broken} › step a › field whit\n`);
  expect(text.err).toContain('next: Did you mean with?');
  expect(text.err).toContain(`${broken}: 5 problems`);
});

test('check takes several files, and one that is right ends with 0', async () => {
  const good = await home.run(['check', GREET, join(EXAMPLES, 'fallback', 'flow.json')]);
  expect(good.code).toBe(0);
  expect(good.out).toContain(`${GREET}: no problems, 1 warning\n`);
  const mixed = await home.run(['check', GREET, broken, home.path('missing.json')]);
  expect(mixed.code).toBe(1);
  expect(mixed.err).toContain('missing.json cannot be read (ENOENT)');
});

test('there are no colours where nobody looks', async () => {
  const environments: Record<string, string>[] = [{}, { NO_COLOR: '1' }, { FORCE_COLOR: '1' }];
  for (const env of environments) {
    const { out, err } = await home.run(['check', broken, GREET], { env });
    expect((out + err).includes('\u001b')).toBe(false);
  }
});

test('a run that would take days is given up with a word, and one that is interrupted leaves nothing behind', async () => {
  const steps = [{ id: 'wait', kind: 'wait@1', with: { for: '1h' } }];
  const waits = home.write('waits.json', { headgate: 1, name: 'Waits', steps });
  const given = await home.run(['run', waits, '--wait', '0.2']);
  expect(given.code).toBe(1);
  expect(given.err).toContain('wants a server: headgate start');
  const running = home.begin(['run', waits]);
  await until(
    async () => readdirSync(home.path('tmp')),
    (names) => names.length === 1,
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  running.signal('SIGINT');
  await running.ended;
  expect(readdirSync(home.path('tmp'))).toEqual([]);
});

test('DOS-04 check and run refuse a pipe, a device and a folder at once, with what to do', async () => {
  const pipe = home.path('pipe');
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
  for (const path of [pipe, '/dev/zero', home.path('.')]) {
    const [checked, ran] = await Promise.all([home.run(['check', path]), home.run(['run', path])]);
    expect(checked, path).toMatchObject({ code: 1 });
    expect(checked?.err, path).toContain('not a regular file');
    expect(ran, path).toMatchObject({ code: 1 });
  }
  expect((await home.run(['run', GREET, '--input', `@${pipe}`])).code).toBe(2);
});

test('what a flow says in its problem does not steer the terminal', async () => {
  const text = '\u001b]0;owned\u0007\u001b[2J\u009b31mred';
  const steps = [{ id: 'a', kind: 'stop@1', with: { problem: 'x.y', text } }];
  const file = home.write('steers.json', { headgate: 1, name: text, steps });
  const ran = await home.run(['run', file]);
  expect(ran.code).toBe(1);
  expect(ran.err).toContain('\\u001b]0;owned\\u0007');
  for (const out of [ran.err, ran.out, (await home.run(['check', file])).err])
    expect([...out].filter((c) => /[\p{Cc}]/u.test(c) && c !== '\n' && c !== '\t')).toEqual([]);
});
