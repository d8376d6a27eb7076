/** `headgate quota`: what a workspace may use, said and seen from a shell. */

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Ended, newHome, problemsOf, type Served } from './command.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const home = newHome();
let server: Served;
let keyFile: string;
const quota = (...words: readonly string[]): Promise<Ended> =>
  home.run(['quota', ...words, '--url', server.url, '--key-file', keyFile]);

beforeAll(async () => {
  keyFile = await home.superuser();
  server = await home.serve();
});
afterAll(() => home.leave());

test('DOS-09 a quota is set, shown, listed and lifted from a shell', async () => {
  expect((await quota('show')).out).toMatch(/^what +used +resets\nruns a day +0 +20/);
  const set = await quota('set', 'default', '--runs-day', '10', '--concurrent', '5', '--money-month', '7');
  expect(set.code).toBe(0);
  for (const line of [
    /runs a day +0 of 10 +20/,
    /runs a month +0 +20/,
    /money a month +0 of 7 /,
    /runs not over +0 of 5/,
  ])
    expect(set.out).toMatch(line);
  expect((await quota('show', 'default')).out).toBe(set.out);
  expect((await quota('list')).out).toContain('default');
  expect((await quota('set', 'default')).out).not.toContain(' of ');
  expect(problemsOf(await quota('set', 'w_never', '--json'))[0]).toMatchObject({ code: 'missing' });
  expect((await quota('set', 'default', '--runs-day', '-1')).code).toBe(2);
});

test('DOS-09 a key is made with a budget, which has to be one', async () => {
  const key = (budget: string): Promise<Ended> =>
    home.run(
      ['key', 'create', '--name', 'small', '--permission', 'run', '--budget', budget, '--json'].concat([
        ...['--url', server.url, '--key-file', keyFile],
      ]),
    );
  expect(JSON.parse((await key('{"runs":{"day":3}}')).out)).toMatchObject({ budget: { runs: { day: 3 } } });
  expect(problemsOf(await key('{"runs":'))[0]).toMatchObject({ code: 'usage', at: { field: '--budget' } });
  expect(problemsOf(await key('{"runs":{"week":3}}'))[0]).toMatchObject({ code: 'field.unknown' });
});
