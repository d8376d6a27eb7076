/**
 * Spellings that somebody may try so that a grant covers more than it says. Each row: a grant, requests it must not
 * cover whatever way they reach it (parsed, or as an object from another process), and a neighbour it does cover.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { covers, parsePower, type Power } from './power.ts';

const power = (text: string): Power => {
  const made = parsePower(text);
  if (!made.ok) throw new Error(`${text}: ${made.problem.text}`);
  return made.value;
};
/** The request as text where it is one; what the grammar refuses can be requested by nobody. */
const covered = (grant: string, request: string): boolean => {
  const made = parsePower(request);
  return made.ok && covers(power(grant), made.value);
};
const get = (host: string, path?: string): Power => ({
  power: 'net',
  method: 'GET',
  host,
  port: 443,
  ...(path === undefined ? {} : { path }),
});

test('SSRF-08 SSRF-11 a host is not covered by one it only resembles', () => {
  const rows: readonly (readonly [string, readonly string[], string])[] = [
    [
      'net: GET *.example.com',
      [
        'example.com',
        'example.com.evil',
        'evil-example.com',
        'evilexample.com',
        '.example.com',
        'a..example.com',
        'evil.com/.example.com',
        'evil.com#.example.com',
        'evil.com?.example.com',
        'evil.com@.example.com',
        'evil.com\\.example.com',
        'evil.com%2f.example.com',
        'evil.com:80.example.com',
        'evil.com\u0000.example.com',
        'ex\u0430mple.com',
        'a.example.com.',
        'A.EXAMPLE.COM',
        '*',
        '*.com',
      ],
      'api.example.com',
    ],
    [
      'net: GET example.com',
      [
        'www.example.com',
        'example.com.',
        'EXAMPLE.com',
        'example.com:443',
        'u@example.com',
        'example.co',
        'xn--example.com',
      ],
      'example.com',
    ],
    ['net: GET *.0.1.example', ['10.0.0.1', '[::ffff:10.0.0.1]', '0.1.example'], '127.0.1.example'],
    ['net: GET *.com', ['com', '127.0.0.1', '[::1]', 'a.com.evil'], 'a.com'],
  ];
  for (const [grant, hosts, twin] of rows) {
    expect(hosts.filter((host) => covers(power(grant), get(host)))).toEqual([]);
    expect(covers(power(grant), get(twin))).toBe(true);
  }
});

test('SSRF-11 what a person writes is spelt as the door spells it, and then covers just that', () => {
  for (const written of [
    'API.Example.COM',
    'api.example.com.',
    'api.ex%61mple.com',
    '\uff41pi.example.com',
    'api\u3002example.com',
  ]) {
    const made = parsePower(`net: GET ${written}`);
    expect(!made.ok || covers(made.value, get('api.example.com'))).toBe(true);
    expect(!made.ok || !covers(made.value, get('evil.com'))).toBe(true);
  }
  for (const written of [
    'u@api.example.com',
    'api.example.com\\@evil.com',
    'api.example.com#@evil.com',
    'api.example.com/@evil.com:x y',
  ])
    expect(parsePower(`net: GET ${written}`).ok).toBe(false);
  expect(covered('net: GET b\u00fccher.example', 'net: GET xn--bcher-kva.example')).toBe(true);
});

test('methods and ports are compared whole', () => {
  for (const request of [
    { method: 'get' },
    { method: 'GET ' },
    { method: 'GET,' },
    { method: 'GETX' },
    { method: '' },
    { method: '*' },
    { method: 'GET,POST' },
    { method: 'TRACE' },
    { port: 80 },
    { port: 4430 },
    { port: 443.5 },
    { port: Number.NaN },
    { port: '443' },
    { port: '*' },
  ])
    expect(Reflect.apply(covers, undefined, [power('net: GET a.com'), { ...get('a.com'), ...request }])).toBe(false);
  expect(covers(power('net: GET a.com'), get('a.com'))).toBe(true);
});

