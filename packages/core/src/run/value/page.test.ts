import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactJson } from '../../guard/redact.ts';
import { differencesOf } from './differ.ts';
import { hitsIn } from './find.ts';
import { JsonText } from './json-text.ts';
import { pageOf, placeOf, type ValuePage } from './page.ts';
import { inPointer, pointerNames } from './pointer.ts';
import { valueShapeOf } from './value-shape.ts';

const jsonOf = (value: unknown, indent?: number): JsonText => new JsonText(JSON.stringify(value, null, indent));

const page = (json: JsonText, path: string, offset = 0, limit?: number, whole = false): ValuePage => {
  const made = pageOf(json, { path, offset, limit, whole }, new Map());
  if (made === null) throw new Error(`nothing at ${path}`);
  return made;
};

/** A value put together again from its pages, each small, what is cut in them asked for by itself. */
const gathered = (json: JsonText, path: string, limit: number): unknown => {
  const pages: ValuePage[] = [];
  for (let offset: number | null = 0; offset !== null; offset = pages.at(-1)?.next ?? null)
    pages.push(page(json, path, offset, limit));
  const [first] = pages;
  if (first?.kind === 'text') return pages.map(({ value }) => value).join('');
  if (first?.kind !== 'list' && first?.kind !== 'object') return first?.value;
  const inner: [string, unknown][] = [];
  for (const { value, cut, offset } of pages)
    for (const [name, one] of Object.entries(value as object)) {
      const at = path + inPointer(first.kind === 'list' ? offset + Number(name) : name);
      inner.push([
        name,
        cut.some((c) => c.path === at || c.path.startsWith(`${at}/`)) ? gathered(json, at, limit) : one,
      ]);
    }
  return first.kind === 'list' ? inner.map(([, one]) => one) : Object.fromEntries(inner);
};

describe('VP1 VP2 pages of a value', () => {
  test('put together give what a reader would have seen as a whole, whatever the value and the size of a page', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 8 }),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        (value, limit, spaced) => {
          const plain: unknown = JSON.parse(JSON.stringify(value));
          expect(gathered(jsonOf(plain, spaced ? 2 : undefined), '', limit)).toEqual(redactJson(plain));
        },
      ),
      { numRuns: 400 },
    );
  });

  test('are bounded in weight, however much was asked for, and tell what was left out', () => {
    const list = Array.from({ length: 20_000 }, (_, n) => ({ n, text: 'x'.repeat(500) }));
    const json = jsonOf(list);
    const first = page(json, '', 0, 100_000);
    expect(JSON.stringify(first).length).toBeLessThan(300_000);
    expect(first).toMatchObject({ kind: 'list', length: 20_000, offset: 0, cut: [] });
    expect(first.next).toBe((first.value as unknown[]).length);
    expect(page(json, '', 19_999, 50)).toMatchObject({ value: [list[19_999]], next: null });
    const deep = page(jsonOf({ a: { rows: list, body: 'y'.repeat(100_000) }, b: 1 }), '');
    expect(deep).toMatchObject({ value: { a: {}, b: 1 }, cut: [{ path: '/a', kind: 'object', length: 2, sent: 0 }] });
    expect(page(jsonOf({ body: 'y'.repeat(100_000) }), '')).toMatchObject({
      value: { body: '' },
      cut: [{ path: '/body', kind: 'text', length: 100_000, sent: 0 }],
    });
    expect(page(jsonOf([['x'.repeat(5_000)]]), '').cut).toEqual([
      { path: '/0/0', kind: 'text', length: 5_000, sent: 2_000 },
    ]);
  });

  test('of a text end between characters, never within one of two halves', () => {
    const json = jsonOf('ab😀cd');
    expect(page(json, '', 0, 3)).toMatchObject({ value: 'ab', next: 2 });
    expect(page(json, '', 2, 3)).toMatchObject({ value: '😀c', next: 5 });
    expect(page(json, '', 2, 1).next).toBe(3);
  });

  test('hide what stands under a label, and what looks like a key, wherever they begin', () => {
    const key = `sk_live_${'4f9Ab2Cd'.repeat(4)}`;
    const json = jsonOf({ password: { first: 'hunter2 and more', list: ['x1', 12] }, text: `before ${key} after` });
    expect(page(json, '/password/first')).toMatchObject({ value: '[hidden]' });
    expect(page(json, '/password/list', 1)).toMatchObject({ value: ['[hidden]'] });
    const cut = [0, 5, 10, 15, 20, 25].map((offset) => String(page(json, '/text', offset, 5).value)).join('');
    expect(cut).toContain('[key');
    expect(cut).not.toContain('4f9A');
    expect(page(json, '', 0, 10, true).length).toBe(JSON.stringify(redactJson(json.read(json.root)), null, 2).length);
  });

  test('are there only for places that are', () => {
    const json = jsonOf({ 'a/b': { '~': [1] }, __proto__x: 1 });
    expect(page(json, '/a~1b/~0/0').value).toBe(1);
    for (const path of ['/c', '/a~1b/~0/1', '/a~1b/~0/-1', '/a~1b/~0/00', '/toString', '/__proto__'])
      expect(placeOf(json, path), path).toBeNull();
    expect(pointerNames('a')).toBeNull();
    expect(pointerNames('/~2')).toBeNull();
  });

  test('of a name that stands twice hold the last, as reading it all would', () => {
    const json = new JsonText('{"a":1,"b":2,"a":3}');
    expect(json.read(json.step(json.root, 'a') ?? json.root)).toBe(3);
  });
});

