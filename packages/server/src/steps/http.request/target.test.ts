import { lentByTyping, parsePower } from '@headgate/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { needsOf, targetOf } from './target.ts';

const scopes = (raw: Record<string, unknown>): string[] =>
  needsOf(raw).map((n) => `${n.power}: ${n.scope}${n.computed === true ? ' (computed)' : ''}`);

test('a literal host is asked for by method, host and port', () => {
  expect(scopes({ method: 'GET', url: 'https://api.github.com/repos' })).toEqual(['net: GET api.github.com:443']);
  expect(scopes({ method: 'POST', url: 'http://x.example' })).toEqual(['net: POST x.example:80']);
  expect(scopes({ method: 'GET', url: 'https://x.example:8443?a' })).toEqual(['net: GET x.example:8443']);
  expect(scopes({ method: 'GET', url: 'HTTPS://API.GitHub.com./x' })).toEqual(['net: GET api.github.com:443']);
  expect(scopes({ method: 'GET', url: 'https://bücher.example/x' })).toEqual(['net: GET xn--bcher-kva.example:443']);
  expect(scopes({ method: 'GET', url: 'http://[::1]:80/x' })).toEqual(['net: GET [::1]:80']);
  expect(scopes({ method: 'GET', url: 'http://2130706433/x' })).toEqual(['net: GET 127.0.0.1:80']);
});

test('T1 a host stays literal when only what follows it is computed', () => {
  expect(scopes({ method: 'GET', url: 'https://api.github.com/{{ input.path }}' })).toEqual([
    'net: GET api.github.com:443',
  ]);
  expect(scopes({ method: 'GET', url: 'https://api.github.com?q={{ input.q }}' })).toEqual([
    'net: GET api.github.com:443',
  ]);
});

test('T2 a host that an expression can still change is computed', () => {
  const urls = [
    '{{ input.url }}',
    'https://{{ input.host }}/x',
    'https://api.github.com{{ input.path }}',
    'https://api.{{ input.x }}.com/',
    'https://a@{{ input.x }}/',
    'https://x.example:{{ input.port }}/',
    'https://x.example:80{{ input.port }}/',
    '{{ input.scheme }}://x.example/',
    ' https://x.example/',
    'https://user:pw@x.example/',
    'https://x.example\\@evil.example/',
    'https://x.exa\tmple/',
    'https://x%2eexample/',
    'https:///x.example/',
    'https:x.example/',
    'https://x.example:99999/',
    'https://x.example:0/',
    7,
    null,
    undefined,
    ['https://x.example/'],
  ];
  const literal = urls.filter((url) => scopes({ method: 'GET', url })[0] !== 'net: GET *:* (computed)');
  expect(literal).toEqual([]);
});

test('a computed method asks for every method of the host', () => {
  expect(scopes({ method: '{{ input.m }}', url: 'https://x.example/' })).toEqual(['net: * x.example:443 (computed)']);
  expect(scopes({ method: 'constructor', url: 'https://x.example/' })).toEqual(['net: * x.example:443 (computed)']);
});

test('a secret is asked for by name and origin', () => {
  const raw = { method: 'GET', url: 'https://x.example:8443/', secret: 'github' };
  expect(scopes(raw)[1]).toBe('secret: use github for https://x.example:8443');
  expect(scopes({ ...raw, url: '{{ input.url }}' })[1]).toBe('secret: use github for * (computed)');
  expect(scopes({ ...raw, secret: '{{ input.name }}' })[1]).toBe('secret: use * for https://x.example:8443 (computed)');
});

test('each need is one sentence that says what and where', () => {
  const raw = { method: 'DELETE', url: 'https://x.example/a', secret: 'github' };
  expect(needsOf(raw).map((n) => n.sentence)).toEqual([
    'Delete data at https://x.example.',
    'Use the secret “github” at https://x.example, without the flow seeing it.',
  ]);
  expect(needsOf({ method: 'POST', url: '{{ input.url }}' })[0]?.sentence).toBe(
    'Send data to any address: which one is only known when the flow runs.',
  );
  expect(needsOf({ method: '{{ input.m }}', url: 'https://x.example/' })[0]?.sentence).toBe(
    'Read, send, change or delete data at https://x.example (which of these is only known when the flow runs).',
  );
});

test('T1 whatever an expression gives, a host that was called literal is the host that is called', () => {
  const part = fc.constantFrom(
    'https://',
    'http:',
    '//',
    'a.example',
    '@',
    ':',
    '80',
    '/',
    '\\',
    '?',
    '#',
    '.',
    '%2e',
    '\t',
    ' ',
    '[::1]',
    '{{ x }}',
  );
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 8 }),
      fc.constantFrom('', '@evil.example/', '.evil.example', '/../', ':1@evil.example', '\\evil', '#', 'x'),
      (parts, value) => {
        const raw = `https://a.example${parts.join('')}`;
        const target = targetOf(raw);
        const made = raw.replaceAll('{{ x }}', value);
        if (target === undefined || !URL.canParse(made)) return;
        expect(new URL(made).hostname.replace(/\.$/, '')).toBe(target.host);
        expect(new URL(made).origin.replace(/\.(?=:|$)/, '')).toBe(target.origin);
        expect(new URL(made).username).toBe('');
      },
    ),
    { numRuns: 2000 },
  );
});

test('every need is a power that can be lent, and typing a host lends only what is literal', () => {
  const raws = [
    { method: 'GET', url: 'https://a.example/{{ input.x }}', secret: 'github' },
    { method: '{{ m }}', url: 'http://[::1]:8080/' },
    { method: 'POST', url: '{{ input.url }}', secret: '{{ input.name }}' },
    {},
  ];
  const refused = raws
    .flatMap(needsOf)
    .map((n) => `${n.power}: ${n.scope}`)
    .filter((text) => !parsePower(text).ok);
  expect(refused).toEqual([]);
  expect(raws.map((raw) => needsOf(raw).map(lentByTyping))).toEqual([[true, false], [false], [false, false], [false]]);
});

test('a path that stands plainly in the address is the least that will do; the power asked for stays the host', () => {
  const least = (url: string, method = 'GET') => needsOf({ method, url })[0]?.least;
  expect(least('https://a.example/repos/acme/x')).toBe('GET a.example:443/repos/acme/x');
  expect(least('https://a.example/repos/acme/x?y={{ input.y }}')).toBe('GET a.example:443/repos/acme/x');
  expect(least('https://a.example:8443/repos/acme/{{ input.x }}/y')).toBe('GET a.example:8443/repos/acme/');
  expect(least('https://a.example/repos/acme{{ input.x }}')).toBe('GET a.example:443/repos/');
  expect(least('https://a.example/x', '{{ input.m }}')).toBe('* a.example:443/x');
  for (const url of [
    'https://a.example',
    'https://a.example/',
    'https://a.example/{{ input.x }}',
    'https://a.example?x=/y',
    'https://a.example/a/../b',
    'https://a.example/a/%2e%2e/b',
    'https://a.example/a//b',
    'https://{{ input.host }}/a/b',
    '{{ input.url }}',
  ])
    expect(least(url)).toBeUndefined();
  const refused = [
    'https://a.example/repos/acme/x',
    'https://a.example/b%C3%BCcher/{{ x }}',
    'https://a.example/bücher',
  ]
    .flatMap((url) => needsOf({ method: 'GET', url }))
    .filter((need) => !parsePower(`net: ${need.least}`).ok);
  expect(refused).toEqual([]);
});
