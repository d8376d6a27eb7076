/** Who gets an interpreter when there are few: real processes. */

import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { filesOf } from './files.ts';
import type { Job } from './job.ts';
import { openPython } from './python.ts';
import { snapshotIn } from './snapshot.ts';
import { type Ask, jobOf, valueOf } from './testing/jobs.ts';

const snapshot = snapshotIn(join(import.meta.dirname, '../../../../.tmp/cache'));
// Made once a machine, and not what is tested here.
beforeAll(async () => {
  await snapshot();
}, 180_000);

const LIMITS = { cpuMs: 5_000, wallMs: 150_000, memoryMb: 64, hostCalls: 20, outBytes: 20_000, logBytes: 2_000 };
const SLEEPS = 'import asyncio\nasync def main(input, can):\n    await asyncio.sleep(600)';
const ONE = 'def main(input, can):\n    return 1';
const job = (source: string, ask: Ask = {}): Job => ({
  ...jobOf('x', { engine: 'python', limits: LIMITS, ...ask }),
  program: { hash: source, script: source },
});

test('DOS-08 steps that sleep hold half of the places at most: another workspace runs meanwhile, and who waits is told', async () => {
  const python = openPython({ files: filesOf(), snapshot, most: 1, total: 4 });
  const ticker = setInterval(() => python.tend(performance.now()), 25);
  const stop = new AbortController();
  try {
    const sleeping = Array.from({ length: 3 }, (_, i) =>
      python.run(job(SLEEPS, { domain: 'mine', party: `flow${i}`, signal: stop.signal })),
    );
    await expect.poll(() => python.runners().filter((r) => r.waits).length, { timeout: 120_000 }).toBe(2);
    expect(valueOf(await python.run(job(ONE, { domain: 'yours', party: 'f' })))).toBe(1);
    expect(python.runners().filter((r) => r.domain === 'mine')).toHaveLength(2);
    const hasty = job(ONE, { domain: 'mine', party: 'late', limits: { ...LIMITS, wallMs: 300 } });
    const told = await python.run(hasty);
    expect(told).toMatchObject({ ok: false, problem: { code: 'code.busy', retry: 'yes' } });
    stop.abort();
    expect((await Promise.all(sleeping)).map(valueOf)).toEqual([
      '!code.cancelled',
      '!code.cancelled',
      '!code.cancelled',
    ]);
    expect(valueOf(await python.run(job(ONE, { domain: 'mine' })))).toBe(1);
  } finally {
    stop.abort();
    clearInterval(ticker);
    await python.close();
  }
}, 180_000);
