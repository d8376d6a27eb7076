import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HIDDEN, newMatcher } from './match.ts';

const secret = 'S3cr3t/+ü "x"\\y~(z)';
const bytes = Buffer.from(secret);
const encodings: Readonly<Record<string, string>> = {
  plain: secret,
  'JSON text': JSON.stringify({ a: secret }),
  'JSON in JSON': JSON.stringify(JSON.stringify(secret)),
  'JSON with escaped slashes': JSON.stringify(secret).replaceAll('/', '\\/'),
  URL: encodeURIComponent(secret),
  'URL in lower case': encodeURIComponent(secret).replaceAll(/%../g, (e) => e.toLowerCase()),
  form: new URLSearchParams({ a: secret }).toString(),
  base64: bytes.toString('base64'),
  base64url: bytes.toString('base64url'),
  hex: bytes.toString('hex'),
  'upper hex': bytes.toString('hex').toUpperCase(),
  'basic credential': Buffer.from(`user:${secret}`).toString('base64'),
  'base64 of JSON': Buffer.from(JSON.stringify({ token: 'x', ab: 1 }) + secret + 'tail').toString('base64'),
};

describe('a known value is found', () => {
  const matcher = newMatcher([secret]);
  test.each(Object.entries(encodings))('as %s', (_name, text) => {
    const made = matcher.redact(`before ${text} after`);
    expect(made).toContain(HIDDEN);
    expect(matcher.finds(text)).toBe(true);
    expect(matcher.finds(made)).toBe(false);
  });

  test('at every alignment of base64, whatever stands around it', () => {
    for (let before = 0; before < 6; before++) {
      for (const after of ['', 'x', 'xy', 'xyz']) {
        const text = Buffer.from('p'.repeat(before) + secret + after).toString('base64');
        const left = Buffer.from(matcher.redact(text).replaceAll(HIDDEN, ''), 'base64').toString('latin1');
        expect(left.includes('3cr3t')).toBe(false);
      }
    }
  });
});

test('clean text is returned as it is; short values and no values match nothing', () => {
  const text = 'a perfectly clean text';
  expect(newMatcher([secret]).redact(text)).toBe(text);
  expect(newMatcher([]).redact(text)).toBe(text);
  expect(newMatcher(['', 'clean', 'a']).redact(text)).toBe(text);
  expect(newMatcher(['perfec']).redact(text)).toBe('a [hidden]tly clean text');
});

test('MA1 the longest value at a place is taken, and neighbours are found one after the other', () => {
  const matcher = newMatcher(['abcdef', 'abcdefghij', 'ghijkl']);
  expect(matcher.redact('abcdefghijkl')).toBe('[hidden]kl');
  expect(matcher.redact('abcdefabcdefXghijkl')).toBe('[hidden][hidden]X[hidden]');
});

test('the lines of a private key are found one by one', () => {
  const line = (c: string): string => c.repeat(64);
  const pem = `-----BEGIN PRIVATE KEY-----\n${line('A')}\n${line('B')}\n-----END PRIVATE KEY-----\n`;
  const matcher = newMatcher([pem]);
  expect(matcher.redact(`x ${line('B')} y`)).toBe('x [hidden] y');
  expect(matcher.redact(`x ${pem} y`)).toBe('x [hidden] y');
  expect(matcher.redact(JSON.stringify({ pem }))).toBe('{"pem":"[hidden]"}');
});

const value = fc.oneof(
  fc.string({ minLength: 6, maxLength: 12, unit: fc.constantFrom('a', 'b') }),
  fc.string({ minLength: 6, maxLength: 90, unit: 'binary' }),
  fc.constant('a'.repeat(200)),
  fc.constant(secret),
);
const encode = fc.constantFrom<(v: string) => string>(
  (v) => v,
  (v) => JSON.stringify(v),
  (v) => Buffer.from(v).toString('base64'),
  (v) => Buffer.from(v).toString('hex'),
  (v) => v.slice(0, -1),
  (v) => v.slice(0, 70),
  (v) => encodeURIComponent(v.replaceAll(/[\ud800-\udfff]/g, '')),
);
const noise = fc.oneof(fc.string({ maxLength: 8 }), fc.string({ maxLength: 30, unit: fc.constantFrom('a', 'b') }));

test('MA3 cutting a text into chunks changes nothing', () => {
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 4 }),
      fc.array(fc.tuple(noise, fc.nat(3), encode), { maxLength: 6 }),
      fc.array(fc.nat(40), { maxLength: 30 }),
      (values, parts, sizes) => {
        const text = parts.map(([before, which, as]) => before + as(values[which % values.length] ?? '')).join('');
        const matcher = newMatcher(values);
        const window = matcher.window();
        let made = '';
        let from = 0;
        for (const size of sizes) {
          made += window.push(text.slice(from, from + size));
          from += size;
        }
        made += window.push(text.slice(from)) + window.end();
        expect(made).toBe(matcher.redact(text));
      },
    ),
    { numRuns: 500 },
  );
});

test('no known value is left in what comes out, in any form, whatever stands around it', () => {
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 3 }),
      fc.array(fc.tuple(noise, fc.nat(2)), { minLength: 1, maxLength: 5 }),
      (values, parts) => {
        const text = parts.map(([before, which]) => `${before}|${values[which % values.length]}|`).join('');
        const left = newMatcher(values).redact(text).split(HIDDEN);
        expect(values.some((v) => left.some((piece) => piece.includes(v)))).toBe(false);
      },
    ),
  );
});

test('a window lets go at once of what cannot become a value, and holds what can', () => {
  const window = newMatcher(['topsecret']).window();
  expect(window.push('data: hello\n\n')).toBe('data: hello\n\n');
  expect(window.push('data: tops')).toBe('data: ');
  expect(window.push('ecr')).toBe('');
  expect(window.push('et!')).toBe('[hidden]!');
  expect(window.push('top')).toBe('');
  expect(window.end()).toBe('top');
});

test('MA2 time is linear in the text, even for values and texts that repeat themselves', () => {
  const matcher = newMatcher(['a'.repeat(16_000), `${'a'.repeat(9_000)}b`, 'ab'.repeat(3_000)]);
  const begun = performance.now();
  matcher.redact('a'.repeat(300_000));
  matcher.redact(`${'a'.repeat(63)}c`.repeat(5_000));
  matcher.redact('ab'.repeat(150_000));
  const window = matcher.window();
  for (let i = 0; i < 300; i++) window.push('a'.repeat(1000));
  window.end();
  expect(performance.now() - begun).toBeLessThan(3000);
});
