/** What is offered at a caret, marked `|` in the text. */

import type { ExprScope } from '@headgate/core';
import { expect, test } from 'vitest';
import { offersAt, type World } from './offers.ts';

const DATA: Readonly<Record<string, unknown>> = {
  fetch: {
    body: {
      items: [
        { price: 3, name: 'Pen', tags: ['a'] },
        { price: 9, name: 'Cup' },
      ],
      'odd key': 1,
    },
    status: 200,
  },
};

const scope: ExprScope = {
  get: (root) => (root === 'input' ? { city: 'Oslo' } : root === 'now' ? 0 : undefined),
  step: (id) => DATA[id],
  problem: () => null,
};

const world: World = {
  scope,
  steps: [
    { id: 'fetch', title: 'HTTP request' },
    { id: 'later', title: 'HTTP request' },
  ],
  items: false,
  says: (root) => `about ${root}`,
  fields: (path) => (path.join('.') === 'steps.later' ? [{ name: 'status', type: 'number' }] : []),
};

const at = (marked: string, of: World = world) => {
  const caret = marked.indexOf('|');
  const text = marked.replace('|', '');
  const found = offersAt(text, caret, of);
  return found === null ? null : { word: text.slice(found.from, caret), offers: found.offers };
};
const labels = (marked: string, of?: World) => at(marked, of)?.offers.map(({ label }) => label);

test('names stand at the beginning, and nothing is offered in plain text or in a text literal', () => {
  expect(labels('Dear {{ |')).toEqual(expect.arrayContaining(['steps', 'input', 'now', 'Math', 'Number']));
  expect(labels('{{ |')).not.toContain('item');
  expect(labels('{{ |', { ...world, items: true })).toContain('item');
  expect(at('{{ st|')?.word).toBe('st');
  for (const none of ['De|ar', '{{ input }} a|', "{{ 'ste|' }}", '\\{{ |', '|{{ input }}'])
    expect(at(none), none).toBeNull();
});

test('after a dot stands what is there: steps, fields of the last data with their values, functions with a sentence', () => {
  expect(labels('{{ steps.|')).toEqual(['fetch', 'later']);
  expect(at('{{ steps.fe|')?.word).toBe('fe');
  expect(at('{{ steps.fetch.|')?.offers.map(({ label, gives }) => [label, gives])).toEqual([
    ['body', '{…}'],
    ['status', '200'],
  ]);
  expect(labels('{{ steps.fetch?.body.items[0].|')).toEqual(['price', 'name', 'tags']);
  expect(labels('a {{ 1 + steps.fetch.body.items.filter(i => i.price > 4).|')).toEqual(
    expect.arrayContaining(['length', 'map', 'filter']),
  );
  const map = at('{{ steps.fetch.body.items.ma|')?.offers.find(({ label }) => label === 'map');
  expect(map).toMatchObject({ kind: 'method', write: 'map()' });
  expect(map?.docs.length).toBeGreaterThan(10);
  expect(labels("{{ 'abc'.|")).toContain('toUpperCase');
  expect(labels('{{ Math.|')).toContain('max');
  expect(labels('{{ now.|')).toEqual(expect.arrayContaining(['year', 'plus']));
  expect(labels('{{ now.plus({ days: 1 }).|')).toContain('toISO');
  const odd = at('{{ steps.fetch.body.|')?.offers.find(({ label }) => label === 'odd key');
  expect(odd).toMatchObject({ write: '["odd key"]', dotless: true });
});

test('a name of an arrow function is the first item of its list, however deep', () => {
  expect(labels('{{ steps.fetch.body.items.map(i => i.|')).toEqual(['price', 'name', 'tags']);
  expect(labels('{{ steps.fetch.body.items.map((i, n) => [n, i.|')).toEqual(['price', 'name', 'tags']);
  expect(labels('{{ steps.fetch.body.items.reduce((sum, i) => sum + i.|')).toEqual(['price', 'name', 'tags']);
  expect(labels('{{ steps.fetch.body.items.map(i => i.tags.map(tag => tag.|')).toContain('toUpperCase');
  expect(labels('{{ steps.fetch.body.items.map(i => |')).toContain('i');
});

test('where no run has been, the schema of the kind tells the fields', () => {
  expect(at('{{ steps.later.|')?.offers.map(({ label, gives }) => [label, gives])).toEqual([['status', 'number']]);
  expect(labels('{{ steps.none.|')).toEqual([]);
});
