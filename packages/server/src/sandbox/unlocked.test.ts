/** Where the kernel gives no lock: what runs then, and what does not. */

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { filesOf } from './files.ts';
import { openJail } from './jail.ts';
import { jobOf, valueOf } from './testing/jobs.ts';

const bare = fileURLToPath(new URL('./testing/bare.ts', import.meta.url));

test('where the kernel takes no layer, only the WebAssembly engine runs, and the status says what is missing', async () => {
  const told: string[] = [];
  const log = (_: string, text: string) => void told.push(text);
  const jail = openJail({ files: { launcher: bare, runner: filesOf().runner }, spares: 1, log });
  try {
    const answers = await Promise.all(
      [1, 2, 3].map((i) => jail.run(jobOf('(n) => n + 1', { engine: 'v8', input: i }))),
    );
    expect(answers.map(valueOf)).toEqual([2, 3, 4]);
    const { engine, layers, runners } = jail.status();
    expect(engine).toBe('quickjs');
    expect(layers).toMatchObject({ landlock: 0, noNewPrivileges: false });
    expect(runners.filter((runner) => runner.domain !== null).map((runner) => runner.engine)).toEqual(['quickjs']);
  } finally {
    await jail.close();
  }
});

test('where there is no launcher at all, the same', async () => {
  const jail = openJail({ files: { launcher: null, runner: filesOf().runner }, spares: 0 });
  try {
    expect(valueOf(await jail.run(jobOf('(n) => n + 1', { engine: 'v8', input: 1 })))).toBe(2);
    expect(valueOf(await jail.run(jobOf('() => { for (;;); }')))).toBe('!code.timeout');
    expect(jail.status()).toMatchObject({ state: 'ready', engine: 'quickjs' });
  } finally {
    await jail.close();
  }
});
