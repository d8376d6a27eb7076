/** Hostile code that wants time, memory, calls or room: what each does, and what may come of it. */

const TIME = ['!code.timeout'];
// What counts calls or timers may meet its limit of time first on a machine that is busy: either is a limit of its own.
const CALLS = ['!code.calls', ...TIME];
const MEMORY = ['!code.memory', '!code.timeout', '!code.thrown'];

/** What it is called, what it does, what may come of it. */
export const BOMBS: readonly (readonly [name: string, main: string, codes: readonly string[]])[] = [
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
  [
    'addresses without end',
    "() => { for (let i = 0; ; i += 1) new URL('http://a/' + 'x/../'.repeat(1e4) + i); }",
    TIME,
  ],
  [
    'an address that grows',
    "() => { let u = 'http://a/'; for (;;) u = new URL(u + u.slice(8)).href; }",
    ['!code.thrown', ...TIME, ...MEMORY],
  ],
  [
    'a query that grows',
    "() => { const q = new URL('http://a/').searchParams; for (;;) q.append('ü'.repeat(1e4), ''); }",
    [...TIME, ...MEMORY],
  ],
  [
    'a query that is gone through and grows',
    "() => { const q = new URLSearchParams('a=b'); for (const [n] of q) q.append(n, n); }",
    [...TIME, ...MEMORY],
  ],
  [
    'clones of clones',
    '() => { let a = []; for (;;) a = structuredClone([a, a, structuredClone(a)]); }',
    [...TIME, ...MEMORY],
  ],
  [
    'bytes read as text without end',
    '() => { const b = new Uint8Array(1e6).fill(0xe2); for (;;) new TextDecoder().decode(b); }',
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
  ['host calls without end', 'async (i, can) => { for (;;) can.get(); }', CALLS],
  ['a host call with too large an argument', "(i, can) => can.get('x'.repeat(1e6))", ['!code.output_large']],
  ['timers without end', '() => { for (;;) setTimeout(() => {}, 0); }', CALLS],
  [
    'a timer that calls itself',
    '() => { const f = () => setTimeout(f, 0); f(); return new Promise(() => {}); }',
    CALLS,
  ],
  [
    'promises that wait for each other',
    'async () => { let a, b; a = (async () => { await null; await b; })(); b = (async () => { await a; })(); await b; }',
    ['!code.stuck'],
  ],
];
