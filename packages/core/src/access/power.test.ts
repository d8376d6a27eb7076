import fc from 'fast-check';
import { expect, test } from 'vitest';
import { covers, parsePower, type Power, printPower } from './power.ts';
import { sentence } from './sentence.ts';

const parse = (text: string): Power => {
  const made = parsePower(text);
  if (!made.ok) throw new Error(`${text}: ${made.problem.text}`);
  return made.value;
};
const spelt = (text: string): string => printPower(parse(text));
const refused = (text: string): string => {
  const made = parsePower(text);
  return made.ok ? `accepted as ${printPower(made.value)}` : `${made.problem.code}: ${made.problem.text}`;
};
const allows = (grant: string, request: string): boolean => covers(parse(grant), parse(request));

const method = fc.constantFrom('*', 'GET', 'POST', 'GET,POST', 'DELETE,GET', 'HEAD');
const host = fc.constantFrom(
  '*',
  'a.com',
  '*.a.com',
  'b.a.com',
  '*.b.a.com',
  'c.b.a.com',
  'com',
  '*.com',
  '127.0.0.1',
  '[::1]',
  'xa.com',
);
const port = fc.constantFrom('*', '80', '443', '8080');
const name = fc.constantFrom('*', 'github', 'GitHub', 'a b');
const origin = fc.constantFrom(
  '*',
  'https://a.com',
  'http://a.com',
  'https://*.a.com',
  'https://b.a.com',
  'https://b.a.com:8443',
  'https://*.com',
);
const power: fc.Arbitrary<Power> = fc.oneof(
  fc.tuple(method, host, port).map(([m, h, p]) => parse(`net: ${m} ${h}:${p}`)),
  name.map((n) => parse(`flow: call ${n}`)),
  fc.tuple(fc.constantFrom('*', 'github', 'GitHub'), origin).map(([n, o]) => parse(`secret: use ${n} for ${o}`)),
);

test('a power has one spelling', () => {
  expect(spelt('net: GET api.github.com')).toBe('net: GET api.github.com:443');
  expect(spelt('net:post,get,GET  API.GitHub.com.:443')).toBe('net: GET,POST api.github.com:443');
  expect(spelt('net: GET http://x.example')).toBe('net: GET x.example:80');
  expect(spelt('net: GET https://x.example')).toBe('net: GET x.example:443');
  expect(spelt('net: * *')).toBe('net: * *:*');
  expect(spelt('net: * *:443')).toBe('net: * *:443');
  expect(spelt('net: GET *.bücher.example:*')).toBe('net: GET *.xn--bcher-kva.example:*');
  expect(spelt('net: GET [0:0::1]:80')).toBe('net: GET [::1]:80');
  expect(spelt('net: GET 0x7f.1')).toBe('net: GET 127.0.0.1:443');
  expect(spelt('flow:  call  Daily report ')).toBe('flow: call Daily report');
  expect(spelt('secret: use github for https://API.github.com:443/')).toBe(
    'secret: use github for https://api.github.com',
  );
  expect(spelt('secret: use * for *')).toBe('secret: use * for *');
});

test('printing and parsing go round', () => {
  fc.assert(
    fc.property(power, (p) => {
      expect(parse(printPower(p))).toEqual(p);
    }),
  );
});

test('what is no power is refused with the reason and the form', () => {
  const texts = [
    '',
    'net',
    'net: GET',
    'net: GET a b',
    'net: BREW a.com',
    'net: GET a.com:0',
    'net: GET a.com:99999',
    'net: GET a.com/x',
    'net: GET u@a.com',
    'net: GET a.com:80:80',
    'net: GET *.',
    'net: GET *.0.0.1',
    'net: GET *.1.2.3.4',
    'net: GET a.*.com',
    'net: GET **.com',
    'net: GET %31',
    'net: GET a..com',
    'net: GET 1.2.3.4.5',
    'net: GET ::1:80',
    'net: GET ftp://a.com',
    'net: , a.com',
    'flow: run x',
    'flow: call',
    'flow: call a\u0000b',
    'secret: use x',
    'secret: use a b for https://a.com',
    'secret: use x for ftp://a.com',
    'secret: use x for https://a.com/path',
    'secret: use x for a.com',
    'file: read invoices/',
    'nett: GET a.com',
    'constructor: x',
    `flow: call ${'x'.repeat(600)}`,
  ];
  expect(texts.map((text) => `${text.slice(0, 40)} -> ${refused(text)}`).join('\n')).toMatchSnapshot();
});

