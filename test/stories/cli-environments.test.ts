/** `headgate env`: environments, their values and promotions, from a shell. */

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Ended, keyIn, newHome, problemsOf, type Served } from './command.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const home = newHome();
let server: Served;
let keyFile: string;
const ask = (...words: readonly string[]): Promise<Ended> =>
  home.run([...words, '--url', server.url, '--key-file', keyFile]);

const call = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
  const answer = await fetch(server.url + path, {
    method,
    headers: { 'x-api-key': keyIn(keyFile), 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as Record<string, unknown>;
};

beforeAll(async () => {
  keyFile = await home.superuser();
  server = await home.serve();
});
afterAll(() => home.leave());

test('an environment is made, given values, and runs the version that is promoted to it', async () => {
  expect(await ask('env', 'create', 'prod', '--title', 'The real one')).toMatchObject({ code: 0, out: 'prod\n' });
  expect((await ask('env', 'vars', 'prod', '--set', 'word=live', '--set', 'n=[1,2]')).out).toBe('revision 1\n');
  expect((await ask('env', 'vars', 'prod', '--set', 'x=1', '--unset', 'n')).out).toBe('revision 2\n');
  expect((await ask('env', 'vars', 'prod')).out).toBe('word="live"\nx=1\n');
  expect((await ask('env', 'list')).out).toMatch(
    /^name +title +approval +values\ndefault .*\nprod +The real one +false +\["word","x"\]\n$/,
  );
  const draft = {
    headgate: 1,
    name: 'Say',
    steps: [{ id: 's', kind: 'set@1', with: { value: '{{ vars.word }} {{ vars.more ?? 0 }}' } }],
    output: '{{ steps.s }}',
  };
  const { id } = await call('POST', '/api/v1/flows', { draft });
  const flow = String(id);
  await call('POST', `/api/v1/flows/${flow}/publish`, {});
  const way = ['env', 'promote', flow, '--from', 'default', '--to', 'prod'];
  expect((await ask(...way, '--show')).out).toBe(
    'version 1 to prod, where version 1 runs\n  value more: missing\n  value word: "live"\n',
  );
  const refused = await ask(...way, '--json');
  expect(problemsOf(refused)).toMatchObject([{ code: 'ref.var' }]);
  expect((await ask(...way, '--set', 'more')).code).toBe(2);
  expect((await ask(...way, '--set', 'more=7')).out).toMatch(/^promo_\w+ {2}applied {2}prod\n/);
  const run = await call('POST', `/api/v1/flows/${flow}/runs`, { environment: 'prod', wait: 20 });
  expect(run).toMatchObject({ state: 'done', output: 'live 7' });
  expect((await ask('env', 'deployments', flow)).out).toMatch(/\nprod +1 +\d{4}-/);
  expect((await ask('env', 'promotions', flow)).out).toMatch(/\npromo_\w+ +default +prod +1 +applied /);
  expect((await ask('env', 'remove', 'prod')).code).toBe(1);
});

test('where promotions are approved, a key that is nobody’s promotes nothing', async () => {
  expect((await ask('env', 'create', 'live', '--approval')).code).toBe(0);
  const wrong = await ask('env', 'decide', 'flow_0', 'promo_0', '--approve', '--json');
  expect(problemsOf(wrong)[0]).toMatchObject({ code: 'missing' });
  expect((await ask('env', 'remove', 'live')).out).toBe('removed live\n');
});
