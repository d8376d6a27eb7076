/** One table of actions: no two that apply at once share a key, every title is a text of both languages, and keys stay. */

import { expect, test } from 'vitest';
import { actions as german } from '../i18n/de/actions.ts';
import { actions as english } from '../i18n/en/actions.ts';
import { ACTION_NAMES, type Context, specOf } from './table.ts';

/** Where both apply at once. */
const TOGETHER: Readonly<Record<Context, readonly Context[]>> = {
  everywhere: ['everywhere', 'editor', 'graph', 'runs'],
  editor: ['everywhere', 'editor', 'graph'],
  graph: ['everywhere', 'editor', 'graph'],
  runs: ['everywhere', 'runs'],
};

test('AC1 no two actions that apply at once share a key, or one the beginning of another', () => {
  const clashes: string[] = [];
  for (const a of ACTION_NAMES)
    for (const b of ACTION_NAMES) {
      if (a >= b || !TOGETHER[specOf(a).context].includes(specOf(b).context)) continue;
      for (const one of specOf(a).keys ?? [])
        for (const other of specOf(b).keys ?? [])
          if (one === other || other.startsWith(`${one} `) || one.startsWith(`${other} `))
            clashes.push(`${a} ${b}: ${one}`);
    }
  expect(clashes).toEqual([]);
});

test('AC3 a key without a modifier is for the canvas and the outline, but for the help and the ways to other pages', () => {
  const plain = ACTION_NAMES.filter((name) => specOf(name).keys?.some((key) => /^[A-Z?/.[\]0-9](?: |$)/.test(key)));
  const outside = plain.filter((name) => specOf(name).context !== 'graph');
  expect(outside.toSorted()).toEqual(['goFlows', 'goInbox', 'goRuns', 'goTrust', 'help']);
});

test('every action has a name in both languages, of its own', () => {
  for (const texts of [english, german]) {
    const names = ACTION_NAMES.map((name) => texts[specOf(name).title]);
    expect(names.every((name) => name.length > 2)).toBe(true);
    expect(new Set(names).size).toBe(names.length);
  }
});

test('AC2 the keys that people have in their fingers are these', () => {
  const keys = Object.fromEntries(
    ACTION_NAMES.filter((name) => specOf(name).keys).map((name) => [name, specOf(name).keys?.join(' or ')]),
  );
  expect(keys).toMatchSnapshot();
});
