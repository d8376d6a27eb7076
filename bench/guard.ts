/**
 * What the guard costs, beside floors: `node --conditions=headgate-source bench/guard.ts [--json] [--rounds N]`.
 *
 * 1 MB of JSON as an API gives it (ids in hex, names, addresses, URLs, times, sentences), clean; 500 known secrets of 32
 * random characters, each looked for in all its forms, and all shapes of keys, in one pass. Floors, over the same text:
 * copying its bytes; `Buffer.indexOf` for the 500 values as they are, one after the other; one regular expression of the
 * 500 values as they are. Contenders take turns over the rounds; best and median are printed, since other work on the
 * machine only ever takes time away. Small texts are measured in nanoseconds a call.
 */

import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { KnownValues } from '../packages/server/src/engine/known.ts';

const { values: options } = parseArgs({
  options: { json: { type: 'boolean' }, rounds: { type: 'string', default: '60' } },
});
const ROUNDS = Number(options.rounds);
const SECRETS = 500;

/** The same bytes in every run: chained hashes. */
let state = createHash('sha256').update('headgate guard bench').digest();
const random = (length: number): Buffer => {
  const parts: Buffer[] = [];
  for (let made = 0; made < length; made += state.length) {
    state = createHash('sha256').update(state).digest();
    parts.push(state);
  }
  return Buffer.concat(parts).subarray(0, length);
};
const number = (below: number): number => random(4).readUInt32LE() % below;
const WORDS = 'the order of this customer was paid and is on its way since monday with a note about delivery'.split(
  ' ',
);
const words = (count: number): string => Array.from({ length: count }, () => WORDS[number(WORDS.length)]).join(' ');
const items: unknown[] = [];
for (let size = 0; size < 1_000_000; ) {
  const item = {
    id: random(8).toString('hex'),
    name: words(2),
    email: `user${number(100_000)}@example.com`,
    url: `https://api.example.com/v1/items/${number(1_000_000)}?page=${number(9)}`,
    price: number(1_000_000) / 100,
    at: new Date(1_700_000_000_000 + number(2 ** 31)).toISOString(),
    note: words(12),
  };
  items.push(item);
  size += JSON.stringify(item).length + 1;
}
const text = JSON.stringify(items);
const secrets = Array.from({ length: SECRETS }, () => random(24).toString('base64url'));

const guard = new KnownValues();
const built = performance.now();
await guard.learn(secrets);
const build = performance.now() - built;
const repeating = new KnownValues();
await repeating.learn([...secrets, 'ab'.repeat(50)]);

const bytes = Buffer.from(text);
const copy = Buffer.alloc(bytes.length);
const needles = secrets.map((secret) => Buffer.from(secret));
const pattern = new RegExp(secrets.join('|'), 'g');
/** The worst a caller can do who knows a key that repeats itself: nothing but that key. */
const hostile = Buffer.from('ab'.repeat(500_000)).toString();
const latin = `${text.slice(0, -1)},"é"]`;
const blob = JSON.stringify({ file: random(750_000).toString('base64') });

const contenders: Readonly<Record<string, () => unknown>> = {
  'the guard: 500 secrets, all forms and shapes': () => guard.redact(text),
  'the same, one character beyond ASCII': () => guard.redact(latin),
  'the same over one base64 text': () => guard.redact(blob),
  'the same in chunks of 16 KB': () => {
    const window = guard.window();
    for (let at = 0; at < text.length; at += 16_384) window.push(text.slice(at, at + 16_384));
    return window.end();
  },
  'the worst: 1 MB of a key of 100 characters that repeats itself': () => repeating.redact(hostile),
  'floor: memcpy': () => bytes.copy(copy),
  'floor: Buffer.indexOf, 500 values as they are': () => needles.reduce((found, one) => found + bytes.indexOf(one), 0),
  'floor: one RegExp of 500 values as they are': () => text.replace(pattern, ''),
};

const took = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, run] of Object.entries(contenders)) {
    // The slow floors need fewer turns to settle.
    if (name.startsWith('floor: ') && name !== 'floor: memcpy' && round % 10 !== 0) continue;
    const begun = performance.now();
    run();
    took.get(name)?.push(performance.now() - begun);
  }
}

const perCall = (one: string): number => {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 20; round++) {
    const begun = performance.now();
    for (let i = 0; i < 5_000; i++) guard.redact(one);
    best = Math.min(best, ((performance.now() - begun) * 1e6) / 5_000);
  }
  return best;
};

const speeds = [...took].map(([name, times]) => {
  const sorted = times.toSorted((a, b) => a - b);
  const speed = (ms: number | undefined): number => text.length / (ms ?? Number.NaN) / 1000;
  return { name, best: speed(sorted[0]), median: speed(sorted[sorted.length >> 1]) };
});
const calls = [100, 1_000, 4_000].map((length) => ({
  length,
  ns: perCall(JSON.stringify({ note: words(length / 5) }).slice(0, length)),
}));

if (options.json === true) console.log(JSON.stringify({ speeds, calls, build }));
else {
  for (const { name, best, median } of speeds)
    console.log(`${name.padEnd(48)} ${best.toFixed(0).padStart(6)} MB/s best ${median.toFixed(0).padStart(6)} median`);
  for (const { length, ns } of calls)
    console.log(`${`a clean text of ${length} characters`.padEnd(48)} ${ns.toFixed(0).padStart(6)} ns`);
  console.log(`${'taking up 500 secrets'.padEnd(48)} ${build.toFixed(0).padStart(6)} ms`);
}
