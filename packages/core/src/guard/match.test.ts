import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Matcher } from './match.ts';
import { formsOf } from './forms.ts';

const secret = 'S3cr3t/+ü "x"\\y~(z)&';
const bytes = Buffer.from(secret);
const wide = Buffer.from(secret, 'utf16le');
const units = (write: (code: number) => string): string =>
  Array.from({ length: secret.length }, (_, i) => write(secret.charCodeAt(i))).join('');
const hex4 = (code: number): string => code.toString(16).padStart(4, '0');
const encodings: Readonly<Record<string, string>> = {
  plain: secret,
  'JSON text': JSON.stringify({ a: secret }),
  'JSON in JSON': JSON.stringify(JSON.stringify(secret)),
  'JSON with escaped slashes': JSON.stringify(secret).replaceAll('/', '\\/'),
  'JSON in ASCII': JSON.stringify(secret).replaceAll('ü', '\\u00fc'),
  'JSON in ASCII, upper case': JSON.stringify(secret).replaceAll('ü', '\\u00FC'),
  URL: encodeURIComponent(secret),
  'URL in lower case': encodeURIComponent(secret).replaceAll(/%../g, (e) => e.toLowerCase()),
  'URL in a URL': encodeURIComponent(encodeURIComponent(secret)),
  'URL, every byte': bytes.toString('hex').replaceAll(/../g, '%$&'),
  form: new URLSearchParams({ a: secret }).toString(),
  base64: bytes.toString('base64'),
  base64url: bytes.toString('base64url'),
  hex: bytes.toString('hex'),
  'upper hex': bytes.toString('hex').toUpperCase(),
  'hex, spaced': bytes.toString('hex').replaceAll(/../g, '$& '),
  'hex, with colons': bytes.toString('hex').replaceAll(/../g, '$&:'),
  'list of bytes': JSON.stringify(bytes),
  'HTML text': secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;'),
  'unicode escapes': units((c) => `\\u${hex4(c)}`),
  'unicode escapes, upper case': units((c) => `\\u${hex4(c).toUpperCase()}`),
  'unicode escapes in JSON': JSON.stringify(units((c) => `\\u${hex4(c)}`)),
  'byte escapes': bytes.toString('hex').replaceAll(/../g, '\\x$&'),
  'UTF-16 in base64': wide.toString('base64'),
  'UTF-16 in hex': wide.toString('hex'),
  'UTF-16 read as text': wide.toString('latin1').replaceAll('\u00fc\0', 'ü\0'),
  reversed: Array.from(secret).toReversed().join(''),
  'upper case': secret.toUpperCase(),
  'lower case': secret.toLowerCase(),
  'basic credential': Buffer.from(`user:${secret}`).toString('base64'),
  'base64 of JSON': Buffer.from(JSON.stringify({ token: 'x', ab: 1 }) + secret + 'tail').toString('base64'),
};

describe('a known value is found', () => {
  const guard = new Matcher([{ name: 'github', value: secret }]);
  test.each(Object.entries(encodings))('SEC-02 as %s', (_name, text) => {
    const made = guard.redact(`before ${text} after`);
    expect(made).toContain('[secret github]');
    expect(made.startsWith('before ')).toBe(true);
    expect(made.endsWith(' after')).toBe(true);
    expect(made.length).toBeLessThan(60 + text.length - secret.length);
    expect(guard.redact(made)).toBe(made);
  });

  test('SEC-02 twin: what holds no more than a part of it stays as it is', () => {
    for (const text of [
      secret.slice(1),
      secret.slice(0, -1),
      bytes.toString('hex').slice(2),
      'S3cr3t/',
      gzipSync('x').toString('base64'),
    ])
      expect(guard.redact(`before ${text} after`)).toBe(`before ${text} after`);
  });

  test('at every alignment of base64, whatever stands around it', () => {
    for (let before = 0; before < 6; before++) {
      for (const after of ['', 'x', 'xy', 'xyz']) {
        const text = Buffer.from('p'.repeat(before) + secret + after).toString('base64');
        const left = Buffer.from(guard.redact(text).replaceAll('[secret github]', ''), 'base64').toString('latin1');
        expect(left.includes('3cr3t')).toBe(false);
      }
    }
  });
});

const plain = (...values: string[]): Matcher => new Matcher(values.map((value, i) => ({ name: `s${i}`, value })));

test('clean text is returned as it is; values under eight characters and no values match nothing', () => {
  const text = 'a perfectly clean text';
  expect(plain(secret).redact(text)).toBe(text);
  expect(plain().redact(text)).toBe(text);
  expect(plain('', 'clean', 'a', 'perfect', '   text   ').redact(text)).toBe(text);
  expect(plain('perfectl').redact(text)).toBe('a [secret s0]y clean text');
});

