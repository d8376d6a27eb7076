/** Documents and their pieces when what was being done to them was cut off. */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { DEFAULT_CHUNKER, OWN_EMBEDDINGS } from '@headgate/core';
import type { NewPiece } from '../knowledge.ts';
import type { Store } from '../ports.ts';
import { DATABASE } from '../schema/migrate.ts';
import { kitIn, NOW } from '../testing/kit.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const BASE = 'kb_a';
const of = (store: Store) => store.in('default').knowledge;

let dir = '';
const begun = async (): Promise<Store> => {
  dir = kit.dir();
  const store = await kit.store({ dir });
  await of(store).create({
    ...{ id: BASE, project: 'default', name: 'a', model: OWN_EMBEDDINGS, chunker: DEFAULT_CHUNKER, readers: null },
    ...{ by: 'x', at: NOW },
  });
  return store;
};

const put = (store: Store, hash: string) =>
  of(store).put(
    BASE,
    '',
    [{ id: 'doc', ref: 'k', name: 'k', path: 'k', type: 'text/plain', hash, meta: {}, body: hash }],
    NOW,
  );

const piece = (text: string): NewPiece => ({
  ...{ text, start: 0, end: text.length, page: null, row: null, heading: null, hash: text },
  vec: new Uint8Array([0, 0, 128, 63]),
});

/** Puts a text in and reads it, as the indexer does. */
const read = async (store: Store, text: string): Promise<void> => {
  await put(store, text);
  const work = await of(store).waiting(BASE, 'doc');
  if (work === null) throw new Error('nothing waits');
  await of(store).addPieces(work, [piece(text)]);
  expect(await of(store).finish(work, NOW, null)).toBe(true);
};

const inside = <T>(act: (db: DatabaseSync) => T): T => {
  const db = new DatabaseSync(join(dir, DATABASE));
  try {
    return act(db);
  } finally {
    db.close();
  }
};
const texts = (): unknown[] =>
  inside((db) =>
    db
      .prepare('select text from knowledge_chunk order by n')
      .all()
      .map(({ text }) => text),
  );
const found = (word: string): number =>
  inside((db) => db.prepare('select rowid from knowledge_text where knowledge_text match ?').all(word).length);

/** A document that reads `second`, whose pieces of before were not taken out: the store was ended in between. */
const cutOff = async (): Promise<Store> => {
  const store = await begun();
  await read(store, 'first');
  const work = await put(store, 'second').then(() => of(store).waiting(BASE, 'doc'));
  if (work === null) throw new Error('nothing waits');
  await of(store).addPieces(work, [piece('second')]);
  await store.close();
  // What the transaction of `finish` wrote, and nothing after it.
  inside((db) => db.prepare("update knowledge_doc set gen = ?, state = 'ready', pieces = 1").run(work.gen));
  return kit.store({ dir });
};

test('KNOW-06 what a document said before goes with the next reading, when the server ended before it was taken out', async () => {
  const store = await cutOff();
  expect(texts()).toEqual(['first', 'second']);
  await read(store, 'third');
  expect(texts()).toEqual(['third']);
  expect([found('first'), found('second'), found('third')]).toEqual([0, 0, 1]);
});

test('and the collector takes it out where nothing is read any more', async () => {
  const store = await cutOff();
  expect(await store.engine.collectLitter()).toBeGreaterThan(0);
  expect(texts()).toEqual(['second']);
  expect([found('first'), found('second')]).toEqual([0, 1]);
  expect(await store.engine.collectLitter()).toBe(0);
});

test('readings that begin are counted over the end of the server, until one ends, is left, or the text is another', async () => {
  const store = await begun();
  await put(store, 'first');
  const work = await of(store).waiting(BASE, 'doc');
  if (work === null) throw new Error('nothing waits');
  expect(await of(store).begin(work)).toBe(1);
  await store.close();
  const again = await kit.store({ dir });
  expect(await of(again).begin(work)).toBe(2);
  await of(again).leave(work);
  expect(await of(again).begin(work)).toBe(2);
  expect(await of(again).begin({ ...work, hash: 'other' })).toBeNull();
  await put(again, 'second');
  const next = { ...work, hash: 'second' };
  expect(await of(again).begin(next)).toBe(1);
  expect(await of(again).finish(next, NOW, null)).toBe(true);
  expect(await of(again).begin(next)).toBeNull();
});

test('the text of a document counts for the quota from when it is kept, once, until it goes', async () => {
  const store = await begun();
  const stored = async (): Promise<number> => (await store.in('default').limits.usage(NOW)).bytes;
  const empty = await stored();
  await put(store, 'x'.repeat(1_000));
  expect((await stored()) - empty).toBe(1_000);
  await put(store, 'x'.repeat(300));
  expect((await stored()) - empty).toBe(300);
  const work = await of(store).waiting(BASE, 'doc');
  if (work === null) throw new Error('nothing waits');
  await of(store).finish(work, NOW, null);
  expect((await stored()) - empty).toBe(300);
  await of(store).drop(BASE, ['doc']);
  expect(await stored()).toBe(empty);
});
