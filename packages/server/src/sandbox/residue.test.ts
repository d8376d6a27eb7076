/**
 * SEC-12: nothing of a run is observable by the next one of the same step version, in the same process and realm.
 *
 * The code tries to leave a mark on everything it can reach, by every way there is to change a thing; the next run looks
 * at everything it can reach. That it would find a mark is shown on what it may mark: its own things, within one run.
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

/** Marks, or looks, at what is reachable from the global object, from what syntax makes, and from what a run is given. */
const SWEEP = `;
const own = { list: [], map: new Map() };
let counter = 0;
class Own { static made = 0; }
const MARK = 'canary-4711';
const roots = (can) => {
  const hidden = [
    function* () {}, async function () {}, async function* () {}, () => 0, class {}, (function* () {})(), (async function* () {})(),
    [].values(), ''[Symbol.iterator](), new Map().entries(), new Set().values(), 'a'.matchAll(/a/g), /(a)/.exec('a'), new Proxy({}, {}),
    Object.getPrototypeOf(Int8Array), new Error('x'), new AggregateError([]), Promise.resolve(), Symbol.iterator, (function () { return arguments; })(),
    (() => { 'use strict'; return Object.getOwnPropertyDescriptor((function () { return arguments; })(), 'callee')?.get; })(),
    (() => { try { null.x } catch (e) { return e; } })(), (x => x)\`a\${1}\`, new Date(), /x/g, new WeakMap(), new Function('return this')(),
    typeof Iterator === 'undefined' ? 0 : Iterator.from({ next() {} }), [].values().map?.((x) => x), typeof Intl === 'undefined' ? 0 : new Intl.NumberFormat(),
    typeof Intl === 'undefined' ? 0 : Intl.Segmenter && new Intl.Segmenter().segment('a')[Symbol.iterator](),
    typeof DisposableStack === 'undefined' ? 0 : new DisposableStack(),
    new URL('http://a/?b=c'), new URL('http://a/?b=c').searchParams, new URLSearchParams('b=c'), new URLSearchParams('b=c').entries(),
    new TextEncoder(), new TextDecoder(), new TextEncoder().encode('b'), structuredClone(new Map([['b', new Error('c')]])), URL.parse('no address'),
    (() => { try { new URL('no address'); } catch (e) { return e; } })(), (() => { try { atob('!'); } catch (e) { return e; } })(),
  ];
  return [globalThis, can, console, setTimeout, clearTimeout, queueMicrotask, ...hidden];
};
const reach = (from) => {
  const seen = new Set(); const todo = [...from];
  while (todo.length > 0) {
    const at = todo.pop();
    if ((typeof at !== 'object' && typeof at !== 'function') || at === null || seen.has(at)) continue;
    seen.add(at);
    try { todo.push(Object.getPrototypeOf(at)); } catch {}
    for (const key of Reflect.ownKeys(at)) {
      try { const d = Reflect.getOwnPropertyDescriptor(at, key); if (d) todo.push(d.value, d.get, d.set); } catch {}
      try { todo.push(at[key]); } catch {}
    }
  }
  return [...seen];
};
const mark = (at) => {
  const tries = [
    () => { at[MARK] = MARK; }, () => { at.name = MARK; }, () => { at.message = MARK; }, () => { at.lastIndex = 4711; }, () => { at.toString = () => MARK; },
    () => { at.constructor = () => MARK; }, () => { at.__proto__ = { [MARK]: MARK }; }, () => Object.setPrototypeOf(at, { [MARK]: MARK }),
    () => Reflect.defineProperty(at, MARK, { value: MARK, configurable: true }), () => Reflect.defineProperty(at, 'length', { value: 4711 }),
    () => at.push?.(MARK), () => at.set?.(MARK, MARK), () => at.add?.(MARK), () => at.append?.(MARK, MARK), () => at.decode?.(new Uint8Array([0xe2, 0x82]), { stream: true }), () => { at.href = 'http://' + MARK; },
    () => { at.value = MARK; }, () => { at.stackTraceLimit = 4711; },
    () => { at.prepareStackTrace = () => MARK; }, () => at.__defineGetter__?.(MARK, () => MARK), () => Object.assign(at, { [MARK]: MARK }), () => { delete at.length; },
  ];
  for (const t of tries) { try { t(); } catch {} }
};
const found = (all) => {
  const out = [];
  for (const at of all) {
    try { if (Reflect.ownKeys(at).some((k) => String(k).includes(MARK))) out.push('key of ' + Object.prototype.toString.call(at)); } catch {}
    for (const key of Reflect.ownKeys(at)) {
      try { const v = Reflect.getOwnPropertyDescriptor(at, key)?.value; if (v === MARK || v === 4711) out.push(String(key)); } catch {}
      try { const v = at[key]; if (v === MARK || v === 4711) out.push(String(key)); } catch {}
    }
    try { if (at[MARK] !== undefined) out.push('inherited'); } catch {}
    try { if (String(at).includes(MARK)) out.push('text'); } catch {}
    try { if (at.decode?.(new Uint8Array([0xac])) === '\u20ac') out.push('half a sign'); } catch {}
    try { if (at instanceof Map && at.has(MARK)) out.push('map'); } catch {}
  }
  return out;
};
const statics = () => {
  const out = [];
  for (const name of ['$1', '$2', '$_', '$&', '$+', '$\`', "$'", 'input', 'lastMatch', 'lastParen', 'leftContext', 'rightContext'])
    { try { if (String(RegExp[name]).includes('4711')) out.push('RegExp.' + name); } catch {} }
  return out;
};
const exports = {
  default: (input, can) => {
    // First of all: any regular expression that runs meanwhile would write over them.
    const matched = statics();
    if (input === 'mark') {
      for (const at of reach(roots(can))) mark(at);
      /(canary)-(4711)/.exec('xx canary-4711 yy'); 'canary-4711'.replace(/(4711)/, '$1'); 'canary-4711'.match(/4711/g);
      own.list.push(MARK); own.map.set(MARK, MARK); own[MARK] = MARK; counter += 1; Own.made += 1;
      for (const source of ['var canary4711 = 1', 'let canary4711 = 1', 'function canary4711() {}', 'canary4711 = 1', 'this.canary4711 = 1'])
        for (const run of [() => (0, eval)(source), () => new Function(source)(), () => Function(source).call(undefined)]) { try { run(); } catch {} }
      return found(reach([own])).length;
    }
    let global = 'none';
    try { global = (0, eval)('typeof canary4711'); } catch (e) { global = String(e); }
    return { matched, marks: found(reach([...roots(can), own])), counter, made: Own.made, own: own.list.length, global, this: new Function('return typeof canary4711')() };
  },
};
return exports;`;

