/**
 * Hostile code, one attack at a time, in both engines. Whatever it does, the host gets an answer within the limits, its
 * own loop goes on, and the next job is served (rows SBX-01, SBX-03, DOS-01, DOS-02).
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Jail, openJail } from './jail.ts';
import { ENGINES, type Lines, runs, SMALL } from './testing/jobs.ts';

let jail: Jail;
beforeAll(async () => {
  jail = openJail();
  await jail.probe();
});
afterAll(() => jail.close());

/** How often the host's own loop came round while `work` was under way, at about every 10 ms. */
const whileTicking = async <T>(work: Promise<T>): Promise<{ value: T; ticks: number; ms: number }> => {
  let ticks = 0;
  const began = performance.now();
  const timer = setInterval(() => (ticks += 1), 10);
  const value = await work;
  clearInterval(timer);
  return { value, ticks, ms: performance.now() - began };
};

const TIME = ['!code.timeout'];
const MEMORY = ['!code.memory', '!code.timeout', '!code.thrown'];

/** What it is called, what it does, what may come of it. */
const BOMBS: readonly (readonly [name: string, main: string, codes: readonly string[]])[] = [
  ['an endless loop', '() => { for (;;); }', TIME],
  ['a loop that catches its own end', '() => { for (;;) { try { for (;;); } catch {} finally { continue; } } }', TIME],
  ['a loop in an asynchronous function', 'async () => { await null; for (;;); }', TIME],
  ['a loop of promises', 'async () => { const f = () => Promise.resolve().then(f); await f(); }', TIME],
  ['a loop of thenables', '() => { const t = { then(ok) { ok(t); } }; return t; }', TIME],
  ['a loop in a generator', '() => { function* g() { for (;;) yield 1; } for (const x of g()); }', TIME],
  ['a loop in a getter of its result', '() => ({ get a() { for (;;); } })', TIME],
  ['a loop in toJSON', '() => ({ toJSON() { for (;;); } })', TIME],
  ['a loop in a proxy as its result', '() => new Proxy({}, { ownKeys() { for (;;); } })', TIME],
  ['a loop in the message of its error', '() => { throw { get message() { for (;;); } } }', TIME],
  ['a regular expression that backtracks', "() => /^(a+)+$/.test('a'.repeat(45) + 'b')", TIME],
  ['a big integer that grows', '() => { let b = 3n; for (;;) b = (b << 1000000n) | b; }', [...TIME, ...MEMORY]],
  ['a big integer written out', '() => (2n ** (2n ** 27n)).toString().length', [...TIME, ...MEMORY]],
  ['a fill of three hundred million', '() => new Array(3e8).fill({}).length', [...TIME, ...MEMORY]],
  [
    'a sort of fifty million',
    '() => new Array(5e7).fill(0).map(() => Math.random()).sort().length',
    [...TIME, ...MEMORY],
  ],
  ['a search in a list of no end', '() => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)', TIME],
  [
    'a join of a list of no end',
    "() => Array.prototype.join.call({ length: 2 ** 32 }, 'x'.repeat(100)).length",
    [...TIME, ...MEMORY],
  ],
  ['recursion without end', '() => { const f = () => f() + 1; return f(); }', ['!code.thrown', '!code.memory']],
  ['a heap that grows', '() => { const a = []; for (;;) a.push(new Array(1000).fill(a)); }', MEMORY],
  ['a heap of maps', '() => { const m = new Map(); for (let i = 0; ; i += 1) m.set(i, { i }); }', MEMORY],
  ['a text that doubles', "() => { let s = 'xy'; for (;;) s += s; }", MEMORY],
  ['a text in parts', "() => { const a = []; for (;;) a.push('x'.repeat(1e6) + a.length); }", MEMORY],
  ['array buffers', '() => { const a = []; for (;;) a.push(new ArrayBuffer(1e6)); }', MEMORY],
  ['one huge array buffer', '() => new Uint8Array(4e9).length', MEMORY],
  ['array buffers that are written', '() => { const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1)); }', MEMORY],
  ['a promise that nothing settles', '() => new Promise(() => {})', ['!code.stuck']],
  ['a result that is too large', "() => 'x'.repeat(1e6)", ['!code.output_large']],
  [
    'a result nested without measure',
    '() => { let a = []; for (let i = 0; i < 1e6; i += 1) a = [a]; return a; }',
    ['!code.output', ...TIME, ...MEMORY],
  ],
  ['host calls without end', 'async (i, can) => { for (;;) can.get(); }', ['!code.calls']],
  ['a host call with too large an argument', "(i, can) => can.get('x'.repeat(1e6))", ['!code.output_large']],
  ['timers without end', '() => { for (;;) setTimeout(() => {}, 0); }', ['!code.calls']],
  [
    'a timer that calls itself',
    '() => { const f = () => setTimeout(f, 0); f(); return new Promise(() => {}); }',
    ['!code.calls'],
  ],
  [
    'promises that wait for each other',
    'async () => { let a, b; a = (async () => { await null; await b; })(); b = (async () => { await a; })(); await b; }',
    ['!code.stuck'],
  ],
];