test('MA1 RG1 what overlaps is hidden as one, whatever the order; neighbours are hidden one after the other', () => {
  const [one, two, three] = ['abcdefgh', 'abcdefghijkl', 'ijklmnop'] as const;
  for (const guard of [plain(one, two, three), plain(three, two, one)]) {
    expect(guard.redact('abcdefghijklmnop').replaceAll(/\d/g, '')).toBe('[secret s]');
    expect(guard.redact('.abcdefghabcdefghXijklmnop.').replaceAll(/\d/g, '')).toBe('.[secret s][secret s]X[secret s].');
  }
});

test('ND1 a long value that begins within another one is hidden to its end, wherever the text is cut', () => {
  const piece = (seed: number): string =>
    Array.from({ length: 100 }, (_, i) => String.fromCharCode(97 + ((i * i * 7 + i * seed) % 26))).join('');
  const [one, more] = [piece(3), piece(11)];
  const guard = plain(one, one.slice(10) + more);
  const text = `<${one}${more}> and <${one}>`;
  expect(guard.redact(text)).toBe('<[secret s0]> and <[secret s0]>');
  for (let cut = 0; cut < text.length; cut++) {
    const window = guard.window();
    expect(window.push(text.slice(0, cut)) + window.push(text.slice(cut)) + window.end()).toBe(guard.redact(text));
  }
});

test('DOS-06 RP1 a text of nothing but a value that repeats itself is hidden as one, and what breaks it off is not', () => {
  for (const [period, times] of [
    ['a', 100],
    ['ab', 50],
    ['0123456789', 10],
    ['kJ8sd7fHq2mZx0Lw9vBn3Tt5Rr6Yy1Uu4Ii_a', 4],
  ] as const) {
    const guard = plain(period.repeat(times));
    const run = period.repeat(20_000);
    expect(guard.redact(run)).toBe('[secret s0]');
    expect(guard.redact(`${run}!${run}.`)).toBe('[secret s0]![secret s0].');
    const all = period.repeat(times);
    expect(guard.redact(`${run}!${all}?${all.slice(0, -1)}`)).toMatch(/^\[secret s0\]!\[secret s0\]\?/);
  }
  const guard = plain('ab'.repeat(50), `${'ab'.repeat(60)}c${'d'.repeat(80)}`);
  const tail = `c${'d'.repeat(80)}`;
  expect(guard.redact(`${'ab'.repeat(5_000)}${tail}.`)).toMatch(/^\[secret s[01]\]\.$/);
}, 5_000);

test('labels tell the name and no length; a name that would tell the value is not shown', () => {
  const guard = new Matcher([
    { name: 'short', value: 'a1b2c3d4' },
    { name: 'long', value: 'x'.repeat(5000) + 'y' },
    { name: 'password1', value: 'password1' },
    { name: 'mean', value: '[secret]' },
  ]);
  expect(guard.redact('a1b2c3d4')).toBe('[secret short]');
  expect(guard.redact(`${'x'.repeat(5000)}y`)).toBe('[secret long]');
  expect(guard.redact('my password1')).toBe('my [secret]');
  expect(guard.redact('a [secret]')).toBe('a [secret mean]');
});

test("another workspace's secret is hidden, and its name is not told", () => {
  const guard = new Matcher([{ name: 'github', value: 'a1b2c3d4e5f6', workspace: 'one' }]);
  expect(guard.redact('a1b2c3d4e5f6', { workspace: 'one' })).toBe('[secret github]');
  expect(guard.redact('a1b2c3d4e5f6', { workspace: 'two' })).toBe('[secret]');
  expect(guard.redact('a1b2c3d4e5f6')).toBe('[secret github]');
});

test('a shape that is revealed by name is left, all others are hidden, and so are known values', () => {
  const jwt =
    'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';
  const aws = 'AKIAQ3EGXAMPLE2A4B5C';
  const guard = plain('a1b2c3d4e5f6');
  const text = `${jwt} ${aws} a1b2c3d4e5f6`;
  expect(guard.redact(text)).toBe('[key jwt] [key aws] [secret s0]');
  expect(guard.redact(text, { reveal: ['jwt'] })).toBe(`${jwt} [key aws] [secret s0]`);
  expect(plain(jwt).redact(text, { reveal: ['jwt'] })).toBe('[secret s0] [key aws] a1b2c3d4e5f6');
  const window = guard.window({ reveal: ['jwt'] });
  expect(window.push(text) + window.end()).toBe(`${jwt} [key aws] [secret s0]`);
});

test('RG1 a secret that has the shape of a key is shown by its name, and one inside a key hides the whole key', () => {
  const token = `ghp_${'a1B2c3D4'.repeat(5)}`;
  expect(plain(token).redact(`x ${token} y`)).toBe('x [secret s0] y');
  expect(plain('a1B2c3D4a1B2').redact(`x ${token} y`)).toBe('x [secret s0] y');
});

