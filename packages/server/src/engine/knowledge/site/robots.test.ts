/** robots.txt by the examples of RFC 9309, and by what sites write besides. */

import { expect, test } from 'vitest';
import { readRobots } from './robots.ts';

const allowed = (text: string, paths: readonly string[], agent?: string): readonly string[] => {
  const robots = readRobots(text, agent);
  return paths.filter((path) => robots.allows(path));
};

// RFC 9309, 5.1.
const SIMPLE = `User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot
`;
const PATHS = ['/example/page.html', '/example/allowed.gif', '/other', '/a.gif', '/publications/a.gif', '/a.gif?x'];

test('the groups that name a crawler are its own, those of everybody are for whom none names', () => {
  expect(allowed(SIMPLE, PATHS)).toEqual(['/other', '/publications/a.gif', '/a.gif?x']);
  expect(allowed(SIMPLE, PATHS, 'foobot')).toEqual(['/example/page.html', '/example/allowed.gif']);
  expect(allowed(SIMPLE, PATHS, 'barbot')).toEqual(PATHS.slice(1));
  expect(allowed(SIMPLE, PATHS, 'bazbot')).toEqual(PATHS.slice(1));
  expect(allowed(SIMPLE, PATHS, 'quxbot')).toEqual(PATHS);
});

test('the longest rule decides, and of two as long the one that allows', () => {
  const text = 'User-Agent: foobot\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n';
  const paths = ['/example/page/disallowed.gif', '/example/page/a', '/x'];
  expect(allowed(text, paths, 'foobot')).toEqual(['/example/page/a', '/x']);
  expect(allowed('user-agent: *\ndisallow: /p\nallow: /p', ['/p/a'])).toEqual(['/p/a']);
  expect(allowed('user-agent: *\ndisallow: /\nallow: /$', ['/', '/a'])).toEqual(['/']);
});

test('several groups of one name are one; a name counts without what follows it and in any case', () => {
  const text =
    'User-agent: HEADGATE/1.0\nDisallow: /a\n\nUser-agent: other\nDisallow: /\n\nuser-agent: Headgate\nDisallow: /b';
  expect(allowed(text, ['/a', '/b', '/c'])).toEqual(['/c']);
});

test('escapes are compared by what they stand for; comments, odd lines and rules of nobody are passed over', () => {
  expect(allowed('user-agent: *\ndisallow: /a%3cd.html\ndisallow: /ツ', ['/a%3Cd.html', '/%E3%83%84', '/b'])).toEqual([
    '/b',
  ]);
  expect(allowed('Disallow: /\nuser-agent: * # all\nsitemap: x\ndisallow: /x # why\nnonsense', ['/x', '/y'])).toEqual([
    '/y',
  ]);
  expect(allowed('\uFEFFuser-agent: *\rdisallow: /x\rdisallow:', ['/x', '/y'])).toEqual(['/y']);
  expect(allowed('user-agent: *\ndisallow: /', ['/robots.txt', '/y'])).toEqual(['/robots.txt']);
  expect(readRobots('user-agent: *\ncrawl-delay: 1.5').delay).toBe(1.5);
  expect(readRobots('user-agent: *\ncrawl-delay: soon').delay).toBeNull();
});

test('DOS-06 rules of stars without end are judged in as many steps as they and the path are long; twin: they fit as they should', () => {
  const stars = `/${'a*'.repeat(5_000)}`;
  const robots = readRobots(`user-agent: *\ndisallow: ${stars}b$\ndisallow: ${'*a'.repeat(100)}c`);
  expect(robots.allows(`/${'a'.repeat(9_000)}`)).toBe(true);
  expect(robots.allows(`/${'a'.repeat(9_000)}b`)).toBe(false);
  expect(robots.allows(`/${'a'.repeat(200)}c`)).toBe(false);
});
