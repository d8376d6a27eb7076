/** No page holds a text of its own: what people read stands in i18n/, in every language. */

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';
import { german } from './de/index.ts';
import { english as first } from './en/index.ts';
import { later } from './en/later.ts';

const english = { ...first, ...later };

const APP = join(import.meta.dirname, '..');

/** Properties of elements that people read or hear. */
const READ = new Set([
  'aria-label',
  'aria-description',
  'title',
  'label',
  'placeholder',
  'description',
  'alt',
  'error',
]);

/** A text with a word in it; signs and names of keys are no words. */
const isWord = (text: string): boolean => /\p{L}{2,}/u.test(text);

type Node = { readonly type: string; readonly start: number } & Record<string, unknown>;

const textsIn = (file: string, source: string): string[] => {
  const found: string[] = [];
  const tell = (node: Node, text: string): void => {
    const line = source.slice(0, node.start).split('\n').length;
    found.push(`${file}:${line} ${text.trim()}`);
  };
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (typeof value !== 'object' || value === null) return;
    const node = value as Node;
    if (node.type === 'JSXText' && isWord(String(node['value']))) tell(node, String(node['value']));
    if (node.type === 'JSXAttribute') {
      const name = String((node['name'] as Node | undefined)?.['name']);
      const given = node['value'] as Node | null;
      if (READ.has(name) && given?.type === 'Literal' && isWord(String(given['value'])))
        tell(node, String(given['value']));
    }
    Object.values(node).forEach(walk);
  };
  walk(parseSync(file, source).program);
  return found;
};

test('no page holds a text of its own', () => {
  const pages = readdirSync(APP, { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.tsx'));
  expect(pages.length).toBeGreaterThan(15);
  expect(pages.flatMap((path) => textsIn(path, readFileSync(join(APP, path), 'utf8')))).toEqual([]);
});

test('the search for such texts finds them', () => {
  const source = 'export const A = () => <p title="Some title" data-x="no text">Hello {name} <b>→ 12</b></p>;';
  expect(textsIn('a.tsx', source)).toEqual(['a.tsx:1 Some title', 'a.tsx:1 Hello']);
});

/** Every text by its path. */
const flat = (texts: object, path = ''): Map<string, string> =>
  new Map(
    Object.entries(texts).flatMap(([key, value]: [string, unknown]) =>
      typeof value === 'string' ? [[`${path}${key}`, value] as const] : [...flat(Object(value), `${path}${key}.`)],
    ),
  );

test('every language has every text, with the same things filled in', () => {
  const [ours, theirs] = [flat(english), flat(german)];
  expect([...theirs.keys()].toSorted()).toEqual([...ours.keys()].toSorted());
  const filled = (text: string): string[] =>
    [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => String(name)).toSorted();
  for (const [key, text] of ours) {
    expect(text.trim(), key).toBe(text);
    expect(text, `${key}: no exclamation marks`).not.toContain('!');
    expect(filled(theirs.get(key) ?? ''), key).toEqual(filled(text));
  }
});

test('German has one word for a flow', () => {
  const said = JSON.stringify(german).match(/\b(Ablauf|Ablaufs|Abläufe|Abläufen)\b/g) ?? [];
  expect(said).toEqual([]);
});

test('D11.31 no text shouts, jokes or asks for patience, in any language', () => {
  const loud = /!|\boops\b|\bwhoops\b|\bsorry\b|\bplease\b|\bbitte\b|\bleider\b|\bhoppla\b/i;
  const found = [...flat(english), ...flat(german)].filter(([, text]) =>
    loud.test(text.replaceAll(/\{\{.*?\}\}/g, '')),
  );
  expect(found).toEqual([]);
});
