/**
 * Hostile code, one attack at a time, in both engines. Whatever it does, the host gets an answer within the limits, its
 * own loop goes on, and the next job is served (rows SBX-01, SBX-03, DOS-01, DOS-02).
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Jail, openJail } from './jail.ts';
import { BOMBS } from './testing/bombs.ts';
import { ENGINES, type Lines, runs, SMALL } from './testing/jobs.ts';
import { type Control, openControl, type Stall, watchLoop } from './testing/stall.ts';

let jail: Jail;
let control: Control;
beforeAll(async () => {
  jail = openJail();
  [control] = await Promise.all([openControl(), jail.probe()]);
});
afterAll(async () => {
  await jail.close();
  control.close();
});

/** The longest time for which the loop of a server may not come round, in milliseconds. */
const MOST = 100;

type Beaten<T> = { readonly value: T; readonly ms: number; readonly stall: Stall };

/**
 * What a job came to, and how long the host's own loop did not come round meanwhile. What the machine kept from a process
 * that does nothing is taken off; and since the machine may keep from one process what it gives to another, a gap counts
 * when it comes each time.
 */
const whileBeating = async <T>(job: () => Promise<T>, tries = 3): Promise<Beaten<T>> => {
  const began = performance.now();
  await control.since();
  const watch = watchLoop();
  const value = await job();
  const { away, worked } = watch.stop();
  const ms = performance.now() - began;
  const stall = { worked, away: Math.max(0, away - (await control.since())) };
  return stall.away < MOST || tries === 1 ? { value, ms, stall } : whileBeating(job, tries - 1);
};

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
      const { value, ms, stall } = await whileBeating(() => runs(jail, main, ask));
      expect(codes).toContain(value);
      // By its own limit, and not because somebody got tired of waiting.
      expect(ms).toBeLessThan(SMALL.wallMs);
      expect(stall.worked).toBeLessThan(MOST);
      expect(stall.away).toBeLessThan(MOST);
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
    "() => new URL('http://a/').searchParams.entries().next.constructor('return process')()",
    "() => Object.getOwnPropertyDescriptor(URL.prototype, 'href').get.constructor('return process')()",
    "() => structuredClone(new URLSearchParams.constructor('return process')())",
    '() => { URL.prototype.toString = () => 1; return process }',
    "() => { Object.defineProperty(URL, 'parse', { value: 1 }); return process }",
    '() => { TextDecoder.prototype.decode = () => 1; return process }',
    "() => { Object.getPrototypeOf(new URLSearchParams('a=b').keys()).next = () => 1; return process }",
    '() => { Object.setPrototypeOf(URLSearchParams.prototype, { get process() { return 1 } }); return process }',
    "() => new URL('http://a/', { toString() { return process } })",
    "() => URLSearchParams.prototype.append.call(new URL('http://a/'), 'a', 'b')",
    '(i, can) => structuredClone(can)',
    '() => { class Mine extends URL { static [Symbol.hasInstance]() { return true } } return new Mine({ toString: () => process }) }',
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
      for (const act of [() => new URL('x'), () => new URL(Symbol()), () => atob('!'), () => structuredClone(look), () => new TextDecoder('x'),
        () => URL.prototype.toString.call(1), () => new URL('http://a', { toString() { throw new Error('mine') } })]) { try { act() } catch (e) { look(e); } }
      for (const f of [can.get, can.log, console.log, setTimeout, queueMicrotask, crypto.randomUUID, Math.random, URL, URLSearchParams, TextEncoder, TextDecoder, structuredClone, atob, btoa,
        Object.getOwnPropertyDescriptor(URL.prototype, 'href').get]) seen.push(f.toString());
      return seen.join(' ');
    }`;
    const host = async () => ({ ok: false as const, problem: { code: 'x.y', text: 'no', retry: 'no' as const } });
    const text = String(await runs(jail, main, { ...ask, names: ['get'], host }));
    expect(text).toContain('TypeError');
    expect(text).not.toMatch(/file:|node:|\/(?:usr|home|root|tmp|work|opt|srv|var)\b|node_modules|packages\//);
  });

  test('the log has a limit, and what is beyond it costs the host nothing', async () => {
    const lines: Lines = [];
    const { stall } = await whileBeating(() =>
      runs(jail, "() => { for (;;) console.log('x'.repeat(1e5)); }", { ...ask, lines }),
    );
    expect(lines.reduce((sum, line) => sum + line.text.length, 0)).toBeLessThan(5_000);
    expect(stall.worked).toBeLessThan(MOST);
    expect(stall.away).toBeLessThan(MOST);
  });
});

test('a host that is held up is seen: the measure of the rows above can fail', async () => {
  const watch = watchLoop();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const used = (): number => process.threadCpuUsage().user / 1_000;
  for (const until = used() + 2 * MOST; used() < until; );
  await new Promise((resolve) => setTimeout(resolve, 20));
  const { away, worked } = watch.stop();
  expect(away).toBeGreaterThan(MOST);
  expect(worked).toBeGreaterThan(MOST);
});

test('two workspaces never share a process, and a package shares none with the workspace', async () => {
  for (const domain of ['w1', 'w2', 'package a']) await runs(jail, '() => 1', { domain });
  const { runners } = jail.status();
  const of = (domain: string) => runners.filter((runner) => runner.domain === domain).map((runner) => runner.pid);
  const pids = ['w1', 'w2', 'package a'].flatMap(of);
  expect(pids.length).toBe(3);
  expect(new Set(pids).size).toBe(3);
});
