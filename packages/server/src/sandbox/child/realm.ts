/**
 * The realm in which the code of one step version runs: the language's own things, frozen, and nothing else. The text of
 * `realm` is evaluated inside each engine, once for each program; both engines give the same realm. It
 * refers to nothing outside itself: it is handed over as text (realm-text.ts), and so is what it installs (web/).
 *
 * M1 Everything that is reachable before a run is frozen, the global object and what only syntax reaches included. What a
 *    run makes lies in its own closure: a run evaluates the program anew.
 * M2 What would remember across runs is not there: legacy statics of RegExp, WeakRef, FinalizationRegistry, shared memory,
 *    threads, WebAssembly. Chance comes from the host, so that the numbers of one run cannot be computed from another's.
 * M3 Across the border go numbers and texts alone. Errors of the host are made anew, without stack and path.
 * M4 A run that has ended is forgotten: what it left pending finds nobody.
 */

import type { AskUrl, Install } from './web/url.ts';

export type Outside = {
  /** A run has ended: `ok` 1 with its result as JSON, 0 with what was thrown as JSON of `Thrown`. */
  readonly done: (run: number, ok: number, text: string) => void;
  /** A host function is asked for; it answers through `settle`. */
  readonly call: (run: number, call: number, name: string, args: string) => void;
  /** A line for the run's log: level 0 debug, 1 info, 2 warn, 3 error. */
  readonly log: (run: number, level: number, text: string) => void;
  /** 512 random bytes, one a character. */
  readonly random: () => string;
  /** The parts of an address (urls.ts). */
  readonly url: AskUrl;
};

export type Thrown = {
  /** `thrown` by the code, `refused` by the host and not caught, `output` cannot be written, `shape` no default function. */
  readonly why: 'thrown' | 'refused' | 'output' | 'large' | 'shape' | 'calls';
  readonly name?: string;
  readonly text: string;
  readonly stack?: string;
  /** The host call that was refused. */
  readonly call?: number;
};

export type Inside = {
  /** Throws a SyntaxError of the program. */
  readonly load: (source: string, names: string, calls: number, out: number, logs: number) => void;
  /** `plain` 1: the input is the text itself, 0: JSON of it. */
  readonly enter: (run: number, input: string, facts: string, plain: number) => void;
  readonly settle: (run: number, call: number, ok: number, text: string) => void;
  readonly forget: (run: number) => void;
};

