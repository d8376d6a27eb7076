/** The one door to processes: what it hands over, and what it does not. */

import { afterEach, expect, test } from 'vitest';
import { openJail } from './jail.ts';
import { start } from './spawn.ts';
import { jobOf, valueOf } from './testing/jobs.ts';

const said = async (file: string, args: readonly string[]): Promise<string> => {
  const child = start(file, args);
  child.stdin.end();
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  return text;
};

const polluted = ['NODE_OPTIONS', 'LD_PRELOAD', 'HEADGATE_SECRET_KEY_FILE', 'PATH'];
afterEach(() => {
  delete (Object.prototype as Record<string, unknown>)['NODE_OPTIONS'];
  delete process.env['HEADGATE_CANARY'];
});

test('SBX-12: a process gets a constant environment, whatever the server’s own or a polluted prototype holds', async () => {
  process.env['HEADGATE_CANARY'] = 'canary-4711';
  (Object.prototype as Record<string, unknown>)['NODE_OPTIONS'] = '--require /tmp/canary.cjs';
  const names = await said(process.execPath, ['-p', 'JSON.stringify(process.env)']);
  expect(JSON.parse(names)).toEqual({ OPENSSL_CONF: '/dev/null', TZ: 'UTC', LANG: 'C.UTF-8' });
  for (const name of polluted) expect(names).not.toContain(name);
});

test('SBX-11: there is no shell: what one would read as more commands is a word', async () => {
  const words = ['; touch /tmp/canary-4711', '$(id)', '`id`', '--eval=1', 'a\nb', "'", '"', '*'];
  const script = 'process.argv.slice(1)';
  expect(JSON.parse(await said(process.execPath, ['-p', `JSON.stringify(${script})`, '--', ...words]))).toEqual(words);
});

test('SBX-11: names, hashes and texts of jobs are data: odd ones run like any other', async () => {
  const jail = openJail({ spares: 0 });
  try {
    for (const odd of ['; rm -rf / $(id)', '--inspect=0.0.0.0', '../..\n\u0000'])
      expect(
        valueOf(
          await jail.run(
            jobOf('(i) => i', { domain: odd, input: odd, names: [], facts: JSON.stringify({ [odd]: odd }) }),
          ),
        ),
      ).toBe(odd);
  } finally {
    await jail.close();
  }
});
