/** Python in the jail: real processes, really locked. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openJail, type Jail } from './jail.ts';
import type { Job } from './job.ts';
import { filesOf } from './files.ts';
import { openPython } from './python.ts';
import { snapshotIn } from './snapshot.ts';
import { type Ask, jobOf, valueOf } from './testing/jobs.ts';

const cache = join(import.meta.dirname, '../../../../.tmp/cache');
let jail: Jail;

beforeAll(async () => {
  await snapshotIn(cache)();
  jail = openJail({ cache, spares: 0 });
}, 180_000);
afterAll(() => jail.close());

const job = (source: string, ask: Ask = {}): Job => ({
  ...jobOf('x', { engine: 'python', limits: LONG, ...ask }),
  program: { hash: source, script: source },
});
const LONG = { cpuMs: 5_000, wallMs: 20_000, memoryMb: 64, hostCalls: 20, outBytes: 200_000, logBytes: 2_000 };
const run = async (source: string, ask: Ask = {}) => valueOf(await jail.run(job(source, ask)));
const pids = (): number[] => jail.status().runners.flatMap((r) => (r.engine === 'python' ? [r.pid] : []));
const settled = async (check: () => boolean): Promise<void> => {
  for (let i = 0; i < 400 && !check(); i++) await new Promise((resolve) => setTimeout(resolve, 25));
  expect(check()).toBe(true);
};

test('a program gets its input and facts, calls functions of the host, logs, and gives JSON back', async () => {
  const lines: { level: string; text: string }[] = [];
  const source = `
import asyncio, datetime
async def main(input, can):
    print("started")
    a, b = await asyncio.gather(can.add(1, 2), can.add(input["n"], can.steps.first))
    await asyncio.sleep(0.01)
    return {"a": a, "b": b, "day": str(datetime.date(2026, 1, 31))}`;
  const functions = { add: (x: unknown, y: unknown) => Number(x) + Number(y) };
  const facts = JSON.stringify({ steps: { first: 40 } });
  expect(await run(source, { input: { n: 2 }, functions, facts, lines })).toEqual({ a: 3, b: 42, day: '2026-01-31' });
  expect(lines).toEqual([{ level: 'info', text: 'started' }]);
});

test('an error is placed in the text of its author', async () => {
  const result = await jail.run(job('def half(x):\n    return 1 / x\n\ndef main(input, can):\n    return half(0)'));
  expect(result).toMatchObject({
    ok: false,
    problem: { code: 'code.thrown', text: expect.stringContaining('ZeroDivisionError') },
    stack: [
      { line: 2, column: 12 },
      { line: 5, column: 12 },
    ],
  });
  expect(await jail.run(job('def main(input, can):\n    return ('))).toMatchObject({
    problem: { code: 'code.syntax' },
    stack: [{ line: 2, column: 12 }],
  });
});

test('SEC-12 a process serves one run: nothing of it is there for the next of the same program', async () => {
  const source = `
import builtins, sys, os
import json
found = [hasattr(builtins, "canary"), "canary" in sys.modules, os.path.exists("/tmp/canary"), hasattr(json, "canary"), "CANARY" in os.environ]
builtins.canary = json.canary = sys.modules["canary"] = "left"
os.environ["CANARY"] = "left"
open("/tmp/canary", "w").write("left")
def main(input, can):
    return found`;
  const clean = [false, false, false, false, false];
  const seen = new Set<number>();
  for (let i = 0; i < 3; i++) {
    expect(await run(source)).toEqual(clean);
    for (const pid of pids()) seen.add(pid);
  }
  expect(seen.size).toBeGreaterThanOrEqual(3);
  // What served a run is gone; one that served nobody is ready.
  await settled(() => jail.status().runners.every((r) => r.engine !== 'python' || r.domain === null));
}, 60_000);

test('what runs too long or takes too much is ended with its process, and the next run is served', async () => {
  expect(await run('def main(input, can):\n    while True: pass')).toBe('!code.timeout');
  expect(await run('def main(input, can):\n    import re\n    return re.match("(a+)+$", "a" * 40 + "b")')).toBe(
    '!code.timeout',
  );
  expect(await run('def main(input, can):\n    x = []\n    while True: x.append(bytearray(10 ** 7))')).toMatch(
    /^!code\.(memory|thrown|crashed)$/,
  );
  expect(await run('import os\ndef main(input, can):\n    os._exit(0)')).toMatch(/^!code\./);
  expect(await run('async def main(input, can):\n    import asyncio\n    await asyncio.Event().wait()')).toBe(
    '!code.stuck',
  );
  expect(await run('def main(input, can):\n    return 1')).toBe(1);
}, 120_000);

/** What somebody does who found the way from Python into JavaScript: it needs no name, only an object. */
const ESCAPE = `
import gc
def find():
    for holder in gc.get_objects():
        for one in gc.get_referents(holder):
            if any(base.__name__ == "JsProxy" for base in type(one).__mro__) and hasattr(one.constructor, "constructor"):
                return one.constructor.constructor
function = find()
def javascript(text):
    return function(text)()
`;