const OUTSIDE = [
  '/repos/acme-evil/x',
  '/repos/acme',
  '/repos/',
  '/repos',
  '/',
  '/Repos/acme/x',
  '/repos/acme/../other',
  '/repos/acme/./x',
  '/repos/acme/..',
  '/repos/acme/%2e%2e/other',
  '/repos/acme/.%2E/other',
  '/repos/acme/%252e%252e/other',
  '/repos/acme/%25252e%25252e/other',
  '/repos/acme/..;/other',
  '/repos/acme/..%3b/other',
  '/repos/acme/..%2fother',
  '/repos/acme/%2e%2e%2fother',
  '/repos/acme/..%5cother',
  '/repos/acme/..%c0%afother',
  '/repos/acme/a%00b',
  '/repos/acme\\..\\other',
  '/repos/acme//../other',
  '//repos/acme/x',
  '/repos//acme/x',
  '/x/repos/acme/y',
  '/repos/acme/x?y',
  '/repos/acme/x#y',
  '/repos/acme/%zz',
  'repos/acme/x',
  '',
];

test('FS-04 a path of an address is compared by whole segments, and one that can be read twice is in none', () => {
  const grant = power('net: GET a.com/repos/acme/');
  expect(OUTSIDE.filter((path) => covers(grant, get('a.com', path)))).toEqual([]);
  expect(covers(grant, get('a.com'))).toBe(false);
  for (const path of ['/repos/acme/', '/repos/acme/x', '/repos/acme/x/', '/repos/acme/a.b/..c/...', '/repos/acme/%20'])
    expect(covers(grant, get('a.com', path))).toBe(true);
  expect(covers(power('net: GET a.com/repos/acme'), get('a.com', '/repos/acme'))).toBe(true);
  for (const path of ['/repos/acme/', '/repos/acme/x', '/repos/acmes'])
    expect(covers(power('net: GET a.com/repos/acme'), get('a.com', path))).toBe(false);
  for (const path of OUTSIDE) expect(covers(power('net: GET a.com'), get('a.com', path))).toBe(true);
});

test('FS-04 whatever follows a path that was lent, the address a URL parser makes of it lies below that path', () => {
  const piece = fc.constantFrom(
    '..',
    '.',
    '/',
    '%2e',
    '%2F',
    '%5c',
    '\\',
    ';',
    '%25',
    'a',
    '%00',
    '?',
    '#',
    '%c0%af',
    ' ',
    '\t',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const { pathname } = new URL(`https://a.com/repos/acme/${pieces.join('')}`);
      if (!covers(power('net: GET a.com/repos/acme/'), get('a.com', pathname))) return;
      const often = (text: string, times: number): string =>
        times === 0
          ? text
          : often(
              text.replace(/%([0-9a-f]{2})/gi, (_w, h: string) => String.fromCharCode(Number.parseInt(h, 16))),
              times - 1,
            );
      // A server that undoes escapes once, twice or thrice, and reads `\\` as `/`, finds the same folder.
      for (const times of [0, 1, 2, 3]) {
        const seen = new URL(`https://a.com${often(pathname, times).replaceAll(/[?#]/g, '_').replaceAll('..;', '..')}`);
        expect(seen.pathname.startsWith('/repos/acme/')).toBe(true);
      }
    }),
    { numRuns: 10_000 },
  );
});

test('FS-01 FS-04 a folder covers what lies in it, and nothing that only begins alike or climbs out', () => {
  const grant = power('file: read invoices/');
  const outside = [
    'invoices',
    'invoices-evil/x',
    'Invoices/x',
    'other/invoices/x',
    'invoices/../secret',
    'invoices/./x',
    'invoices//x',
    'invoices/..',
    'invoices/%2e%2e/secret',
    'invoices/..%2fsecret',
    'invoices/a\\..\\..\\secret',
    'invoices/x\u0000',
    'invoices/x:stream',
    'invoices/x ',
    'invoices/x.',
    'invoices/\u202ex',
    '/invoices/x',
    './invoices/x',
    '*',
    '',
  ];
  const read = (path: string): Power => ({ power: 'file', verbs: 'read', path });
  expect(outside.filter((path) => covers(grant, read(path)))).toEqual([]);
  // As text, a power has no blanks around it to begin with.
  const typed = outside.filter((path) => path === path.trim());
  expect(typed.filter((path) => covered('file: read invoices/', `file: read ${path}`))).toEqual([]);
  for (const path of ['invoices/', 'invoices/x', 'invoices/2026/x.csv', 'invoices/..x', 'invoices/100% sure'])
    expect(covers(grant, read(path))).toBe(true);
  expect(covers(grant, { power: 'file', verbs: 'write', path: 'invoices/x' })).toBe(false);
  expect(covers(grant, { power: 'file', verbs: 'read,write', path: 'invoices/x' })).toBe(false);
});

