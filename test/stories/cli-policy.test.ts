/** `headgate policy`: what steps of a workspace may use at all, said from a shell. */

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Ended, newHome, problemsOf, type Served } from './command.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const home = newHome();
let server: Served;
let keyFile: string;
const policy = (...words: readonly string[]): Promise<Ended> =>
  home.run(['policy', ...words, '--url', server.url, '--key-file', keyFile]);

beforeAll(async () => {
  keyFile = await home.superuser();
  server = await home.serve();
});
afterAll(() => home.leave());

test('AZ-05 a policy is shown, set, narrowed to nothing and lifted from a shell', async () => {
  expect(await policy('show')).toMatchObject({ code: 0, out: 'everything may be lent\n' });
  const set = await policy('set', '--only', 'net: get API.example.com', '--only', 'code: *', '--deny', 'code: python');
  const told = 'only these may be lent:\n  net: GET api.example.com:443\n  code: *\nnever these:\n  code: python\n';
  expect(set).toMatchObject({ code: 0, out: told });
  expect(await policy('show')).toMatchObject({ code: 0, out: told });
  expect((await policy('set', '--nothing')).out).toBe('only these may be lent:\n');
  expect((await policy('set')).out).toBe('everything may be lent\n');
});

test('what is no power is refused with its place and changes nothing', async () => {
  const wrong = await policy('set', '--deny', 'nett: GET a', '--json');
  expect(wrong.code).toBe(1);
  expect(problemsOf(wrong)[0]).toMatchObject({ code: 'power.unknown', at: { field: 'denied[0]' } });
  expect((await policy('show')).out).toBe('everything may be lent\n');
});