test('SBX-01 SBX-07 out of Python into JavaScript there is a locked process: no file, no socket, no program, no signal', async () => {
  const codeOf = (act: string): string =>
    `try { ${act}; return 'reached' } catch (e) { return String(e.code ?? e.message) }`;
  const module = (name: string): string => `process.getBuiltinModule('${name}')`;
  const attacks = [
    // It does get out of Python: otherwise what follows would prove nothing.
    'return process.version',
    'return JSON.stringify(Object.keys(process.env).sort())',
    codeOf(`${module('fs')}.readFileSync('/etc/passwd')`),
    codeOf(`${module('fs')}.readdirSync('/')`),
    codeOf(`${module('fs')}.writeFileSync('/tmp/headgate-escape', 'x')`),
    // The snapshot, which it read when it started.
    codeOf(`${module('fs')}.readFileSync(process.argv.at(-1))`),
    codeOf(`${module('child_process')}.execFileSync('/bin/true')`),
    codeOf('process.kill(process.ppid, 0)'),
  ];
  const source = `${ESCAPE}\ndef main(input, can):\n    return [str(javascript(one)) for one in input]`;
  const got = (await run(source, { input: attacks })) as string[];
  expect(got.slice(0, 2)).toEqual([process.version, '["LANG","OPENSSL_CONF","TZ"]']);
  expect(got).toHaveLength(attacks.length);
  for (const answer of got.slice(2)) expect(answer).toMatch(/^(EPERM|EACCES)$/);
}, 60_000);

test('an interpreter that nobody uses goes, and one that does not come up is told and not tried for ever', async () => {
  const made = await snapshotIn(cache)();
  const path = made.ok ? made.value : '';
  const short = openPython({ files: filesOf(), snapshot: () => Promise.resolve({ ok: true, value: path }), idle: 300 });
  try {
    expect(valueOf(await short.run(job('def main(input, can):\n    return 1')))).toBe(1);
    await settled(() => {
      short.tend(performance.now());
      return short.runners().length === 0;
    });
    expect(valueOf(await short.run(job('def main(input, can):\n    return 2')))).toBe(2);
  } finally {
    await short.close();
  }
  const broken = openPython({ files: filesOf(), snapshot: () => Promise.resolve({ ok: true, value: '/nowhere' }) });
  try {
    const both = await Promise.all([broken.run(job('def main(): pass')), broken.run(job('def main(): pass'))]);
    expect(both.map(valueOf)).toEqual(['!code.unavailable', '!code.unavailable']);
    await settled(() => broken.runners().length === 0);
  } finally {
    await broken.close();
  }
}, 60_000);

test('a job that is told to stop ends, running or waiting', async () => {
  const jobs = Array.from({ length: 4 }, () => new AbortController());
  const answers = jobs.map(({ signal }) => jail.run(job('def main(input, can):\n    while True: pass', { signal })));
  await settled(() => jail.status().runners.some((r) => r.engine === 'python' && r.busy > 0));
  for (const one of jobs) one.abort();
  for (const answer of answers) expect(valueOf(await answer)).toBe('!code.cancelled');
}, 60_000);

test('without a folder there is no Python, and a damaged snapshot is made anew', async () => {
  const bare = openJail({ spares: 0 });
  try {
    expect(valueOf(await bare.run(job('def main(input, can):\n    return 1')))).toBe('!code.unavailable');
  } finally {
    await bare.close();
  }
  const folder = mkdtempSync(join(tmpdir(), 'headgate-python-'));
  try {
    const [name = ''] = readdirSync(cache).filter((one) => one.endsWith('.snapshot'));
    const bytes = readFileSync(join(cache, name));
    bytes[1_000_000] = (bytes[1_000_000] ?? 0) ^ 1;
    writeFileSync(join(folder, name), bytes);
    const made = await snapshotIn(folder)();
    expect(made.ok && made.value).toMatch(/\.snapshot$/);
    expect(readdirSync(folder)).toHaveLength(1);
    expect(readFileSync(join(folder, readdirSync(folder)[0] ?? '')).equals(bytes)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
