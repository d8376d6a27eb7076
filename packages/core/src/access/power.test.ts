import fc from 'fast-check';
import { expect, test } from 'vitest';
import { POWERS } from '../step/define.ts';
import { covers, parsePower, type Power, type PowerWord, printPower, sentence, withoutPath } from './power.ts';

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

const one = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
const method = one('*', 'GET', 'POST', 'GET,POST', 'DELETE,GET', 'HEAD');
const host = one(
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
const port = one('*', '80', '443', '8080');
const path = one('', '/', '/a', '/a/', '/a/b', '/a/b/', '/ab/', '/a%2Db/', '/A/', '/%C3%A9/');
const origin = one(
  '*',
  'https://a.com',
  'http://a.com',
  'https://*.a.com',
  'https://b.a.com',
  'https://b.a.com:8443',
  'https://*.com',
  'postgres://a.com',
  'postgres://*.a.com:5432',
  'postgres://b.a.com:5433',
  'redis://a.com:5432',
  'mqtt://a.com',
);
const people = (word: string): fc.Arbitrary<string> =>
  one('', ...['a@a.com', '*@a.com', '*@*.a.com', 'x@b.a.com,*@a.com', 'a@com'].map((all) => ` ${word} ${all}`));
const verbs = one('read', 'write', 'read,write');
const written: { readonly [W in PowerWord]: fc.Arbitrary<string> } = {
  net: fc.oneof(
    fc.tuple(method, host, port, path).map(([m, h, p, q]) => `net: ${m} ${h}:${p}${q}`),
    fc
      .tuple(one('instance', '*:*', '*:587', 'a.com:587', '*.a.com:*', 'b.a.com:25'), people('from'), people('to'))
      .map(([h, f, t]) => `net: SMTP ${h}${f}${t}`),
    one('a.com:993', '*:*', '*.a.com:993').map((h) => `net: IMAP ${h}`),
    fc.tuple(host, port).map(([h, p]) => `net: TCP ${h}:${p}`),
  ),
  file: fc.tuple(verbs, one('*', 'a/', 'a/b/', 'a/b', 'ab/', 'a', 'é/', 'A/')).map(([v, p]) => `file: ${v} ${p}`),
  secret: fc.oneof(
    fc.tuple(one('*', 'github', 'GitHub'), origin).map(([n, o]) => `secret: use ${n} for ${o}`),
    fc
      .tuple(one('github', 'GitHub'), one('', ` for code ${'a'.repeat(64)}`, ` for code ${'b'.repeat(64)}`))
      .map(([n, c]) => `secret: read ${n}${c}`),
  ),
  model: fc
    .tuple(
      one('*', 'local/*', 'local/a', 'local/a/*', 'local/a/b', 'openai/a'),
      one('', ', 1 token a run', ', 20k tokens a run', ', 20001 tokens a run', ', 3m tokens a run'),
    )
    .map(([m, t]) => `model: ${m}${t}`),
  data: fc
    .tuple(verbs, one('table', 'keys', 'knowledge'), one('*', 'customers', 'Customers'))
    .map(([v, k, n]) => `data: ${v} ${k} ${n}`),
  flow: one('*', 'github', 'GitHub', 'a b').map((n) => `flow: call ${n}`),
  mcp: one('*', 'git/*', 'git/push', 'git/a/b', 'hub/push', 'git/tools/list').map((t) => `mcp: ${t}`),
  code: one('js', 'python', '*').map((l) => `code: ${l}`),
  ask: one('*', 'role admin', 'role editor', 'person ada@example.com', 'person admin').map((w) => `ask: ${w}`),
  reveal: one('jwt', 'presigned-url').map((n) => `reveal: ${n}`),
};
const power: fc.Arbitrary<Power> = fc.oneof(...Object.values(written)).map(parse);
/** Two and three powers of one word: what says anything about `covers`. */
const alike = fc.oneof(
  ...Object.values(written).map((text) => fc.tuple(text, text, text).map((all) => all.map(parse))),
);

test('every word a step may ask for is a power, and so is what an output may reveal', () => {
  expect(Object.keys(written)).toEqual([...POWERS, 'reveal']);
});

test('a power has one spelling', () => {
  expect(spelt('net: GET api.github.com')).toBe('net: GET api.github.com:443');
  expect(spelt('net:post,get,GET  API.GitHub.com.:443')).toBe('net: GET,POST api.github.com:443');
  expect(spelt('net: GET http://x.example')).toBe('net: GET x.example:80');
  expect(spelt('net: GET https://x.example')).toBe('net: GET x.example:443');
  expect(spelt('net: tcp DB.example.com.:5432')).toBe('net: TCP db.example.com:5432');
  expect(spelt('net: TCP *.example.com:*')).toBe('net: TCP *.example.com:*');
  expect(spelt('secret: use db for postgres://DB.example.com')).toBe(
    'secret: use db for postgres://db.example.com:5432',
  );
  expect(spelt('secret: use hub for mqtt://[0:0::1]:8883/')).toBe('secret: use hub for mqtt://[::1]:8883');
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
  expect(spelt('net: GET a.com/')).toBe('net: GET a.com:443');
  expect(spelt('net: GET a.com/%7Erepos/%c3%a9/é/')).toBe('net: GET a.com:443/~repos/%C3%A9/%C3%A9/');
  expect(spelt('file: write,read  e\u0301t\u00e9/')).toBe('file: read,write \u00e9t\u00e9/');
  expect(spelt('model: local/*, 20000 tokens a run')).toBe('model: local/*, 20k tokens a run');
  expect(spelt('flow: Daily report')).toBe('flow: call Daily report');
  expect(spelt('flow: call call home')).toBe('flow: call call home');
  expect(spelt('mcp: */*')).toBe('mcp: *');
  expect(spelt('code: typescript')).toBe('code: js');
  expect(spelt('ask: Ada@Example.com')).toBe('ask: person ada@example.com');
  expect(spelt('ask: admin')).toBe('ask: role admin');
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
    'net: TCP a.com',
    'net: TCP a.com:5432/x',
    'net: TCP https://a.com:5432',
    'net: GET,TCP a.com:5432',
    'net: GET a.com:0',
    'net: GET a.com:99999',
    'net: GET a.com/x?q',
    'net: GET a.com/x y',
    'net: GET a.com/a/../b',
    'net: GET a.com/a/*',
    'net: GET a.com/%2e%2e/',
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
    'file: read',
    'file: read /etc/passwd',
    'file: read ../x',
    'file: delete x/',
    'file: read a*/',
    'secret: read *',
    'secret: read a b',
    'secret: read a for code',
    'secret: read a for code 12',
    `secret: read a for code ${'A'.repeat(64)}`,
    'model: gpt',
    'model: local/*, many tokens a run',
    'model: local/*, 0 tokens a run',
    'data: read customers',
    'data: read sheet customers',
    'data: drop table customers',
    'mcp: server',
    'mcp: */tool',
    'code: ruby',
    'ask: role king',
    'ask: person a b',
    'reveal: *',
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

test('whoever may use a tool of a server may see its tools, and not the other way round', () => {
  expect(allows('mcp: notes/read', 'mcp: notes/tools/list')).toBe(true);
  expect(allows('mcp: notes/*', 'mcp: notes/tools/list')).toBe(true);
  expect(allows('mcp: notes/tools/list', 'mcp: notes/read')).toBe(false);
  expect(allows('mcp: notes/tools/list', 'mcp: notes/*')).toBe(false);
  expect(allows('mcp: other/read', 'mcp: notes/tools/list')).toBe(false);
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
    fc.property(alike, ([a, b, c]) => {
      if (a === undefined || b === undefined || c === undefined) throw new Error('three');
      expect(covers(a, c) || !covers(a, b) || !covers(b, c)).toBe(true);
    }),
    { numRuns: 20_000 },
  );
});

test('PW3 a power of one word covers nothing of another', () => {
  fc.assert(
    fc.property(power, power, (a, b) => {
      expect(a.power === b.power || !covers(a, b)).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

test('PW3 widening a grant never takes away what it covered, narrowing it never adds', () => {
  const wider = (p: Power): Power[] => {
    switch (p.power) {
      case 'net':
        if (p.method === 'SMTP' || p.method === 'IMAP') {
          const { from: _from, ...anySender } = p;
          const { to: _to, ...anybody } = p;
          return [anySender, anybody, ...(p.port === 0 ? [] : [{ ...p, host: '*' }, { ...p, port: '*' } as const])];
        }
        return [
          ...(p.method === 'TCP' ? [] : [{ ...p, method: '*' }]),
          { ...p, host: '*' },
          { ...p, port: '*' },
          withoutPath(p),
          ...(p.path === undefined
            ? []
            : [{ ...p, path: p.path.replace(/[^/]+\/?$/, '') }].filter((w) => w.path !== '/')),
          ...(['*', 'TCP'].includes(p.method)
            ? []
            : [parse(`net: ${p.method},PATCH ${p.host}:${p.port}${p.path ?? ''}`)]),
        ];
      case 'file':
        return [
          { ...p, verbs: 'read,write' },
          { ...p, path: '*' },
        ];
      case 'secret':
        return p.read === true
          ? []
          : [
              { ...p, name: '*' },
              { ...p, origin: '*' },
            ];
      case 'model': {
        const { tokens, ...rest } = p;
        return [{ ...p, model: '*' }, rest, ...(tokens === undefined ? [] : [{ ...p, tokens: tokens + 1 }])];
      }
      case 'data':
        return [
          { ...p, verbs: 'read,write' },
          { ...p, name: '*' },
        ];
      case 'flow':
        return [{ ...p, flow: '*' }];
      case 'mcp':
        return [parse('mcp: *'), ...(p.server === '*' ? [] : [{ ...p, tool: '*' }])];
      case 'code':
        return [{ ...p, language: '*' }];
      case 'ask':
        return [parse('ask: *')];
      case 'reveal':
        return [];
    }
  };
  fc.assert(
    fc.property(alike, ([grant, request]) => {
      if (grant === undefined || request === undefined) throw new Error('two');
      for (const w of wider(grant)) {
        expect(covers(w, grant)).toBe(true);
        expect(!covers(grant, request) || covers(w, request)).toBe(true);
      }
    }),
    { numRuns: 20_000 },
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

test('PW2 a power with a member of another kind, or without one, covers nothing and is covered by nothing', () => {
  fc.assert(
    fc.property(power, fc.anything(), fc.nat(), (p, value, n) => {
      const members = Object.keys(p).filter((name) => !['power', 'path', 'tokens', 'from', 'to'].includes(name));
      const member = members[n % members.length] ?? '';
      if (typeof value === 'string' || typeof value === 'number' || value === true) return;
      const { [member]: _gone, ...less } = p as Record<string, unknown>;
      // A secret without `read` lacks its origin, one without origin lacks its `read`.
      for (const broken of [{ ...p, [member]: value }, less]) {
        expect(Reflect.apply(covers, undefined, [broken, p])).toBe(false);
        expect(Reflect.apply(covers, undefined, [p, broken])).toBe(false);
      }
    }),
    { numRuns: 3000 },
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
    'secret: read github',
    `secret: read github for code ${'0'.repeat(64)}`,
    'net: GET a.com/repos/acme/',
    'net: GET a.com/repos/acme',
    'file: read invoices/',
    'file: write out/report.csv',
    'file: read,write *',
    'model: local/*, 20k tokens a run',
    'model: openai/gpt-5',
    'model: *, 1500 tokens a run',
    'data: read table customers',
    'data: read,write keys *',
    'data: write knowledge handbook',
    'mcp: github/create_issue',
    'mcp: github/*',
    'mcp: *',
    'code: js',
    'code: python',
    'ask: role admin',
    'ask: person ada@example.com',
    'ask: *',
    'reveal: jwt',
  ];
  expect(powers.map((p) => `${spelt(p)} -> ${sentence(parse(p))}`).join('\n')).toMatchSnapshot();
});
