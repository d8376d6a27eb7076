/** A server that is stopped in its first moments, while its jail still tests itself, ends in order and complains of nothing. */

import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ENTRY, environmentOf, newHome } from '../fixtures/process.ts';

/** Starts a server, does something to it when it says that it is ready, and gives all that it said. */
const stopped = async (
  how: (pid: number) => void,
): Promise<{ readonly code: number | null; readonly said: string }> => {
  const home = newHome();
  const child = spawn(process.execPath, [ENTRY, 'start', '--port', '0'], {
    env: environmentOf(home),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, as a shell gives to what is typed into it.
    detached: true,
  });
  let said = '';
  let done = false;
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (done || !said.includes('ready at')) return;
      done = true;
      how(child.pid ?? 0);
    });
  const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(late);
  rmSync(home.root, { recursive: true, force: true });
  return { code, said };
};

const WAYS: readonly (readonly [what: string, how: (pid: number) => void])[] = [
  ['a signal to it alone', (pid) => process.kill(pid, 'SIGTERM')],
  ['Ctrl-C, which reaches all of its processes', (pid) => process.kill(-pid, 'SIGINT')],
  ['the end of its service, likewise', (pid) => process.kill(-pid, 'SIGTERM')],
];

test.each(WAYS)('%s: it says that it stopped, and nothing of a failure', async (_what, how) => {
  const { code, said } = await stopped(how);
  expect(said).not.toMatch(/"level":(40|50|60)|did not end|did not come up/);
  expect(said).toContain('Stopped');
  expect(code).toBe(0);
});
