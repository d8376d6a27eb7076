/** Graphs of a whole store: built beside the database, followed through changes, and gone with their base. */

import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_CHUNKER, type KnowledgeHit } from '@headgate/core';
import { openStore } from '../open.ts';
import type { Store } from '../ports.ts';
import { clustered } from '../testing/clusters.ts';
import { KEY } from '../testing/kit.ts';
import { connect } from '../schema/connect.ts';
import { Search } from './search.ts';
import { graphPath } from './shelf.ts';

const SIZE = 32;
const FROM = 300;

let dir: string;
let store: Store;
const begin = async (): Promise<void> => {
  store = await openStore({ dir, key: KEY, clock: () => 1, graphFrom: FROM });
};
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'headgate-graphs-'));
  await begin();
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

const space = () => store.in('default').knowledge;
const base = async (id: string): Promise<void> => {
  const made = await space().create({
    ...{ id, project: 'default', name: id, model: 'm', chunker: DEFAULT_CHUNKER, readers: null, by: 'x', at: 1 },
  });
  if (made?.ok !== true) throw new Error('no base');
};

const next = clustered(SIZE, 8, 3);
const bytesOf = (vector: Float32Array): Uint8Array => new Uint8Array(vector.slice().buffer);

/** A document of so many pieces. `first`: the vector of its first. */
const fill = async (of: string, ref: string, many: number, first = next()): Promise<void> => {
  const id = `doc_${of}_${ref}`;
  await space().put(of, '', [{ id, ref, name: ref, path: ref, type: 'text/plain', hash: 'h', meta: {}, body: ref }], 1);
  const work = { id, base: of, hash: 'h', gen: 1 };
  const pieces = Array.from({ length: many }, (_, at) => ({
    ...{ text: `${ref} ${at}`, start: at, end: at + 1, page: at, row: null, heading: null, hash: `${ref}${at}` },
    vec: bytesOf(at === 0 ? first : next()),
  }));
  const docs = await space().next(of, 0);
  if (docs === null || !(await space().addPieces({ ...docs, ...work }, pieces))) throw new Error('no pieces');
  if (!(await space().finish({ ...docs, ...work }, 1, null))) throw new Error('not finished');
};

const search = async (
  of: string,
  vector: Float32Array,
  where: Parameters<ReturnType<typeof space>['search']>[0]['where'] = [],
): Promise<readonly KnowledgeHit[]> => {
  const found = await space().search({
    ...{ project: 'default', base: of, by: { reader: 'x' }, vector, words: null, where, top: 5, minScore: 0 },
  });
  if (found === null || !found.ok) throw new Error(JSON.stringify(found));
  return found.value;
};
const texts = (hits: readonly KnowledgeHit[]): readonly string[] => hits.map(({ text }) => text);