describe.each(ENGINES)('in %s', (engine) => {
  const ask = {
    engine,
    domain: `attack ${engine}`,
    functions: { get: () => new Promise((resolve) => setTimeout(resolve, 1)) },
  };

  test.each(BOMBS)(
    'DOS-01, DOS-02: %s ends at a limit; the host goes on, and so does the next job',
    async (_name, main, codes) => {
      const memory = process.memoryUsage().rss;
      const { value, ticks, ms } = await whileTicking(runs(jail, main, ask));
      expect(codes).toContain(value);
      // By its own limit, and not because somebody got tired of waiting.
      expect(ms).toBeLessThan(SMALL.wallMs);
      // A loop that is held up does not come round at all; a busy machine makes it come round less often.
      expect(ticks).toBeGreaterThan(ms / 100 - 2);
      expect(process.memoryUsage().rss - memory).toBeLessThan(100 * 1024 * 1024);
      expect(await runs(jail, '(input) => input + 1', { ...ask, input: 1 })).toBe(2);
    },
  );

  test('SBX-03: many who attack at once do not keep an honest neighbour of another workspace from its answer', async () => {
    const main = '() => { for (;;); }';
    const [bad, good] = await Promise.all([
      Promise.all(Array.from({ length: 3 }, () => runs(jail, main, ask))),
      Promise.all(
        Array.from({ length: 20 }, (_, i) => runs(jail, '(n) => n', { engine, domain: `honest ${engine}`, input: i })),
      ),
    ]);
    expect(bad).toEqual(['!code.timeout', '!code.timeout', '!code.timeout']);
    expect(good).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test('SBX-03: who shares the process with a run that is killed runs again elsewhere, unless it had called out', async () => {
    const here = { ...ask, domain: `shared ${engine}` };
    const wedge = runs(jail, '() => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)', here);
    const pure = Array.from({ length: 10 }, (_, i) => runs(jail, '(n) => n', { ...here, input: i }));
    expect(await wedge).toBe('!code.timeout');
    expect(await Promise.all(pure)).toEqual(Array.from({ length: 10 }, (_, i) => i));
  });

  const ESCAPES = [
    "() => this.constructor.constructor('return process')()",
    "() => (() => {}).constructor('return process')()",
    "(i, can) => can.log.constructor('return process')()",
    "(i, can) => can.get.constructor('return process')()",
    "(i, can) => Object.getPrototypeOf(can.get).constructor('return process')()",
    "async (i, can) => { try { await can.fail() } catch (e) { return e.constructor.constructor('return process')() } }",
    "() => { try { null.x } catch (e) { return e.constructor.constructor('return process')() } }",
    "() => console.log.constructor('return process')()",
    "() => setTimeout.constructor('return process')()",
    "(input) => input.constructor.constructor('return process')()",
    "() => globalThis.process ?? globalThis.require('process')",
    "() => import('node:fs')",
    "async () => (await import('data:text/javascript,export default 1')).default",
    "() => require('fs')",
    "() => module.constructor._load('fs')",
    "() => new Function('return this')().process.pid",
    "() => (0, eval)('process.pid')",
    '() => { Error.prepareStackTrace = (e, s) => s.map((f) => f.getThis()); return new Error().stack[0].process.pid }',
    '() => new WebAssembly.Memory({ initial: 1 })',
    '() => new SharedArrayBuffer(8)',
    '() => Atomics.wait(1)',
    '() => new WeakRef({})',
    '() => new FinalizationRegistry(() => {})',
    'function f() { return f.caller.caller }',
    'function f() { return arguments.callee.caller }',
    '() => Object.setPrototypeOf(Object.prototype, null) && Promise.resolve.call(1)',
    '() => { Promise.prototype.then = () => 1; return process }',
    '() => { Array.prototype.push = () => 1; return process }',
    '() => { JSON.stringify = () => \'"forged"\'; return process }',
  ];

  test('SBX-01: no way out of the realm is known to work; the neighbour of each is fine', async () => {
    const functions = {
      get: () => 1,
      fail: () => {
        throw new Error('host');
      },
    };
    for (const main of ESCAPES) {
      const host = async () => ({ ok: false as const, problem: { code: 'x.y', text: 'host', retry: 'no' as const } });
      const value = await runs(jail, main, { ...ask, input: {}, names: Object.keys(functions), host });
      expect({ main, value }).toEqual({ main, value: '!code.thrown' });
    }
    expect(await runs(jail, "() => (() => {}).constructor('return 1 + 1')()", ask)).toBe(2);
    expect(await runs(jail, '() => [typeof process, typeof require, typeof globalThis.Math]', ask)).toEqual([
      'undefined',
      'undefined',
      'object',
    ]);
  });

  test('SBX-07: no error, function or stack that code can read holds a path of the host or a line of ours', async () => {
    const main = `async (i, can) => {
      const seen = [];
      const look = (e) => seen.push(String(e), String(e?.stack), JSON.stringify(e), String(e?.cause));
      try { await can.get(1) } catch (e) { look(e); }
      try { null.x } catch (e) { look(e); }
      try { import('x').catch(look); await null; } catch (e) { look(e); }
      try { new Function('let let') } catch (e) { look(e); }
      try { setTimeout(1) } catch (e) { look(e); }
      for (const f of [can.get, can.log, console.log, setTimeout, queueMicrotask, crypto.randomUUID, Math.random]) seen.push(f.toString());
      return seen.join(' ');
    }`;
    const host = async () => ({ ok: false as const, problem: { code: 'x.y', text: 'no', retry: 'no' as const } });
    const text = String(await runs(jail, main, { ...ask, names: ['get'], host }));
    expect(text).toContain('TypeError');
    expect(text).not.toMatch(/file:|node:|\/(?:usr|home|root|tmp|work|opt|srv|var)\b|node_modules|packages\//);
  });

  test('the log has a limit, and what is beyond it costs the host nothing', async () => {
    const lines: Lines = [];
    const { ticks, ms } = await whileTicking(
      runs(jail, "() => { for (;;) console.log('x'.repeat(1e5)); }", { ...ask, lines }),
    );
    expect(lines.reduce((sum, line) => sum + line.text.length, 0)).toBeLessThan(5_000);
    expect(ticks).toBeGreaterThan(ms / 100 - 2);
  });
});

test('two workspaces never share a process, and a package shares none with the workspace', async () => {
  for (const domain of ['w1', 'w2', 'package a']) await runs(jail, '() => 1', { domain });
  const { runners } = jail.status();
  const of = (domain: string) => runners.filter((runner) => runner.domain === domain).map((runner) => runner.pid);
  const pids = ['w1', 'w2', 'package a'].flatMap(of);
  expect(pids.length).toBe(3);
  expect(new Set(pids).size).toBe(3);
});
