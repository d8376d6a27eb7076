/**
 * Assume breach, the other way round: a runner that sends whatever it likes. The host answers its run with a Problem,
 * keeps its memory and its loop, calls nothing that was not granted, and ends the runner.
 */

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openJail } from './jail.ts';
import { jobOf, SMALL, valueOf } from './testing/jobs.ts';

const liar = fileURLToPath(new URL('./testing/liar.ts', import.meta.url));

const LIES: readonly (readonly [lie: string, code: string])[] = [
  ['a frame of four gigabytes', 'code.crashed'],
  ['a frame of no length', 'code.crashed'],
  ['noise', 'code.crashed'],
  ['a kind that is none', 'code.crashed'],
  ['a result of a run that is none', 'code.crashed'],
  ['a failure that is no JSON', 'code.crashed'],
  ['a failure of no shape', 'code.crashed'],
  ['a call of a function that was not granted', 'code.crashed'],
  ['a call of a name longer than its frame', 'code.crashed'],
  ['more calls than allowed', 'code.crashed'],
  ['log without end', 'code.crashed'],
  ['that it is up, again', 'code.crashed'],
  ['its end', 'code.crashed'],
  ['nothing', 'code.timeout'],
  ['nothing, and fills its memory', 'code.memory'],
];

test.each(LIES)('SBX-01: a broken runner that sends %s is ended; its run is answered with %s', async (lie, code) => {
  const asked: string[] = [];
  const jail = openJail({ files: { launcher: null, runner: liar }, spares: 0 });
  try {
    const memory = process.memoryUsage().rss;
    // Long enough, where its memory has to be what ends it.
    const limits = { ...SMALL, cpuMs: code === 'code.memory' ? 20_000 : 100, wallMs: 30_000 };
    const host = async (name: string) => (asked.push(name), { ok: true as const, value: '1' });
    const job = jobOf(`() => 'LIE:${lie}'`, { engine: 'quickjs', limits, names: ['get'], host });
    expect(valueOf(await jail.run(job))).toBe(`!${code}`);
    expect(asked.filter((name) => name !== 'get')).toEqual([]);
    expect(asked.length).toBeLessThanOrEqual(SMALL.hostCalls);
    expect(process.memoryUsage().rss - memory).toBeLessThan(60 * 1024 * 1024);
    expect(jail.status().runners.length).toBe(0);
  } finally {
    await jail.close();
  }
});