describe.each(ENGINES)('in %s', (engine) => {
  // Sweeping takes long on a busy machine; it is not what is measured here.
  const ask = { engine, domain: `residue ${engine}`, limits: { ...SMALL, cpuMs: 15_000, wallMs: 20_000 } };

  test('SEC-12: what a run marked, the next one of the same version does not find; within its own run it does', async () => {
    expect(await runs(jail, SWEEP, { ...ask, input: 'mark' })).toBeGreaterThan(3);
    const clean = { matched: [], marks: [], counter: 0, made: 0, own: 0, global: 'undefined', this: 'undefined' };
    expect(await runs(jail, SWEEP, { ...ask, input: 'look' })).toEqual(clean);
    expect(await runs(jail, SWEEP, { ...ask, input: 'mark' })).toBeGreaterThan(3);
    expect(await runs(jail, SWEEP, { ...ask, input: 'look' })).toEqual(clean);
    const pids = jail.status().runners.filter((runner) => runner.domain === ask.domain);
    expect(pids.length).toBe(1);
  });

  test('SEC-12: a run that is over at the same time as another finds nothing of it either', async () => {
    const main = `async (name, can) => { const mine = []; for (let i = 0; i < 20; i += 1) { mine.push(name); await can.turn(); } return [...new Set(mine)]; }`;
    const functions = { turn: () => new Promise((resolve) => setTimeout(resolve, 1)) };
    const names = ['a', 'b', 'c'];
    expect(await Promise.all(names.map((input) => runs(jail, main, { ...ask, functions, input })))).toEqual([
      ['a'],
      ['b'],
      ['c'],
    ]);
  });

  test('SEC-12: no timer, promise or answer of a run that is over does anything', async () => {
    const lines: Lines = [];
    let answer = (): void => undefined;
    const functions = {
      slow: () => new Promise<void>((resolve) => (answer = resolve)),
      tick: () => new Promise((resolve) => setTimeout(resolve, 30)),
    };
    const leave = `(i, can) => {
      setTimeout(() => console.log('timer'), 1);
      void can.slow().then(() => { console.log('answer'); can.slow(); });
      void (async () => { for (;;) { await new Promise((r) => setTimeout(r, 1)); console.log('loop'); } })();
      queueMicrotask(() => queueMicrotask(() => console.log('micro')));
      return 'gone';
    }`;
    expect(await runs(jail, leave, { ...ask, lines, functions })).toBe('gone');
    const said = lines.length;
    answer();
    expect(
      await runs(jail, `async (i, can) => { await can.tick(); await can.tick(); return 1; }`, { ...ask, functions }),
    ).toBe(1);
    expect(lines.slice(said)).toEqual([]);
  });

  test('SEC-12: the numbers of chance of one run do not follow from those of another', async () => {
    const main = '() => Array.from({ length: 4 }, () => Math.random())';
    const seen = new Set<unknown>();
    for (let i = 0; i < 10; i += 1) for (const n of (await runs(jail, main, ask)) as unknown[]) seen.add(n);
    expect(seen.size).toBe(40);
  });

  test('SEC-12: what one version is given, another version of the same workspace does not see', async () => {
    const secret = `(input) => { const kept = input; globalThis.kept ??= 1; return kept.length; }`;
    expect(await runs(jail, secret, { ...ask, input: 'canary-4711' })).toBe('!code.thrown');
    expect(await runs(jail, '() => typeof globalThis.kept', ask)).toBe('undefined');
  });
});
