import { expect, test } from 'vitest';
import { urlParts } from './urls.ts';

const href = (what: string, text: string, more = ''): string => urlParts(what, text, more).split('\n')[0] ?? '';

test('an address is told in its eleven parts, one a line, and what is none as nothing', () => {
  expect(urlParts('', 'https://me:pw@a.example:81/p?q=1#h', '').split('\n')).toEqual([
    'https://me:pw@a.example:81/p?q=1#h',
    'https://a.example:81',
    'https:',
    'me',
    'pw',
    'a.example:81',
    'a.example',
    '81',
    '/p',
    '?q=1',
    '#h',
  ]);
  expect([urlParts('', 'none', ''), urlParts('base', 'x', 'none')]).toEqual(['', '']);
  expect(href('base', '../x', 'http://a/b/c/')).toBe('http://a/b/x');
});

test('a line end in what is given never makes a part too many', () => {
  for (const text of ['http://a/\n\r\t?x\ny#z\nw', 'data:a\nb c', 'x:\n\n', 'http://a/%0A?%0a'])
    expect(urlParts('', text, '').split('\n')).toHaveLength(11);
  for (const part of ['protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'])
    expect(urlParts(part, 'http://a/', 'x\ny').split('\n')).toHaveLength(11);
});

test('SBX-01 only the parts of an address can be changed, whatever name is asked for', () => {
  expect(href('pathname', 'http://a/', '/b')).toBe('http://a/b');
  const url = { origin: URL.prototype.toString, constructor: URL };
  for (const name of ['href', 'origin', 'searchParams', '__proto__', 'constructor', 'toString', 'x'])
    expect([name, href(name, 'http://a/', 'http://b/')]).toEqual([name, 'http://a/']);
  expect([URL.prototype.toString, URL]).toEqual([url.origin, url.constructor]);
});