const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; !(await what()); tries += 1) {
    if (tries > 500) throw new Error('it did not come true');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
const fileOf = (of: string): string => graphPath(join(dir, 'graphs'), of);
const isJunk = (path: string): boolean => statSync(path).size < 1_000;

test('a large base has a graph of its own after its first question; a small one has none', async () => {
  await base('kb_large');
  await base('kb_small');
  const known = next();
  await fill('kb_large', 'a', FROM, known);
  await fill('kb_small', 'b', FROM - 1);
  const exact = await search('kb_large', known);
  expect(texts(exact)[0]).toBe('a 0');
  await search('kb_small', known);
  await until(() => existsSync(fileOf('kb_large')));
  await until(async () => {
    expect(await search('kb_large', known)).toEqual(exact);
    return existsSync(`${fileOf('kb_large')}.seal`);
  });
  expect(existsSync(fileOf('kb_small'))).toBe(false);

  // What comes is found before any graph has it, what goes is not found though the graph has it.
  const other = next();
  await fill('kb_large', 'c', 3, other);
  expect(texts(await search('kb_large', other))[0]).toBe('c 0');
  await space().drop('kb_large', ['doc_kb_large_c']);
  expect(texts(await search('kb_large', other)).filter((text) => text.startsWith('c'))).toEqual([]);
  await fill('kb_large', 'd', FROM, other);
  await space().drop('kb_large', ['doc_kb_large_a']);
  expect(texts(await search('kb_large', known)).every((text) => text.startsWith('d'))).toBe(true);
  // Conditions hold as ever.
  const where = [{ field: 'page', is: 'gte' as const, value: FROM - 2 }];
  expect(texts(await search('kb_large', other, where)).toSorted()).toEqual([`d ${FROM - 2}`, `d ${FROM - 1}`]);

  await space().remove('default', 'kb_large');
  expect(readdirSync(join(dir, 'graphs'))).toEqual([]);
}, 60_000);

test('a graph that is lost, broken or of a base that is gone does not matter: it is built anew, or goes', async () => {
  await base('kb_one');
  const known = next();
  await fill('kb_one', 'a', FROM, known);
  await search('kb_one', known);
  await until(() => existsSync(`${fileOf('kb_one')}.seal`));
  await store.close();
  const whole = readdirSync(join(dir, 'graphs'));
  writeFileSync(fileOf('kb_one'), 'not a graph');
  writeFileSync(fileOf('kb_gone'), 'a graph of nobody');
  await begin();
  expect(texts(await search('kb_one', known))[0]).toBe('a 0');
  await until(async () => {
    await search('kb_one', known);
    return !isJunk(fileOf('kb_one')) && readdirSync(join(dir, 'graphs')).every((name) => !name.endsWith('.part'));
  });
  // Another build may be under way: what it has not ended is no litter.
  await until(async () => {
    await store.engine.collectLitter();
    return !existsSync(fileOf('kb_gone')) && readdirSync(join(dir, 'graphs')).length <= whole.length;
  });
  expect(readdirSync(join(dir, 'graphs'))).toEqual(whole);
  expect(texts(await search('kb_one', known))[0]).toBe('a 0');
}, 60_000);

test('DOS-02 vectors in memory are bounded in bytes: the base that was asked longest ago goes, and the one that is asked stays, however large', async () => {
  const known = next();
  const sizes = { kb_a: 40, kb_b: 40, kb_c: 40, kb_big: 600 };
  for (const [id, many] of Object.entries(sizes)) {
    await base(id);
    await fill(id, 'x', many, known);
  }
  const db = connect(join(dir, 'headgate.db'), { readOnly: true });
  const none = { of: () => null, want: () => undefined, forget: () => undefined };
  const asked = (search: Search, of: string): readonly number[] => {
    const answer = search.answer({
      ...{ id: 1, workspace: 'default', project: 'default', base: of, by: { reader: 'x' }, vector: known },
      ...{ words: null, where: [], top: 1, minScore: 0 },
    });
    expect(answer).toMatchObject({ hits: [{ text: 'x 0' }] });
    return [search.count, search.bytes];
  };
  try {
    const [, one = 0] = asked(new Search(db, none, FROM), 'kb_a');
    expect(one).toBeGreaterThan(40 * SIZE * 4);
    const search = new Search(db, none, FROM, 2 * one);
    const counts = ['kb_a', 'kb_b', 'kb_a', 'kb_c', 'kb_a'].map((of) => asked(search, of)[0]);
    // `kb_c` drives out `kb_b`, which was asked before `kb_a` was again: that one is still there.
    expect(counts).toEqual([40, 80, 80, 80, 80]);
    expect(search.bytes).toBeLessThanOrEqual(2 * one);
    expect(asked(search, 'kb_big')[0]).toBe(600);
    expect(search.bytes).toBeGreaterThan(2 * one);
    expect(asked(search, 'kb_b')[0]).toBe(40);
  } finally {
    db.close();
  }
}, 60_000);