test('SSRF-08 a secret goes to its origin alone, whatever is written around it', () => {
  const grant = power('secret: use github for https://*.github.com');
  for (const origin of [
    'https://evil.com/.github.com',
    'https://evil.com?.github.com',
    'https://evil.com@x.github.com',
    'https://x.github.com@evil.com',
    'https://evil.com#.github.com',
    'https://x.github.com.evil.com',
    'http://x.github.com',
    'https://x.github.com:444',
    'https://github.com',
    'https://xgithub.com',
    'HTTPS://x.github.com',
    '*',
    'null',
  ])
    expect(covers(grant, { power: 'secret', name: 'github', origin })).toBe(false);
  expect(covers(grant, { power: 'secret', name: 'github', origin: 'https://x.github.com' })).toBe(true);
});

test('SEC-01 who may use a secret may not read it, and no wildcard reads', () => {
  expect(covered('secret: use * for *', 'secret: read github')).toBe(false);
  expect(covered('secret: read github', 'secret: use github for https://a.com')).toBe(false);
  expect(covers({ power: 'secret', name: '*', read: true }, power('secret: read github'))).toBe(false);
  expect(covers({ power: 'secret', name: '*', read: true }, { power: 'secret', name: '*', read: true })).toBe(false);
  expect(covered('secret: read github', 'secret: read GitHub')).toBe(false);
  expect(covered('secret: read github', 'secret: read github')).toBe(true);
});

test('SEC-01 a secret shown to one text of code is shown to no other, and a grant that names no code shows nothing', () => {
  const to = (code: string): string => `secret: read github for code ${code.repeat(64)}`;
  expect(covered(to('a'), to('a'))).toBe(true);
  expect(covered(to('a'), to('b'))).toBe(false);
  expect(covered('secret: read github', to('a'))).toBe(false);
  expect(covered(to('a'), 'secret: read github')).toBe(false);
  expect(covered(to('a'), to('a').replace('github', 'gitlab'))).toBe(false);
});

test('LLM-01 a tool that was not given is covered by no other name', () => {
  for (const tool of [
    'mcp: git/pus',
    'mcp: git/push2',
    'mcp: git/PUSH',
    'mcp: git2/push',
    'mcp: git/*',
    'mcp: *',
    'mcp: git/push/x',
  ])
    expect(covered('mcp: git/push', tool)).toBe(false);
  for (const raw of [' push', 'push ', '*', 'push\n'])
    expect(covers(power('mcp: git/push'), { power: 'mcp', server: 'git', tool: raw })).toBe(false);
  expect(covered('mcp: git/push', 'mcp: git/push')).toBe(true);
  expect(covered('mcp: git/*', 'mcp: git/push')).toBe(true);
});

test('LLM-10 a budget of tokens covers no more than it says, and nothing without a bound', () => {
  const grant = 'model: local/*, 20k tokens a run';
  for (const request of [
    'model: local/a',
    'model: local/a, 20001 tokens a run',
    'model: locale/a, 1 token a run',
    'model: *, 1 token a run',
  ])
    expect(covered(grant, request)).toBe(false);
  for (const tokens of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0.5])
    expect(covers(power(grant), { power: 'model', model: 'local/a', tokens })).toBe(false);
  expect(covered(grant, 'model: local/a, 20000 tokens a run')).toBe(true);
  expect(covers(power(grant), { power: 'model', model: 'local/../openai/a', tokens: 1 })).toBe(false);
});

test('what is lent of one table, person or shape is lent of no other', () => {
  for (const [grant, request] of [
    ['data: read table customers', 'data: write table customers'],
    ['data: read table customers', 'data: read keys customers'],
    ['data: read table customers', 'data: read table Customers'],
    ['data: read table customers', 'data: read table *'],
    ['ask: role admin', 'ask: person admin'],
    ['ask: role admin', 'ask: role owner'],
    ['ask: person ada@example.com', 'ask: person ada@example.com.evil'],
    ['code: js', 'code: python'],
    ['code: js', 'code: *'],
    ['reveal: jwt', 'reveal: jwt-other'],
  ] as const) {
    expect(covered(grant, request)).toBe(false);
    expect(covered(grant, grant)).toBe(true);
  }
});