describe('VF1 looking for a text', () => {
  const json = jsonOf({
    items: [{ name: 'Ada Lovelace' }, { name: 'Grace "Amazing" Hopper', token: 'ada-secret-1' }],
    ADA: { x: null },
  });
  const found = (text: string) => hitsIn(json, json.root, '', text).found.map(({ path, in: where }) => [path, where]);

  test('finds names and values, whatever their case, as JSON writes them or not', () => {
    expect(found('ada')).toEqual([
      ['/items/0/name', 'value'],
      ['/ADA', 'name'],
    ]);
    expect(found('"amazing"')).toEqual([['/items/1/name', 'value']]);
    expect(found('.*')).toEqual([]);
  });

  test('SEC-01 does not find what a label hides, nor what looks like a key', () => {
    const key = `sk_live_${'4f9Ab2Cd'.repeat(4)}`;
    const other = jsonOf({ note: `it is ${key}`, password: 'correct horse' });
    for (const text of ['secret-1', 'ada-s']) expect(found(text), text).toEqual([]);
    for (const text of [key, key.slice(4, 20), 'horse'])
      expect(hitsIn(other, other.root, '', text).found, text).toEqual([]);
    expect(hitsIn(other, other.root, '', 'it is').found).toHaveLength(1);
  });
});

describe('VS1 the shape of a value', () => {
  test('tells kinds, fields that are missing in some, and how long lists are', () => {
    const json = jsonOf([{ id: 1, name: 'a' }, { id: 'b' }, null]);
    expect(valueShapeOf(json, json.root)).toEqual({
      is: ['list'],
      seen: 1,
      lengths: [3, 3],
      items: {
        is: ['object', 'null'],
        seen: 3,
        fields: [
          { name: 'id', shape: { is: ['number', 'text'], seen: 2 } },
          { name: 'name', shape: { is: ['text'], seen: 1 } },
        ],
      },
    });
  });

  test('costs a bounded number of looks, and says where it did not look', () => {
    const json = jsonOf(Array.from({ length: 100_000 }, () => ({ a: [1, 2, 3] })));
    expect(valueShapeOf(json, json.root)).toMatchObject({
      part: true,
      lengths: [100_000, 100_000],
      items: { seen: 200 },
    });
  });
});

describe('VD1 differences', () => {
  test('are told place by place', () => {
    const made = differencesOf(
      jsonOf({ a: [1, 2], b: 'x', c: { d: 1 } }),
      jsonOf({ a: [1, 3, 4], c: { d: 1 }, e: null }),
    );
    expect(made).toEqual({
      differences: [
        { path: '/a/1', what: 'changed', before: 2, after: 3 },
        { path: '/a/2', what: 'added', after: 4 },
        { path: '/b', what: 'removed', before: 'x' },
        { path: '/e', what: 'added', after: null },
      ],
      more: false,
    });
  });

  test('are none for equal values, nor for what a label hides in both', () => {
    expect(differencesOf(jsonOf({ a: 1 }), jsonOf({ a: 1 })).differences).toEqual([]);
    expect(differencesOf(jsonOf({ token: 'one', n: 1 }), jsonOf({ token: 'other', n: 1 })).differences).toEqual([]);
  });

  test('end after so many, and say so', () => {
    const list = (by: number): JsonText => jsonOf(Array.from({ length: 1_000 }, (_, n) => n * by));
    const made = differencesOf(list(1), list(2));
    expect(made.differences).toHaveLength(200);
    expect(made.more).toBe(true);
  });
});