// Any: it works on whatever the language has, by reflection.
// oxlint-disable-next-line max-lines-per-function -- one text that stands alone
export const realm = (outside: Outside, installs: readonly Install[]): Inside => {
  'use strict';
  const { done, call, log, random, url } = outside;
  const KEPT = new Set<PropertyKey>(
    (
      'Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date Promise RegExp Error ' +
      'AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError DisposableStack ' +
      'AsyncDisposableStack globalThis JSON Math Intl ArrayBuffer DataView Uint8Array Int8Array Uint16Array Int16Array ' +
      'Uint32Array Int32Array BigUint64Array BigInt64Array Uint8ClampedArray Float16Array Float32Array Float64Array Map BigInt ' +
      'Set WeakMap WeakSet Iterator Proxy Reflect decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape ' +
      'eval isFinite isNaN'
    ).split(' '),
  );
  const REGEXP = new Set<PropertyKey>(['length', 'name', 'prototype', 'escape', Symbol.species]);
  type Any = Record<PropertyKey, unknown>;
  const world = globalThis as unknown as Any;

  for (const key of Reflect.ownKeys(world)) if (!KEPT.has(key)) delete world[key];
  for (const key of Reflect.ownKeys(RegExp)) if (!REGEXP.has(key)) delete (RegExp as unknown as Any)[key];
  // In QuickJS these two are pairs that keep what they are given elsewhere, where no freezing reaches.
  for (const key of ['stackTraceLimit', 'prepareStackTrace'])
    if (Object.getOwnPropertyDescriptor(Error, key)?.set !== undefined) delete (Error as unknown as Any)[key];
  for (const key of Reflect.ownKeys(world)) if (!KEPT.has(key)) throw new Error(`a global that stays: ${String(key)}`);
  for (const key of Reflect.ownKeys(RegExp))
    if (!REGEXP.has(key)) throw new Error(`a static that stays: ${String(key)}`);

  // Chance: drawn from the host's bytes, each used once.
  let pool = '';
  let drawn = 0;
  const byte = (): number => {
    if (drawn >= pool.length) {
      pool = random();
      drawn = 0;
    }
    drawn += 1;
    return pool.charCodeAt(drawn - 1);
  };
  const bits32 = (): number => ((byte() << 24) | (byte() << 16) | (byte() << 8) | byte()) >>> 0;
  const chance = { random: (): number => ((bits32() >>> 5) * 0x4000000 + (bits32() >>> 6)) / 0x20000000000000 };
  Object.defineProperty(Math, 'random', {
    value: chance.random,
    writable: true,
    configurable: true,
    enumerable: false,
  });
  const hex = (n: number): string => (n + 0x100000000).toString(16).slice(1);
  const crypto = {
    getRandomValues<T extends ArrayBufferView>(into: T): T {
      const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
      if (bytes.length > 65536) throw new RangeError('At most 65536 bytes at a time');
      for (let i = 0; i < bytes.length; i += 1) bytes[i] = byte();
      return into;
    },
    randomUUID(): string {
      const [a, b, c, d] = [hex(bits32()), hex(bits32()), hex(bits32()), hex(bits32())];
      const variant = '89ab'[byte() & 3];
      return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
    },
  };
  Object.defineProperty(world, 'crypto', { value: crypto, writable: true, configurable: true, enumerable: false });

  const unnamed = installs.flatMap((install) => install(world, url) ?? []);

  // The override mistake: a frozen property of a prototype cannot be assigned to on what inherits it. Code of the old
  // style (`X.prototype.toString = …`) does so; for these names the property becomes a pair that lets it.
  const behind: unknown[] = [];
  const yields = (proto: unknown, names: readonly string[]): void => {
    const target = proto as Any;
    for (const name of names) {
      const found = Object.getOwnPropertyDescriptor(target, name);
      if (found === undefined || !('value' in found) || found.configurable !== true) continue;
      const { value } = found;
      // No property leads to it any more, so it would be missed when all is frozen.
      behind.push(value);
      const pair = {
        get(): unknown {
          return value;
        },
        set(this: unknown, given: unknown): void {
          if (this === target || (typeof this !== 'object' && typeof this !== 'function') || this === null)
            throw new TypeError(`Cannot assign to ${name} of what all code shares`);
          const mine = { value: given, writable: true, enumerable: true, configurable: true };
          Reflect.defineProperty(this, name, mine);
        },
      };
      Object.defineProperty(target, name, { get: pair.get, set: pair.set, enumerable: false, configurable: true });
    }
  };
  yields(Object.prototype, [
    'constructor',
    'toString',
    'toLocaleString',
    'valueOf',
    'hasOwnProperty',
    'isPrototypeOf',
    'propertyIsEnumerable',
  ]);
  yields(Function.prototype, ['constructor', 'toString', 'bind', 'call', 'apply']);
  for (const kind of [Error, AggregateError, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError])
    yields(kind.prototype, ['constructor', 'message', 'name', 'toString']);
  yields(Array.prototype, ['toString']);
  yields(Date.prototype, ['toString', 'toJSON', 'valueOf']);

  // What no global names, and syntax alone makes.
  const caught = ((): unknown => {
    try {
      return (null as unknown as { x: unknown }).x;
    } catch (error) {
      return error;
    }
  })();
  const thrower = (function (this: unknown): unknown {
    // oxlint-disable-next-line prefer-rest-params -- the object itself is meant
    return Object.getOwnPropertyDescriptor(arguments, 'callee')?.get;
  })();
  const stacked = {};
  (Error as unknown as { captureStackTrace?: (o: object) => void }).captureStackTrace?.(stacked);
  const hidden: unknown[] = [
    function* () {},
    async function () {},
    async function* () {},
    () => 0,
    async () => 0,
    thrower,
    caught,
    stacked,
    new Error(''),
    (function* () {})(),
    (async function* () {})(),
    [][Symbol.iterator](),
    ''[Symbol.iterator](),
    new Map()[Symbol.iterator](),
    new Set()[Symbol.iterator](),
    ''.matchAll(/x/g),
    /x/.exec('x'),
    new Proxy({}, {}),
    Object.getPrototypeOf(Uint8Array),
  ];
  const iterators = (world['Iterator'] ?? null) as { from?: (o: object) => object } | null;
  if (iterators?.from !== undefined) hidden.push(iterators.from({ next: () => ({ done: true }) }));
  const values = [][Symbol.iterator]() as unknown as { map?: (f: (x: unknown) => unknown) => object };
  if (values.map !== undefined) hidden.push(values.map((x) => x));
  const intl = world['Intl'] as { Segmenter?: new () => { segment: (s: string) => Iterable<unknown> } } | undefined;
  if (intl?.Segmenter !== undefined) {
    const segments = new intl.Segmenter().segment('a');
    hidden.push(segments, segments[Symbol.iterator]());
  }

  const frozen = new Set<object>();
  const todo: unknown[] = [world, ...hidden, ...unnamed, ...behind];
  while (todo.length > 0) {
    const at = todo.pop();
    if ((typeof at !== 'object' && typeof at !== 'function') || at === null || frozen.has(at)) continue;
    frozen.add(at);
    Object.freeze(at);
    todo.push(Object.getPrototypeOf(at));
    for (const key of Reflect.ownKeys(at)) {
      const found = Reflect.getOwnPropertyDescriptor(at, key);
      if (found !== undefined) todo.push(found.value, found.get, found.set);
    }
  }
  for (const at of frozen) if (!Object.isFrozen(at)) throw new Error('a thing that does not freeze');

  // From here on the language's own methods are what they were: nobody can change them any more.
  type Waiting = { readonly resolve: (value: unknown) => void; readonly reject: (why: unknown) => void };
  type Counts = { calls: number; logged: number; over: boolean; never?: Promise<unknown> };
  type Run = Counts & { readonly waiting: Map<number, Waiting> };
  const runs = new Map<number, Run>();
  const refused = new WeakMap<object, number>();
  let factory: ((...scope: unknown[]) => unknown) | null = null;
  let granted: readonly string[] = [];
  let mostCalls = 0;
  let mostOut = 0;
  let mostLog = 0;

  const textOf = (value: unknown): string => {
    if (typeof value === 'string') return value;
    try {
      if (value instanceof Error) return String(value.stack ?? value);
      return JSON.stringify(value) ?? String(value);
    } catch {
      return 'a value that cannot be shown';
    }
  };
  const short = (read: () => unknown): string => {
    try {
      return String(read()).slice(0, 4_000);
    } catch {
      return '';
    }
  };
  const thrown = (error: unknown): Thrown => {
    if (typeof error !== 'object' || error === null) return { why: 'thrown', text: short(() => error) };
    const asked = refused.get(error);
    const seen = error as { name?: unknown; message?: unknown; stack?: unknown };
    const told = {
      name: short(() => seen.name ?? ''),
      text: short(() => seen.message ?? error),
      stack: short(() => seen.stack ?? ''),
    };
    return asked === undefined ? { why: 'thrown', ...told } : { why: 'refused', call: asked, ...told };
  };
  const end = (id: number, run: Run, ok: number, text: string): void => {
    if (run.over) return;
    run.over = true;
    runs.delete(id);
    done(id, ok, text);
  };
  const fail = (id: number, run: Run, why: Thrown): void => end(id, run, 0, JSON.stringify(why));
  const finish = (id: number, run: Run, value: unknown): void => {
    let text: string;
    try {
      text = JSON.stringify(value) ?? 'null';
    } catch (error) {
      return fail(id, run, { ...thrown(error), why: 'output' });
    }
    if (text.length > mostOut) return fail(id, run, { why: 'large', text: String(text.length) });
    end(id, run, 1, text);
  };

  const ask = (id: number, run: Run, name: string, args: string): Promise<unknown> => {
    if (run.over) return (run.never ??= new Promise(() => {})); // a loop that made one each time kept its end away
    return new Promise((resolve, reject) => {
      if (run.calls >= mostCalls) return fail(id, run, { why: 'calls', text: String(mostCalls) });
      if (args.length > mostOut) return fail(id, run, { why: 'large', text: String(args.length) });
      run.calls += 1;
      run.waiting.set(run.calls, { resolve, reject });
      call(id, run.calls, name, args);
    });
  };

  /** What code gets as `console`, `can`, `setTimeout` and so on: made for one run, and dead after it. */
  const scopeOf = (id: number, run: Run, facts: string): { can: Any; scope: readonly unknown[] } => {
    const write =
      (level: number) =>
      (...what: unknown[]): void => {
        if (run.over || run.logged > mostLog) return;
        const line = what.map(textOf).join(' ');
        const room = mostLog - run.logged;
        run.logged += line.length + 1;
        log(id, level, line.length > room ? `${line.slice(0, room)} … (the log of a run ends here)` : line);
      };
    const console = { debug: write(0), log: write(1), info: write(1), warn: write(2), error: write(3) };
    const can: Any = facts === '' ? {} : (JSON.parse(facts) as Any);
    can['log'] = write(1);
    for (const name of granted)
      can[name] = async (...args: unknown[]): Promise<unknown> => {
        const answer = await ask(id, run, name, JSON.stringify(args));
        if (name !== 'fetch') return answer;
        const { status, headers, body } = answer as { status: number; headers: Any; body: unknown };
        const text = async (): Promise<string> => (typeof body === 'string' ? body : JSON.stringify(body));
        const json = async (): Promise<unknown> => (typeof body === 'string' ? JSON.parse(body) : body);
        return { ok: status >= 200 && status < 300, status, headers, body, text, json };
      };
    let timers = 0;
    const running = new Set<number>();
    const setTimeout = (then: unknown, ms?: unknown, ...args: unknown[]): number => {
      if (typeof then !== 'function') throw new TypeError('setTimeout takes a function');
      timers += 1;
      const timer = timers;
      running.add(timer);
      const wait = Math.min(Math.max(Number(ms) || 0, 0), 0x7fffffff);
      void ask(id, run, '', String(wait)).then(() => {
        if (!running.delete(timer) || run.over) return;
        try {
          (then as (...a: unknown[]) => unknown)(...args);
        } catch (error) {
          fail(id, run, thrown(error));
        }
      });
      return timer;
    };
    const clearTimeout = (timer: unknown): void => void running.delete(Number(timer));
    const queueMicrotask = (then: unknown): void => {
      if (typeof then !== 'function') throw new TypeError('queueMicrotask takes a function');
      void Promise.resolve().then(() => {
        if (run.over) return;
        try {
          (then as () => unknown)();
        } catch (error) {
          fail(id, run, thrown(error));
        }
      });
    };
    return { can, scope: [console, setTimeout, clearTimeout, queueMicrotask] };
  };

  return {
    load: (source, names, calls, out, logs) => {
      const scope = ['console', 'setTimeout', 'clearTimeout', 'queueMicrotask'];
      // The Function constructor parses the body by itself: no text can close it and go on outside.
      const make = (body: string): typeof factory =>
        // oxlint-disable-next-line no-new-func -- in the jail, where running code is the purpose
        new Function(...scope, body) as typeof factory;
      const name = '\n//# sourceURL=step';
      try {
        factory = make(`"use strict"; return (\n${source}\n)${name}`);
      } catch {
        factory = make(`"use strict";\n${source}${name}`);
      }
      granted = names === '' ? [] : names.split(' ');
      mostCalls = calls;
      mostOut = out;
      mostLog = logs;
    },
    enter: (id, input, facts, plain) => {
      const run: Run = { waiting: new Map(), calls: 0, logged: 0, over: false };
      runs.set(id, run);
      try {
        const { can, scope } = scopeOf(id, run, facts);
        const made = factory?.(...scope) as { default?: unknown } | null | undefined;
        const main = made === null || made === undefined ? undefined : made.default;
        if (typeof main !== 'function') return fail(id, run, { why: 'shape', text: typeof main });
        const value: unknown = (main as (i: unknown, c: unknown) => unknown)(
          plain === 1 ? input : JSON.parse(input),
          can,
        );
        if ((typeof value === 'object' && value !== null) || typeof value === 'function') {
          const { then } = value as { then?: unknown };
          if (typeof then === 'function') {
            Promise.resolve(value).then(
              (settled) => finish(id, run, settled),
              (error: unknown) => fail(id, run, thrown(error)),
            );
            return;
          }
        }
        finish(id, run, value);
      } catch (error) {
        fail(id, run, thrown(error));
      }
    },
    settle: (id, asked, ok, text) => {
      const run = runs.get(id);
      const waiting = run?.waiting.get(asked);
      if (run === undefined || waiting === undefined) return;
      run.waiting.delete(asked);
      if (ok === 1) return waiting.resolve(text === '' ? undefined : JSON.parse(text));
      const told = JSON.parse(text) as Readonly<Record<'code' | 'text', string>>;
      const error = Object.assign(new Error(told.text), { code: told.code });
      Reflect.deleteProperty(error, 'stack');
      refused.set(error, asked);
      waiting.reject(error);
    },
    forget: (id) => {
      const run = runs.get(id);
      if (run !== undefined) run.over = true;
      runs.delete(id);
    },
  };
};