test('the lines of a private key are found one by one, and its beginning when the rest is cut off', () => {
  const line = (c: string): string => c.repeat(64);
  const pem = `-----BEGIN THING-----\n${line('A')}\n${line('B')}\n-----END THING-----\n`;
  const guard = plain(pem);
  expect(guard.redact(`x ${line('B')} y`)).toBe('x [secret s0] y');
  expect(guard.redact(`x ${pem.trim()} y`)).toBe('x [secret s0] y');
  expect(guard.redact(JSON.stringify({ pem: pem.trim() }))).toBe('{"pem":"[secret s0]"}');
  expect(guard.redact(`x ${pem.slice(0, 80)}…`)).toBe('x [secret s0]…');
});

test('SV1 characters beyond one byte neither hide a value nor look like one', () => {
  const guard = plain('пароль-одно', 'a1b2c3d4');
  expect(guard.redact('мой пароль-одно тут')).toBe('мой [secret s0] тут');
  expect(guard.redact('Ж a1b2c3d4 Ж')).toBe('Ж [secret s1] Ж');
  const alike = String.fromCharCode(...Array.from('a1b2c3d4', (c) => c.charCodeAt(0) + 0x400));
  expect(guard.redact(alike)).toBe(alike);
});

test('SV2 a value is found wherever it stands in a long text, over the borders of pieces too', () => {
  const guard = plain('a1b2c3d4', 'long-value-of-more-than-fifteen');
  for (let at = 65_536 - 40; at < 65_536 + 10; at++)
    for (const value of [
      'a1b2c3d4',
      'long-value-of-more-than-fifteen',
      'AKIAQ3EGXAMPLE2A4B5C',
      'Basic dXNlcjpwYXNzd29yZA==',
    ]) {
      const text = `${'. '.repeat(40_000).slice(0, at)}${value} ${'. '.repeat(500)}`;
      expect(guard.redact(text)).not.toContain(value.slice(-8));
    }
});

const letters = (chars: string, minLength: number, maxLength: number) =>
  fc.string({ minLength, maxLength, unit: fc.constantFrom(...chars) });
const token = letters('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-', 40, 90);
const value = fc.oneof(
  letters('ab', 8, 14),
  letters('abé"\\/ &%\n', 8, 90),
  fc.string({ minLength: 8, maxLength: 90, unit: 'binary' }),
  fc.constant('a'.repeat(200)),
  fc.constant(secret),
  token,
);
const shape = fc.oneof(
  token.map((t) => `ghp_${t.replaceAll(/[_-]/g, 'x')}`),
  token.map((t) => ` sk-${t}1`),
  token.map((t) => `eyJ${t}.${t}.${t}`),
  token.map((t) => `postgres://me:${t}@host`),
  token.map((t) => `Bearer ${t}7`),
  token.map((t) => `-----BEGIN PRIVATE KEY-----\n${t.replaceAll(/[_-]/g, 'x')}\n-----END PRIVATE KEY-----`),
  fc.constantFrom(
    'AKIAQ3EGXAMPLE2A4B5C',
    'SG.abcdefghijklmnopqrst.abcdefghijklmnopqrst',
    'AccountKey=',
    'eyJ',
    '://',
    'sk-',
    'Basic ',
  ),
);
const encode = fc.constantFrom<(v: string) => string>(
  (v) => v,
  (v) => JSON.stringify(v),
  (v) => Buffer.from(v).toString('base64'),
  (v) => Buffer.from(v).toString('hex'),
  (v) => v.slice(0, -1),
  (v) => v.slice(1),
  (v) => v.slice(0, 70),
  (v) => encodeURIComponent(v.replaceAll(/[\ud800-\udfff]/g, '')),
);
const noise = fc.oneof(
  fc.string({ maxLength: 8 }),
  letters('ab ', 0, 30),
  fc.string({ maxLength: 20, unit: 'binary' }),
  shape,
);
const sample = fc.tuple(
  fc.array(value, { minLength: 1, maxLength: 4 }),
  fc.array(fc.tuple(noise, fc.nat(3), encode), { maxLength: 6 }),
);
const textOf = (
  values: readonly string[],
  parts: readonly (readonly [string, number, (v: string) => string])[],
): string => parts.map(([before, which, as]) => before + as(values[which % values.length] ?? '')).join('');

test('MA3 cutting a text into chunks changes nothing', () => {
  fc.assert(
    fc.property(sample, fc.array(fc.nat(40), { maxLength: 30 }), ([values, parts], sizes) => {
      const text = textOf(values, parts);
      const guard = plain(...values);
      const window = guard.window();
      let made = '';
      let from = 0;
      for (const size of sizes) {
        made += window.push(text.slice(from, from + size));
        from += size;
      }
      made += window.push(text.slice(from)) + window.end();
      expect(made).toBe(guard.redact(text));
    }),
    { numRuns: 600 },
  );
});

