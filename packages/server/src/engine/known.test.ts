import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { KnownValues } from './known.ts';

const value = 'canary-9b1f6a70c4e25d38-Zq';
const known = new KnownValues();
await known.learn([{ name: 'canary', value }, 'a-value-without-a-name']);
const packed = (text: string): string => gzipSync(text).toString('base64');

describe('SEC-02 what was compressed and written in base64', () => {
  test('is hidden when it holds a secret, whatever else it holds', () => {
    for (const text of [
      value,
      JSON.stringify({ a: [value] }),
      `${'x'.repeat(5000)}${value}`,
      Buffer.from(value).toString('hex'),
    ]) {
      expect(known.redact(`{"a":"${packed(text)}"}`)).toBe('{"a":"[secret canary]"}');
      expect(known.redact(gzipSync(text).toString('base64url'))).toBe('[secret canary]');
    }
  });

  test('is hidden when it comes in pieces', () => {
    const text = `a ${packed(value)} b`;
    const window = known.window();
    let made = '';
    for (const unit of text.split('')) made += window.push(unit);
    expect(made + window.end()).toBe('a [secret canary] b');
  });

  test('is hidden when it is cut off, or lies in another one', () => {
    const cut = packed(value).slice(0, -12);
    for (const text of [cut, packed(packed(value)), packed(packed(packed(value)))])
      expect(known.redact(text)).toBe('[secret canary]');
  });

  test('twin: is left when it holds none, is broken from the beginning, or has another form than gzip', () => {
    const broken = `H4sI${'A'.repeat(40)}`;
    const inner = packed(`packed again: ${packed('nothing of it')}`);
    for (const text of [packed('nothing of it'), inner, broken, deflateSync(value).toString('base64')])
      expect(known.redact(text)).toBe(text);
  });

  test('PK3 is hidden, whatever it holds, where it cannot be looked into', () => {
    const deep = [1, 2, 3, 4].reduce((inner) => packed(inner), 'nothing of it');
    const large = packed('a'.repeat(50_000_000));
    for (const text of [deep, large]) expect(known.redact(`<${text}>`)).toBe('<[packed]>');
    const decoys = `H4sI${'A'.repeat(24)} `;
    expect(known.redact(`${decoys.repeat(33)}${packed(value)}`)).toBe(`${decoys.repeat(33)}[secret canary]`);
    expect(known.redact(`${decoys.repeat(1_200)}${packed(value)}`)).toMatch(/\[packed\]$/);
  });

  test('PK1 DOS-07 packed in packed, bombs and thousands of beginnings cost no more than plain text of some size', () => {
    // The least of three: a collection of the heap in the middle of one says nothing of the text.
    const cost = (act: () => void): number =>
      Math.min(
        ...[1, 2, 3].map(() => {
          const begun = process.cpuUsage();
          act();
          return process.cpuUsage(begun).user;
        }),
      );
    const plain = '{"a":"some text","b":[1,2,3]} '.repeat(3_000_000);
    known.redact(plain.slice(0, 1_000_000));
    const control = cost(() => void known.redact(plain));
    const nested = [1, 2, 3].reduce((inner) => packed(`${inner} `.repeat(32)), packed('ab '.repeat(350_000)));
    const hostile = [
      packed('a'.repeat(50_000_000)),
      `${packed('none')} `.repeat(20_000),
      'H4sI'.repeat(250_000),
      nested,
      `${nested} `.repeat(10),
    ];
    for (const text of hostile)
      expect(
        cost(() => void known.redact(text)),
        text.slice(0, 40),
      ).toBeLessThan(2 * control);
  });
});

test('a value without a name is hidden without one', () => {
  expect(known.redact('so a-value-without-a-name it is')).toBe('so [secret] it is');
});

test('learning takes the place of all that was known, and shapes are hidden all the same', async () => {
  const again = new KnownValues();
  await again.learn([{ name: 'one', value }]);
  await again.learn([{ name: 'two', value: 'another-value' }]);
  expect(again.redact(`${value} another-value AKIAQ3EGXAMPLE2A4B5C`)).toBe(`${value} [secret two] [key aws]`);
  await again.learn([]);
  expect(again.redact('another-value AKIAQ3EGXAMPLE2A4B5C')).toBe('another-value [key aws]');
});

test('many secrets are taken up in steps, others work between, and the later of two calls counts', async () => {
  const many = Array.from({ length: 300 }, (_, i) => ({ name: `s${i}`, value: `value-number-${i}-of-many` }));
  const guard = new KnownValues();
  let turns = 0;
  const turn = (): void => {
    turns += 1;
    pending = setImmediate(turn);
  };
  let pending = setImmediate(turn);
  const first = guard.learn(many);
  const second = guard.learn(many.slice(0, 290));
  await first;
  clearImmediate(pending);
  expect(turns).toBeGreaterThan(5);
  expect(guard.redact('value-number-289-of-many value-number-295-of-many')).toBe(
    '[secret s289] value-number-295-of-many',
  );
  await second;
});

test('SEC-08 the guard offers no switch and nothing to read', () => {
  const methods = Object.getOwnPropertyNames(KnownValues.prototype).toSorted();
  expect(methods).toEqual(['constructor', 'frames', 'generation', 'hides', 'learn', 'redact', 'window']);
  expect(Object.keys(known)).toEqual([]);
  expect(JSON.stringify(known)).toBe('{}');
});