test('a host covers itself, a pattern its sub-domains and not itself, the star everything', () => {
  expect(allows('net: GET a.com', 'net: GET a.com')).toBe(true);
  expect(allows('net: GET *.a.com', 'net: GET b.a.com')).toBe(true);
  expect(allows('net: GET *.a.com', 'net: GET c.b.a.com')).toBe(true);
  expect(allows('net: GET *.a.com', 'net: GET a.com')).toBe(false);
  expect(allows('net: GET *.a.com', 'net: GET xa.com')).toBe(false);
  expect(allows('net: GET a.com', 'net: GET a.com.evil.example')).toBe(false);
  expect(allows('net: GET *:443', 'net: GET 127.0.0.1:443')).toBe(true);
  expect(allows('net: GET a.com', 'net: GET a.com:8443')).toBe(false);
  expect(allows('net: GET a.com', 'net: POST a.com')).toBe(false);
  expect(allows('net: GET a.com', 'net: GET,POST a.com')).toBe(false);
  expect(allows('net: GET a.com', 'net: * a.com')).toBe(false);
  expect(allows('net: GET a.com', 'net: GET *')).toBe(false);
  expect(allows('net: GET a.com', 'flow: call a.com')).toBe(false);
});

test('a secret is lent for its origin alone: scheme, host and port', () => {
  const grant = 'secret: use github for https://api.github.com';
  expect(allows(grant, grant)).toBe(true);
  expect(allows(grant, 'secret: use github for http://api.github.com')).toBe(false);
  expect(allows(grant, 'secret: use github for https://api.github.com:8443')).toBe(false);
  expect(allows(grant, 'secret: use gitlab for https://api.github.com')).toBe(false);
  expect(allows(grant, 'secret: use github for https://api.github.com.evil.example')).toBe(false);
  expect(allows('secret: use github for https://*.github.com', grant)).toBe(true);
  expect(covers(parse(grant), { power: 'secret', name: 'github', origin: 'https://api.github.com@evil.example' })).toBe(
    false,
  );
});

test('IPv6 hosts are one with and without brackets', () => {
  expect(covers(parse('net: GET [::1]:80'), { power: 'net', method: 'GET', host: '::1', port: 80 })).toBe(true);
});

test('PW3 covers is reflexive', () => {
  fc.assert(
    fc.property(power, (p) => {
      expect(covers(p, p)).toBe(true);
    }),
  );
});

test('PW3 covers is transitive', () => {
  fc.assert(
    fc.property(power, power, power, (a, b, c) => {
      expect(covers(a, c) || !covers(a, b) || !covers(b, c)).toBe(true);
    }),
    { numRuns: 5000 },
  );
});

test('PW3 widening a grant never takes away what it covered', () => {
  const wider = (p: Power): Power[] => {
    switch (p.power) {
      case 'net':
        return [
          { ...p, method: '*' },
          { ...p, host: '*' },
          { ...p, port: '*' },
          ...(p.method === '*' ? [] : [parse(`net: ${p.method},PATCH ${p.host}:${p.port}`)]),
        ];
      case 'flow':
        return [{ ...p, flow: '*' }];
      case 'secret':
        return [
          { ...p, name: '*' },
          { ...p, origin: '*' },
        ];
    }
  };
  fc.assert(
    fc.property(power, power, (grant, request) => {
      expect(!covers(grant, request) || wider(grant).every((w) => covers(w, request))).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

test('PW2 covers is total: garbage covers nothing and is covered by nothing', () => {
  fc.assert(
    fc.property(fc.anything(), power, (garbage, p) => {
      expect(Reflect.apply(covers, undefined, [garbage, p])).toBe(false);
      expect(Reflect.apply(covers, undefined, [p, garbage])).toBe(false);
      expect(typeof parsePower(String(JSON.stringify(garbage))).ok).toBe('boolean');
    }),
  );
});

test('a power is told in words', () => {
  const powers = [
    'net: GET api.github.com',
    'net: POST x.example:8080',
    'net: GET,POST http://x.example',
    'net: PUT,PATCH,DELETE *.x.example',
    'net: * *',
    'net: GET *:443',
    'flow: call Greet',
    'flow: call *',
    'secret: use github for https://api.github.com',
    'secret: use * for *',
  ];
  expect(powers.map((p) => `${spelt(p)} -> ${sentence(parse(p))}`).join('\n')).toMatchSnapshot();
});