test('MA3 a value that repeats itself ends where it ends, wherever it was cut', () => {
  const guard = plain('a'.repeat(200));
  const text = `aaaaaaa${'61'.repeat(200)}6${'a'.repeat(200)}`;
  expect(guard.redact(text)).toBe('aaaaaaa[secret s0]6[secret s0]');
  for (let cut = 0; cut < text.length; cut++) {
    const window = guard.window();
    expect(window.push(text.slice(0, cut)) + window.push(text.slice(cut)) + window.end()).toBe(guard.redact(text));
  }
});

test('MA3 cutting it into single characters changes nothing either', () => {
  fc.assert(
    fc.property(sample, ([values, parts]) => {
      const text = textOf(values, parts);
      const guard = plain(...values);
      const window = guard.window();
      let made = '';
      for (const unit of text.split('')) made += window.push(unit);
      expect(made + window.end()).toBe(guard.redact(text));
    }),
    { numRuns: 200 },
  );
});

test('every form of every value is found, whatever stands around it', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), noise, noise, (values, before, after) => {
      const guard = plain(...values);
      for (const one of values)
        for (const form of formsOf(one)) expect(guard.redact(`${before}${form}${after}`)).not.toContain(form);
    }),
    { numRuns: 100 },
  );
});

test('redacting twice changes nothing more, and what is not hidden is as it was', () => {
  fc.assert(
    fc.property(sample, ([values, parts]) => {
      // A value made of what labels are made of would be found in them.
      fc.pre(!values.some((one) => /^[[\]secrtkyhidn0-9 ]*$/i.test(one)));
      const text = textOf(values, parts);
      const once = plain(...values).redact(text);
      let at = 0;
      for (const piece of once.split(/\[(?:secret s\d|secret|hidden|key [a-z]+)\]/)) {
        const found = text.indexOf(piece, at);
        expect(found).not.toBe(-1);
        at = found + piece.length;
      }
    }),
    { numRuns: 200 },
  );
});

test('ordinary text is never changed', () => {
  const words = fc.array(letters('abcdefghijklmnopqrstuvwxyz ,.:"{}[]0123456789', 0, 14), { maxLength: 40 });
  const guard = new Matcher(Array.from({ length: 50 }, (_, i) => ({ name: `s${i}`, value: `S3cr3t-${i}-of-ours` })));
  fc.assert(
    fc.property(words, (parts) => {
      const text = parts.join(' ');
      expect(guard.redact(text)).toBe(text);
    }),
  );
});

test('a window lets go at once of what cannot become a value, and holds what can', () => {
  const window = plain('topsecret').window();
  expect(window.push('data: hello\n\n')).toBe('data: hello\n\n');
  expect(window.push('data: tops')).toBe('data: ');
  expect(window.push('ecr')).toBe('');
  expect(window.push('et!')).toBe('[secret s0]!');
  expect(window.push('top')).toBe('');
  expect(window.end()).toBe('top');
});

test('WN1 a key without an end is not held for ever, and nothing of it leaves', () => {
  const window = plain('a1b2c3d4').window();
  let made = window.push('key: sk-1');
  for (let i = 0; i < 400; i++) made += window.push('abcdefgh12'.repeat(100));
  made += window.push(' over');
  expect(made + window.end()).toBe('key: [key model] over');
});

test('MA2 time is linear in the text, even for values and texts that repeat themselves', () => {
  const guard = plain(
    'a'.repeat(16_000),
    `${'a'.repeat(9_000)}b`,
    'ab'.repeat(3_000),
    'a'.repeat(8),
    'sk-sk-sk-sk-sk-sk-',
  );
  const texts = [
    'a',
    `${'a'.repeat(63)}c`,
    'ab',
    'sk-',
    'eyJ',
    'eyJ.',
    '://a:',
    'a@',
    '-----BEGIN PRIVATE KEY-----',
    'AccountKey=',
    '\\u0061',
    'Bearer ',
    '1',
  ];
  // Of this process alone: other work on the machine is not the guard's.
  const spent = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  const time = (length: number): number => {
    const begun = spent();
    for (const piece of texts) guard.redact(piece.repeat(Math.ceil(length / piece.length)));
    return spent() - begun;
  };
  time(50_000);
  const [small, large] = [time(100_000), time(400_000)];
  expect(large).toBeLessThan(small * 8 + 500);
  expect(large).toBeLessThan(8_000);
  const window = guard.window();
  const begun = spent();
  for (let i = 0; i < 300; i++) window.push('a'.repeat(1000));
  window.end();
  expect(spent() - begun).toBeLessThan(8_000);
});
