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

  test('twin: is left when it holds none, is broken, or has another form than gzip', () => {
    for (const text of [packed('nothing of it'), packed(value).slice(0, -12), deflateSync(value).toString('base64')])
      expect(known.redact(text)).toBe(text);
  });

  test('PK1 bombs and thousands of beginnings cost no more than a moment', () => {
    const bomb = packed('a'.repeat(50_000_000));
    const begun = process.cpuUsage();
    expect(known.redact(bomb)).toBe(bomb);
    known.redact(`${packed('none')} `.repeat(20_000));
    known.redact('H4sI'.repeat(250_000));
    expect(process.cpuUsage(begun).user / 1000).toBeLessThan(2_000);
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
  expect(methods).toEqual(['constructor', 'frames', 'hides', 'learn', 'redact', 'window']);
  expect(Object.keys(known)).toEqual([]);
  expect(JSON.stringify(known)).toBe('{}');
});
