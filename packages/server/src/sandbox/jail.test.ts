/** What honest code gets from the jail: the same in both engines. */

import { bad, problem } from '@headgate/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Jail, openJail } from './jail.ts';
import { ENGINES, jobOf, type Lines, runs, valueOf } from './testing/jobs.ts';

let jail: Jail;
beforeAll(() => {
  jail = openJail();
});
afterAll(() => jail.close());

describe.each(ENGINES)('in %s', (engine) => {
  const run = (main: string, ask: Parameters<typeof runs>[2] = {}): Promise<unknown> =>
    runs(jail, main, { engine, domain: engine, ...ask });

  test('a function gets its input and its result comes back, whatever JSON holds', async () => {
    const values = [
      null,
      true,
      0,
      -1.5,
      1e300,
      'ü\u0000\ud83d\ude00"\\',
      [],
      {},
      [[[1]]],
      { __proto__x: 1, '': { a: [null] } },
    ];
    for (const value of values) expect(await run('(input) => input', { input: value })).toEqual(value);
    expect(await run('async (input) => input * 2', { input: 21 })).toBe(42);
    expect(await run('() => undefined')).toBe(null);
    expect(await run('() => ({ then: (ok) => ok(7) })')).toBe(7);
  });

  test('large input and output go through whole', async () => {
    const list = Array.from({ length: 10_000 }, (_, i) => `item ${i}`);
    expect(await run('(input) => input', { input: list })).toEqual(list);
  });

  test('the language is there: classes, generators, async iteration, maps, big integers, regular expressions, dates', async () => {
    const main = `async () => {
      class A { #x = 1; static s = 2; get x() { return this.#x; } }
      function* g() { yield* [1, 2]; }
      async function* h() { yield 3; }
      const out = [new A().x, A.s, ...g()];
      for await (const v of h()) out.push(v);
      out.push([...new Map([[1, 'm']]).values()][0], String(2n ** 64n), 'a-b'.replace(/-(?<c>b)/u, (m, c) => c.toUpperCase()));
      out.push(new Date(0).toISOString(), new Date(2020, 0, 1).getTimezoneOffset(), [3, 1, 2].toSorted().join(''));
      out.push(structured({ a: [1] }));
      function structured(v) { return JSON.parse(JSON.stringify(v)).a[0]; }
      return out;
    }`;
    expect(await run(main)).toEqual([
      1,
      2,
      1,
      2,
      3,
      'm',
      '18446744073709551616',
      'aB',
      '1970-01-01T00:00:00.000Z',
      0,
      '123',
      1,
    ]);
  });

  test('code of the old style may give its own objects toString, constructor, name and message', async () => {
    const main = `() => {
      function Old(m) { this.message = m; }
      Old.prototype = Object.create(Error.prototype);
      Old.prototype.constructor = Old; Old.prototype.name = 'Old';
      Old.prototype.toString = function () { return 'old ' + this.message; };
      const o = {}; o.hasOwnProperty = 1; o.valueOf = () => 5;
      return [String(new Old('x')), new Old('y').name, o.hasOwnProperty, o + 1, Object.keys(o)];
    }`;
    expect(await run(main)).toEqual(['old x', 'Old', 1, 6, ['hasOwnProperty', 'valueOf']]);
  });

  test('host functions are called with their arguments, at once or one after another, and their values come back', async () => {
    const functions = { add: (a: unknown, b: unknown) => Number(a) + Number(b), echo: (x: unknown) => x };
    const main = `async (input, can) => {
      const [a, b] = await Promise.all([can.add(1, 2), can.echo({ deep: [null, 'ü'] })]);
      return [a, b, await can.add(a, 10), Object.keys(can).sort()];
    }`;
    expect(await run(main, { functions })).toEqual([3, { deep: [null, 'ü'] }, 13, ['add', 'echo', 'log']]);
  });

  test('facts are the fields of can', async () => {
    const facts = JSON.stringify({ steps: { a: 1 }, index: 4 });
    expect(await run('(i, can) => [can.steps.a, can.index, can.item]', { facts })).toEqual([1, 4, null]);
  });

  test('what the host refuses can be caught, with code and text; uncaught it is the Problem itself', async () => {
    const host = async () => bad<string>(problem('egress.denied', 'not there', { fix: 'ask' }));
    const caught =
      'async (i, can) => { try { await can.get(1) } catch (e) { return [e.code, e.message, e instanceof Error] } }';
    expect(await run(caught, { names: ['get'], host })).toEqual(['egress.denied', 'not there', true]);
    const result = await jail.run(jobOf('async (i, can) => { await can.get(1) }', { engine, names: ['get'], host }));
    expect(result).toEqual({ ok: false, problem: problem('egress.denied', 'not there', { fix: 'ask' }), stack: [] });
  });

  test('console and can.log write lines, values as JSON, up to the limit of a run', async () => {
    const lines: Lines = [];
    const main = `(i, can) => { console.log('a', { b: 1 }, [2]); console.error('bad'); console.debug(null); can.log('end'); }`;
    await run(main, { lines });
    expect(lines).toEqual([
      { level: 'info', text: 'a {"b":1} [2]' },
      { level: 'error', text: 'bad' },
      { level: 'debug', text: 'null' },
      { level: 'info', text: 'end' },
    ]);
    lines.length = 0;
    expect(
      await run(`() => { for (let i = 0; i < 1e4; i += 1) console.log('x'.repeat(100)); return 1; }`, { lines }),
    ).toBe(1);
    expect(lines.reduce((sum, line) => sum + line.text.length, 0)).toBeLessThan(2_200);
    expect(lines.at(-1)?.text).toContain('the log of a run ends here');
  });

  test('timers fire in order, can be taken back, and wait as long as they say', async () => {
    const main = `async () => {
      const seen = []; const began = Date.now();
      setTimeout((x) => seen.push(x), 30, 'second');
      setTimeout(() => seen.push('first'), 1);
      clearTimeout(setTimeout(() => seen.push('never'), 5));
      await new Promise((r) => setTimeout(r, 60));
      queueMicrotask(() => seen.push('micro'));
      await null; await null;
      return [seen, Date.now() - began >= 55];
    }`;
    expect(await run(main)).toEqual([['first', 'second', 'micro'], true]);
  });

  test('chance and identifiers are there and do not repeat', async () => {
    const main = `() => [Math.random(), Math.random(), crypto.randomUUID(), [...crypto.getRandomValues(new Uint8Array(8))].join()]`;
    const [a, b] = [(await run(main)) as unknown[], (await run(main)) as unknown[]];
    expect(new Set([...a, ...b]).size).toBe(8);
    expect(a[2]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(a.slice(0, 2).every((n) => typeof n === 'number' && n >= 0 && n < 1)).toBe(true);
  });

  test('what goes wrong in code is a Problem with its text and its place', async () => {
    const fail = async (main: string): Promise<[string, string, unknown]> => {
      const result = await jail.run(jobOf(main, { engine }));
      if (result.ok) throw new Error('it did not fail');
      return [result.problem.code, result.problem.text, result.stack[0]?.line];
    };
    expect(await fail(';({\n default: () => {\n  throw new TypeError("bad thing") } })')).toEqual([
      'code.thrown',
      'The code failed: TypeError: bad thing',
      3,
    ]);
    expect((await fail('async () => { await null; null.x }'))[0]).toBe('code.thrown');
    expect((await fail('() => { throw "a text" }'))[1]).toBe('The code failed: a text');
    expect((await fail('() => { throw undefined }'))[0]).toBe('code.thrown');
    expect((await fail('() => { throw { get message() { throw 1 } } }'))[0]).toBe('code.thrown');
    expect((await fail(';({ default: 5 })'))[0]).toBe('code.shape');
    expect((await fail(';null'))[0]).toBe('code.shape');
    expect((await fail('() => 1n'))[0]).toBe('code.output');
    expect((await fail('() => { const a = []; a.push(a); return a }'))[0]).toBe('code.output');
    expect((await fail('() => "x".repeat(200_001)'))[0]).toBe('code.output_large');
    expect(
      (await fail('() => { setTimeout(() => { throw new Error("later") }, 1); return new Promise(() => {}) }'))[1],
    ).toContain('later');
    expect((await fail('() => { let let 1 }'))[0]).toBe('code.syntax');
  });

  test('a signal stops a job that waits and one that computes, and the next one runs', async () => {
    const stopped = async (main: string): Promise<unknown> => {
      const abort = new AbortController();
      const job = jail.run(
        jobOf(main, { engine, domain: engine, signal: abort.signal, functions: { begun: () => void abort.abort() } }),
      );
      return valueOf(await job);
    };
    expect(await stopped('async (i, can) => { await can.begun(); return 1 }')).toBe('!code.cancelled');
    expect(await stopped('async (i, can) => { can.begun(); await null; for (;;); }')).toBe('!code.cancelled');
    const abort = new AbortController();
    abort.abort();
    expect(await run('() => 1', { signal: abort.signal })).toBe('!code.cancelled');
    expect(await run('() => 2')).toBe(2);
  });

  test('many jobs at once each get their own answer', async () => {
    const main = 'async (i, can) => { console.log(i); const x = await can.echo(i); await null; return [i, x] }';
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, i) => run(main, { input: i, functions: { echo: async (x) => x } })),
    );
    expect(all).toEqual(Array.from({ length: 200 }, (_, i) => [i, i]));
  });
});

test('the self-test tried more than fifty ways out and none worked; V8 is what workspaces get', async () => {
  const probed = await jail.probe();
  expect(probed.escaped).toEqual([]);
  expect(probed.failure).toBe(null);
  expect(probed.tried.length).toBeGreaterThan(50);
  expect(jail.status()).toMatchObject({
    state: 'ready',
    engine: 'v8',
    layers: { landlock: expect.any(Number), filters: 2 },
  });
});
