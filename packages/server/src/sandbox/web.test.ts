/**
 * What code finds of the web and of Node besides the language behaves as it does in Node: the same in both engines, asked
 * of many addresses, texts and bytes at a time.
 */

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Jail, openJail } from './jail.ts';
import { ENGINES, runs, SMALL } from './testing/jobs.ts';

let jail: Jail;
beforeAll(() => {
  jail = openJail();
});
afterAll(() => jail.close());

const PARTS = ['href', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'];

/** Each of these is a function of one JSON value, evaluated here and there: as text in the jail, as itself in Node. */
const url = (cases: readonly (readonly [string, string | null, string, string])[]): unknown[] => {
  const names = [
    'href',
    'origin',
    'protocol',
    'username',
    'password',
    'host',
    'hostname',
    'port',
    'pathname',
    'search',
  ];
  const told = (u: URL): unknown[] => [
    ...[...names, 'hash'].map((name) => u[name as 'href']),
    String(u),
    u.toJSON(),
    [...u.searchParams],
  ];
  return cases.map(([text, base, part, value]) => {
    const can = base === null ? URL.canParse(text) : URL.canParse(text, base);
    const parsed = base === null ? URL.parse(text) : URL.parse(text, base);
    try {
      const u = base === null ? new URL(text) : new URL(text, base);
      const before = told(u);
      let set = 'set';
      try {
        (u as unknown as Record<string, string>)[part] = value;
      } catch (error) {
        set = (error as Error).name;
      }
      const between = told(u);
      u.searchParams.append(value, text);
      u.searchParams.sort();
      return [can, parsed?.href, before, set, between, told(u)];
    } catch (error) {
      const { name, message, code, input } = error as Error & { code?: string; input?: string };
      return [can, parsed, name, message, code, input];
    }
  });
};

const query = (cases: readonly (readonly [string, string])[]): unknown[] =>
  cases.map(([text, other]) => {
    const q = new URLSearchParams(text);
    const seen: unknown[] = [
      [...q],
      String(q),
      q.size,
      q.get(other),
      q.getAll(other),
      q.has(other),
      q.has(other, text),
    ];
    q.append(other, text);
    q.append('a', other);
    q.set('a', text);
    seen.push(String(q));
    q.delete(other, other);
    seen.push(String(q));
    q.delete('a');
    q.sort();
    q.forEach((value, name, self) => seen.push([name, value, self === q]));
    seen.push([...q.keys()], [...q.values()], [...q.entries()], String(new URLSearchParams(q)));
    seen.push(String(new URLSearchParams({ [text]: other, b: text })), String(new URLSearchParams([[other, text]])));
    return seen;
  });

const text = (cases: readonly (readonly [string, number])[]): unknown[] =>
  cases.map(([given, room]) => {
    const bytes = new TextEncoder().encode(given);
    const into = new Uint8Array(room);
    const tried = (act: () => unknown): unknown => {
      try {
        return act();
      } catch (error) {
        return [(error as Error).name, (error as { code?: unknown }).code];
      }
    };
    return [
      [...bytes],
      new TextEncoder().encodeInto(given, into),
      [...into],
      new TextDecoder().decode(bytes),
      tried(() => btoa(given)),
      tried(() => atob(given)),
      tried(() => atob(btoa([...given].filter((sign) => sign <= '\u00ff').join('')))),
    ];
  });

const bytes = (cases: readonly (readonly [readonly number[], number])[]): unknown[] =>
  cases.map(([list, cut]) => {
    const all = new Uint8Array(list);
    const stream = new TextDecoder('utf-8', { ignoreBOM: cut % 2 === 1 });
    const parts = [all.subarray(0, cut), all.subarray(cut, cut + 1), all.subarray(cut + 1)];
    const pieces = parts.map((part) => stream.decode(part, { stream: true }));
    const tried = (act: () => unknown): unknown => {
      try {
        return act();
      } catch (error) {
        return [(error as Error).name, (error as { code?: unknown }).code];
      }
    };
    return [
      new TextDecoder().decode(all),
      new TextDecoder('utf8', { ignoreBOM: true }).decode(all.buffer),
      tried(() => new TextDecoder(' UTF-8 ', { fatal: true }).decode(new DataView(all.buffer))),
      pieces.join('') + stream.decode(),
      // It begins anew after the end.
      stream.decode(all),
    ];
  });

const clone = (cases: readonly unknown[]): unknown[] =>
  cases.map((value) => {
    const copy = structuredClone({ value, again: value });
    const same = copy.value === copy.again && (copy.value !== value || typeof value !== 'object' || value === null);
    return [JSON.stringify(copy), same];
  });

const USUAL = [
  'https://a.example/',
  'http://me:pw@Example.COM:80/a/../b/./c?x=1&y=%20+z#frag',
  'https://exämple.com/ü?ö=ß#é',
  'file:///C|/x',
  'FTP://h:21/%7E',
  'data:text/plain, a b ',
  'blob:https://a.example/1',
  'mailto:x@y',
  'http://[::1]:8080/',
  'http://0x7f.1/',
  'http://1.2.3.4.5/',
  'http://a b/',
  'http://a/?q=\ud800',
  '//host/p',
  '../up?#',
  '?only=query',
  '#only',
  '',
  '\t http://x/ \n',
  'http:\\\\a\\b',
  'http://xn--a/',
  'http://faß.de/',
  'non-special://h/p?q',
  'https://a.example:99999/',
  'javascript:alert(1)',
];
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 24 }),
  fc.string({ maxLength: 24 }),
  fc.array(fc.integer({ min: 0xd780, max: 0xe080 }), { maxLength: 6 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(...USUAL),
);
const address = fc.oneof(
  fc.constantFrom(...USUAL),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  anyText,
);
/** What is no right UTF-8 behind `%`, beside signs beyond ASCII, Node reads as no standard says: that is asked apart. */
const wellPercented = (one: string): string => {
  if (!/[\u0080-\uffff]/.test(one)) return one;
  try {
    decodeURIComponent(one);
    return one;
  } catch {
    return one.replaceAll('%', '');
  }
};
const PIECES = ['a', 'b', '=', '&', '+', '%', '%41', '%ff', '%e2%82', '%zz', '?', 'ü', ' ', '\u{1f600}'];
const queryText = fc
  .oneof(
    anyText,
    fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((parts) => parts.join('')),
  )
  .map(wellPercented);
const byte = fc.oneof(
  fc.integer({ min: 0, max: 255 }),
  fc.constantFrom(0xef, 0xbb, 0xbf, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0xed, 0xa0, 0xc0, 0xf4, 0x90, 0x41),
);

describe.each(ENGINES)('in %s', (engine) => {
  const limits = { ...SMALL, cpuMs: 8_000, wallMs: 20_000, outBytes: 4_000_000, memoryMb: 128 };
  const there = (act: (cases: never[]) => unknown[], cases: readonly unknown[]): Promise<unknown> =>
    runs(jail, act.toString(), {
      engine,
      domain: `web ${engine}`,
      limits,
      input: cases,
    });
  const same = async <T>(act: (cases: readonly T[]) => unknown[], one: fc.Arbitrary<T>): Promise<void> =>
    fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: 20, maxLength: 60 }), async (cases) => {
        // Through JSON, as the jail gets and gives it.
        const given = JSON.parse(JSON.stringify(cases)) as T[];
        expect(await there(act as never, given)).toEqual(JSON.parse(JSON.stringify(act(given))));
      }),
      { numRuns: 30 },
    );

  test('addresses are read, resolved, changed and written as Node does', async () => {
    await expect(
      same(
        url,
        fc.tuple(address, fc.oneof(fc.constant(null), address), fc.constantFrom(...PARTS), fc.oneof(anyText, address)),
      ),
    ).resolves.toBeUndefined();
  }, 60_000);

  test('queries are read, changed, sorted and written as Node does', async () => {
    await expect(same(query, fc.tuple(queryText, queryText))).resolves.toBeUndefined();
  }, 60_000);

  test('texts become bytes and base64 as in Node', async () => {
    await expect(
      same(text, fc.tuple(fc.oneof(anyText, fc.base64String({ maxLength: 16 })), fc.integer({ min: 0, max: 12 }))),
    ).resolves.toBeUndefined();
  }, 60_000);

  test('bytes become text as in Node, at once and in pieces, right or wrong', async () => {
    await expect(
      same(bytes, fc.tuple(fc.array(byte, { maxLength: 40 }), fc.integer({ min: 0, max: 20 }))),
    ).resolves.toBeUndefined();
  }, 60_000);

  test('data is cloned as in Node', async () => {
    await expect(same(clone, fc.jsonValue({ maxDepth: 4 }))).resolves.toBeUndefined();
  }, 60_000);

  const run = (main: string): Promise<unknown> => runs(jail, main, { engine, domain: `web ${engine}`, limits });

  test('a query and its address are one: who changes the one changes the other, also while going through it', async () => {
    const main = `() => {
      const u = new URL('https://a.example/p?b=2&a=1');
      const q = u.searchParams;
      const out = [q === u.searchParams];
      q.sort(); q.append('c', 'x y'); out.push(u.href);
      u.search = '?z=9'; out.push([...q], q.size);
      u.href = 'https://b.example/?k=v'; out.push([...q]);
      q.delete('k'); out.push(u.href);
      q.append('n', 0);
      for (const [name] of q) if (q.size < 4) q.append(name + 'n', null);
      out.push(u.search);
      try { u.href = 'nonsense'; } catch (e) { out.push([e.name, e.message, e.code, e.input, e instanceof TypeError]); }
      try { 'use strict'; u.origin = 'x'; } catch (e) { out.push(e.name); }
      return out;
    }`;
    expect(await run(main)).toEqual([
      true,
      'https://a.example/p?a=1&b=2&c=x+y',
      [['z', '9']],
      1,
      [['k', 'v']],
      'https://b.example/',
      '?n=0&nn=null&nnn=null&nnnn=null',
      ['TypeError', 'Invalid URL', 'ERR_INVALID_URL', 'nonsense', true],
      // A script, unlike what is compiled from a module, is not strict by itself; the setter is not there at all.
      expect.stringMatching(/TypeError/),
    ]);
  });

  test('they look as those of Node: names, tags, what is listed, classes made of them', async () => {
    const look = `() => {
      const own = (o) => Object.getOwnPropertyNames(o).filter((n) => n !== 'constructor' && n !== 'prototype' && n !== 'length' && n !== 'name').sort();
      const listed = (o) => { const all = []; for (const n in o) all.push(n); return all.sort(); };
      const tag = (o) => Object.prototype.toString.call(o);
      class Api extends URL { get api() { return this.pathname + '!'; } toString() { return 'mine'; } }
      const api = new Api('https://a.example/v1');
      const q = new URLSearchParams('a=1');
      return [
        [URL, URLSearchParams, TextEncoder, TextDecoder].map((k) => [k.name, listed(k.prototype)]),
        [api, q, q.keys(), new TextEncoder(), new TextDecoder()].map(tag),
        [api.api, String(api), api.href, api instanceof URL, JSON.stringify({ api })],
        q[Symbol.iterator] === q.entries, typeof q.keys()[Symbol.iterator], [...q.entries().map(([n]) => n)],
        [structuredClone.name, atob.name, btoa.name],
      ];
    }`;
    // oxlint-disable-next-line no-eval -- the same text, evaluated in Node
    const here = (0, eval)(look) as () => unknown;
    expect(await run(look)).toEqual(JSON.parse(JSON.stringify(here())));
  });

  test('clones hold what Node’s hold: dates, maps, sets, bytes, errors, cycles, what is held twice; and refuse what is no data', async () => {
    const main = `() => {
      const shared = { n: 1 };
      const cycle = { list: [1, , 3], shared, twice: shared, date: new Date(5), re: /a(b)/gi, big: 2n ** 70n };
      cycle.self = cycle;
      cycle.map = new Map([[shared, new Set([cycle, 'x'])]]);
      const bytes = new Uint8Array([9, 8, 7, 6]);
      cycle.views = [bytes.subarray(1, 3), new DataView(bytes.buffer, 2), bytes.buffer];
      cycle.error = Object.assign(new RangeError('far', { cause: shared }), { extra: 1 });
      cycle.boxes = [Object(1), Object('s'), Object(true), Object(3n)];
      Object.defineProperty(cycle, '__proto__', { value: 'own', enumerable: true });
      cycle.toString = 'over';
      class Point { constructor() { this.x = 1; } get y() { return 2; } }
      cycle.point = new Point();
      const c = structuredClone(cycle);
      bytes[2] = 0; shared.n = 2;
      const refused = [() => 1, Symbol('s'), new WeakMap(), new URL('http://a/'), new URLSearchParams(), Promise.resolve(1), { deep: [{ f() {} }] }]
        .map((v) => { try { structuredClone(v); return 'cloned'; } catch (e) { return [e.name, e.code]; } });
      const buffer = new ArrayBuffer(4);
      const moved = structuredClone({ b: buffer, v: new Uint8Array(buffer, 1) }, { transfer: [buffer] });
      return [
        c !== cycle, c.self === c, c.shared === c.twice, c.shared.n, [...c.map.keys()][0] === c.shared, [...[...c.map.values()][0]].map((v) => v === c || v),
        1 in c.list, c.list.length, c.date.getTime(), [c.re.source, c.re.flags], String(c.big),
        [...c.views[0]], c.views[1].getUint8(0), c.views[0].buffer === c.views[2], c.views[1].buffer === c.views[2],
        [c.error.name, c.error.message, c.error.cause === c.shared, 'extra' in c.error, c.error instanceof RangeError],
        c.boxes.map((b) => [typeof b, String(b)]), Object.getOwnPropertyDescriptor(c, '__proto__').value, Object.getPrototypeOf(c) === Object.prototype, c.toString,
        [c.point instanceof Point, Object.keys(c.point)], refused, buffer.byteLength, moved.b.byteLength, moved.v.buffer === moved.b, moved.v.length,
      ];
    }`;
    // oxlint-disable-next-line no-eval -- the same text, evaluated in Node
    const here = (0, eval)(main) as () => unknown;
    expect(await run(main)).toEqual(JSON.parse(JSON.stringify(here())));
  });

  test('an address is a text to host functions, and to who reads the result', async () => {
    const functions = { echo: (given: unknown) => given };
    const main = "async (i, can) => [await can.echo(new URL('http://a/b?c')), new URL('http://a/d')]";
    expect(await runs(jail, main, { engine, domain: `web ${engine}`, limits, functions })).toEqual([
      'http://a/b?c',
      'http://a/d',
    ]);
  });

  test('a program that names none of them is made without them, and its start costs nothing more', async () => {
    const names = `Object.getOwnPropertyNames(globalThis).filter((name) => /^(?:U.L|U.LS.*|T.*oder|a.ob|b.oa|struct.*)$/.test(name)).sort()`;
    expect(await run(`() => ${names}`)).toEqual([]);
    expect(await run(`() => ${names}.concat(typeof atob)`)).toEqual([
      'TextDecoder',
      'TextEncoder',
      'atob',
      'btoa',
      'function',
    ]);
    const all = 'TextDecoder TextEncoder URL URLSearchParams atob btoa structuredClone'.split(' ');
    expect(await run(`() => ${names}.concat(typeof URL, typeof structuredClone)`)).toEqual([
      ...all,
      'function',
      'function',
    ]);
  });

  test('where Node differs from the standard it is the standard that counts', async () => {
    const main = `() => [
      [...new URLSearchParams('%\u{1f600}%41&%ffü')],
      [new TextDecoder(), new TextEncoder()].map((one) => { try { structuredClone(one); } catch (e) { return e.name; } }),
    ]`;
    expect(await run(main)).toEqual([
      [
        ['%\u{1f600}A', ''],
        ['\ufffdü', ''],
      ],
      ['DataCloneError', 'DataCloneError'],
    ]);
  });

  test('data may be nested deeper than the stack of an engine', async () => {
    const main = `() => { let deep = {}; for (let i = 0; i < 50_000; i += 1) deep = { deep };
      let copy = structuredClone(deep); let n = 0; while (copy.deep) { copy = copy.deep; n += 1; } return n; }`;
    expect(await run(main)).toBe(50_000);
  });

  test('what is not offered says so: another encoding, a symbol for a text, a call without what it needs', async () => {
    const tries = `[
      () => new TextDecoder('utf-16le'), () => new TextEncoder().encode(Symbol()), () => URL('http://a/'), () => new URL(), () => new URL(Symbol()),
      () => new URLSearchParams([['a']]), () => new URLSearchParams().append('a'), () => new URLSearchParams({ [Symbol()]: 1 }),
      () => URLSearchParams.prototype.get.call({}, 'a'), () => structuredClone(), () => new TextDecoder().decode('text'), () => new URLSearchParams().forEach(1),
      () => Object.getOwnPropertyDescriptor(URL.prototype, 'href').get.call({}), () => new TextEncoder().encodeInto('a', []), () => new TextDecoder('utf-8', 1),
    ].map((act) => { try { return ['none', act()]; } catch (e) { return e.name; } })`;
    const names = (await run(`() => ${tries}`)) as unknown[];
    expect(names).toEqual(['RangeError', ...new Array<string>(14).fill('TypeError')]);
  });
});
