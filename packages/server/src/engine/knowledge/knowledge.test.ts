/** Knowledge bases through the real engine: documents of every kind, read in the real jail, embedded without any network. */

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_CHUNKER, type KnowledgeHit, OWN_EMBEDDINGS } from '@headgate/core';
import type { DocRow } from '../../store/knowledge.ts';
import { docxOf, pdfOf, xlsxOf } from '../testing/documents.ts';
import { type Ground, openGround } from '../testing/ground.ts';

let g: Ground;
beforeAll(async () => {
  g = await openGround();
});
afterAll(() => g.close());

const space = () => g.store.in('default');

const write = async (path: string, content: string | Uint8Array): Promise<void> => {
  const sink = space().files.sink();
  await sink.add(typeof content === 'string' ? new TextEncoder().encode(content) : content);
  const id = `file_${randomBytes(8).toString('hex')}`;
  const put = await space().files.put({
    ...{ id, project: 'default', path, type: 'application/octet-stream', content: await sink.end(), by: 'x', at: 1 },
  });
  if (typeof put === 'string') throw new Error(put);
};
const remove = async (path: string): Promise<void> => {
  const row = await space().files.at('default', path);
  if (row !== null) await space().files.remove('default', row.id);
};

/** A base with the files below a folder. */
const base = async (name: string, folder?: string, readers: readonly string[] | null = null): Promise<string> => {
  const id = `kb_${name}`;
  const made = await space().knowledge.create({
    ...{ id, project: 'default', name, model: OWN_EMBEDDINGS, chunker: DEFAULT_CHUNKER, readers, by: 'x', at: 1 },
  });
  if (made?.ok !== true) throw new Error('no base');
  if (folder !== undefined) {
    const spec = { kind: 'files' as const, path: folder };
    await space().knowledge.addSource('default', { id: `kbs_${name}`, base: id, spec, at: 1 });
    g.engine.knowledge.stir('default');
  }
  return id;
};

const docs = async (id: string): Promise<DocRow[]> =>
  (await space().knowledge.documents({ project: 'default', base: id, limit: 200 })).rows;

/** Waits until all documents of a base were read, and it has those that are named. */
const settled = async (id: string, fits: (docs: readonly DocRow[]) => boolean): Promise<readonly DocRow[]> => {
  for (let tries = 0; ; tries += 1) {
    const found = await docs(id);
    if (found.every(({ state }) => state !== 'waiting') && fits(found) && !g.engine.knowledge.working(id)) return found;
    if (tries > 1_500) throw new Error(`not settled: ${JSON.stringify(found)} ${JSON.stringify(g.logs.slice(-3))}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
};

const search = async (
  id: string,
  question: string,
  more: Partial<Parameters<Ground['engine']['knowledge']['search']>[2]> = {},
  reader = 'anybody',
): Promise<readonly KnowledgeHit[] | null> => {
  const query = { question, top: 5, minScore: 0, where: [], mode: 'hybrid' as const, ...more };
  const found = await g.engine.knowledge.search(
    { workspace: 'default', reader, principal: reader },
    { project: 'default', id },
    query,
  );
  if (found !== null && !found.ok) throw new Error(found.problem.text);
  return found === null ? null : found.value;
};

const FILES: readonly (readonly [path: string, content: () => string | Uint8Array])[] = [
  ['mixed/garden.txt', () => 'Tomatoes need a lot of sun and should be watered every morning at their roots.'],
  [
    'mixed/handbook.md',
    () =>
      '# Handbook\n\nWelcome to the company.\n\n## Vacation\n\nEvery employee has thirty days of paid vacation each year.\n\n## Sick leave\n\nCall your manager before nine when you are ill.\n',
  ],
  [
    'mixed/car.html',
    () =>
      '<html><head><title>Car</title><script>steal()</script></head><body><h1>The car</h1><p>Change the oil of the engine every ten thousand kilometres.</p></body></html>',
  ],
  ['mixed/space.pdf', () => pdfOf(['The rocket burns liquid oxygen.', 'The moon is four hundred thousand km away.'])],
  ['mixed/cooking.docx', () => docxOf(['# Bread', 'Knead the dough and bake the bread for forty minutes.'])],
  [
    'mixed/people.xlsx',
    () =>
      xlsxOf('Staff', [
        ['name', 'office'],
        ['Ada Lovelace', 'London'],
        ['Alan Turing', 'Bletchley'],
      ]),
  ],
  ['mixed/prices.csv', () => 'product,price\nblue bicycle,499 euro\nred scooter,299 euro\n'],
  ['mixed/picture.png', () => new Uint8Array([137, 80, 78, 71])],
];

describe('a folder of mixed documents', () => {
  beforeAll(async () => {
    for (const [path, content] of FILES) await write(path, content());
  });

  test('each is read, and a question finds the right one with where it stands', { timeout: 90_000 }, async () => {
    const id = await base('mixed', 'mixed/');
    const found = await settled(id, (all) => all.length === FILES.length);
    expect(found.filter(({ state }) => state === 'failed').map(({ name, problem }) => [name, problem?.code])).toEqual([
      ['picture.png', 'knowledge.format'],
    ]);
    const first = async (question: string) => (await search(id, question))?.[0];
    expect(await first('How often do I water tomatoes?')).toMatchObject({
      citation: { path: 'mixed/garden.txt', start: 0, end: 78 },
    });
    expect(await first('How many days of holiday do employees get?')).toMatchObject({
      text: expect.stringContaining('thirty days'),
      citation: { document: 'handbook.md', heading: 'Handbook › Vacation' },
    });
    expect(await first('when to change the engine oil')).toMatchObject({
      text: expect.not.stringContaining('steal'),
      citation: { document: 'car.html', heading: 'The car' },
    });
    expect(await first('How far away is the moon?')).toMatchObject({ citation: { document: 'space.pdf', page: 2 } });
    expect(await first('How long do I bake bread?')).toMatchObject({
      text: expect.stringContaining('Knead the dough'),
      citation: { document: 'cooking.docx', heading: 'Bread' },
    });
    expect(await first('Where does Alan Turing work?')).toMatchObject({
      citation: { document: 'people.xlsx', heading: 'Staff', row: 3 },
    });
    expect(await first('price of the red scooter')).toMatchObject({
      text: expect.stringContaining('299 euro'),
      citation: { document: 'prices.csv', row: 3 },
    });
  });

  test('conditions, the least score and each ranking by itself', { timeout: 60_000 }, async () => {
    const id = 'kb_mixed';
    const where = [{ field: 'path', is: 'starts' as const, value: 'mixed/s' }];
    expect(await search(id, 'tomatoes', { where })).toEqual([
      expect.objectContaining({ citation: expect.objectContaining({ document: 'space.pdf' }) }),
      expect.objectContaining({ citation: expect.objectContaining({ document: 'space.pdf' }) }),
    ]);
    expect(await search(id, 'zebra crossing', { mode: 'text' })).toEqual([]);
    expect(await search(id, 'scooter', { mode: 'text' })).toEqual([
      expect.objectContaining({ similarity: null, ranks: { vector: null, text: 1 }, score: 1 }),
    ]);
    const near = await search(id, 'scooter', { mode: 'vector', top: 2 });
    expect(near?.map(({ ranks }) => ranks)).toEqual([
      { vector: 1, text: null },
      { vector: 2, text: null },
    ]);
    expect((await search(id, 'scooter', { minScore: 0.99 }))?.length).toBeLessThanOrEqual(1);
    expect(await search(id, '") OR base:"', { mode: 'text' })).toEqual([]);
  });

  test('a file that changes is read again, one that goes is gone', { timeout: 60_000 }, async () => {
    const id = 'kb_mixed';
    const before = (await docs(id)).find(({ name }) => name === 'garden.txt');
    await write('mixed/garden.txt', 'Cucumbers are harvested in the evening.');
    await settled(id, (all) => all.some(({ name, hash }) => name === 'garden.txt' && hash !== before?.hash));
    expect(await search(id, 'tomatoes', { mode: 'text' })).toEqual([]);
    expect((await search(id, 'When are cucumbers harvested?'))?.[0]?.text).toContain('in the evening');
    await remove('mixed/garden.txt');
    await settled(id, (all) => all.length === FILES.length - 1);
    expect(await search(id, 'cucumbers', { mode: 'text' })).toEqual([]);
    expect(JSON.stringify(await search(id, 'cucumbers'))).not.toContain('evening');
  });
});

test('DOS-02 a document with which the server ended three times is not read a fourth, until somebody says so', async () => {
  const id = await base('endless');
  const { knowledge } = space();
  await knowledge.change('default', id, { paused: true }, 2);
  const doc = (key: string) => ({ id: `kbd_${key}`, ref: key, name: key, path: key, type: 'text/plain', meta: {} });
  await knowledge.put(id, '', [{ ...doc('bad'), hash: 'h', body: 'It ends the server.' }], 2);
  await knowledge.put(id, '', [{ ...doc('good'), hash: 'h', body: 'It is read.' }], 2);
  const work = await knowledge.waiting(id, 'kbd_bad');
  if (work === null) throw new Error('nothing waits');
  for (const tries of [1, 2, 3]) expect(await knowledge.begin(work)).toBe(tries);
  await knowledge.change('default', id, { paused: false }, 2);
  g.engine.knowledge.stir('default');
  const found = await settled(id, (all) => all.length === 2);
  expect(found.map(({ name, state, problem }) => [name, state, problem?.code ?? null])).toEqual([
    ['bad', 'failed', 'knowledge.endless'],
    ['good', 'ready', null],
  ]);
  await knowledge.change('default', id, { again: true }, 3);
  g.engine.knowledge.stir('default');
  expect((await settled(id, (all) => all.every(({ state }) => state === 'ready'))).length).toBe(2);
});

test('rows of a table that are new, changed and gone, without what lies sealed', { timeout: 60_000 }, async () => {
  const { tables, knowledge } = space();
  const by = { by: 'x', at: 1 };
  const columns = [
    { name: 'title', type: 'text' as const },
    { name: 'pin', type: 'text' as const, sealed: true as const },
  ];
  await tables.create({ id: 'tbl_notes', project: 'default', name: 'notes', columns, ...by });
  await tables.add(
    'default',
    'tbl_notes',
    [
      { id: 'row_a', values: { title: 'The blue boat', pin: 'sealed words' } },
      { id: 'row_b', values: { title: 'The red kite' } },
      { id: 'row_c', values: { pin: 'sealed alone' } },
    ],
    by,
  );
  const id = await base('rows');
  // As a source might name them that was made before the column was sealed.
  const spec = { kind: 'table' as const, table: 'notes', columns: ['title', 'pin'] };
  await knowledge.addSource('default', { id: 'kbs_rows', base: id, spec, at: 1 });
  g.engine.knowledge.stir('default');
  const refs = (all: readonly DocRow[]) => all.map(({ path }) => path).toSorted();
  expect(refs(await settled(id, (all) => all.length === 2))).toEqual(['notes/row_a', 'notes/row_b']);
  expect((await search(id, 'boat', { mode: 'text' }))?.map(({ text }) => text)).toEqual(['title: The blue boat']);
  expect(await search(id, 'sealed', { mode: 'text' })).toEqual([]);
  const before = (await docs(id)).find(({ path }) => path === 'notes/row_b');
  await tables.change('default', 'tbl_notes', [{ id: 'row_a', values: { title: 'The green boat' } }], by);
  await tables.removeRows('default', 'tbl_notes', ['row_b'], by);
  await tables.add('default', 'tbl_notes', [{ id: 'row_d', values: { title: 'A yellow train' } }], by);
  g.engine.knowledge.stir('default');
  await settled(id, (all) => refs(all).join() === 'notes/row_a,notes/row_d');
  expect((await search(id, 'boat', { mode: 'text' }))?.map(({ text }) => text)).toEqual(['title: The green boat']);
  expect(await search(id, 'kite', { mode: 'text' })).toEqual([]);
  expect(await knowledge.vectors(before?.id ?? '')).toEqual(new Map());
  await tables.remove('default', 'tbl_notes');
  g.engine.knowledge.stir('default');
  await settled(id, (all) => all.length === 0);
  expect((await knowledge.sources(id)).map(({ problem }) => problem?.code)).toEqual(['table.missing']);
});

type Lent = readonly (readonly [step: string, power: string])[];
const run = async (steps: readonly object[], lent: Lent, more: { grantor?: string } = {}) => {
  const doc = { headgate: 1, name: `f${randomBytes(4).toString('hex')}`, steps, output: '{{ steps.last }}' };
  const grants = lent.map(([step, power]) => ({ step, power }));
  return g.run(await g.publish(doc, { grants, ...more }), {}, { wait: 50_000 });
};

describe('steps', () => {
  const find = { id: 'last', kind: 'knowledge.search@1', with: { base: 'tickets', question: 'printer' } };
  const add = (text: string) => ({
    ...{ id: 'last', kind: 'knowledge.add@1' },
    with: { base: 'tickets', key: 't1', name: 'Ticket 1', text, meta: { team: 'it' } },
  });

  test('what a flow puts in is found, replaced and taken out', { timeout: 60_000 }, async () => {
    await base('tickets');
    const all: Lent = [['*', 'data: read,write knowledge tickets']];
    expect(await run([add('The printer is on fire.')], all)).toMatchObject({
      state: 'done',
      output: { pieces: 1, changed: true },
    });
    expect(await run([add('The printer is on fire.')], all)).toMatchObject({ output: { pieces: 1, changed: false } });
    expect(await run([find], all)).toMatchObject({
      output: {
        hits: [
          { text: 'The printer is on fire.', citation: { document: 'Ticket 1', path: 't1' }, meta: { team: 'it' } },
        ],
        context: '[1] Ticket 1\nThe printer is on fire.',
      },
    });
    await run([add('The printer has no paper.')], all);
    expect(await run([find], all)).toMatchObject({ output: { hits: [{ text: 'The printer has no paper.' }] } });
    const gone = { id: 'last', kind: 'knowledge.delete@1', with: { base: 'tickets', key: 't1' } };
    expect(await run([gone], all)).toMatchObject({ output: { deleted: true } });
    expect(await run([find], all)).toMatchObject({ output: { hits: [] } });
  });

  test('KNOW-01 a step searches what it was lent and nothing else, and tells not even that it is there', async () => {
    expect(await run([find], [['*', 'data: read knowledge other']])).toMatchObject({
      state: 'failed',
      problem: { code: 'grant.missing' },
    });
    expect(await run([add('x')], [['*', 'data: read knowledge tickets']])).toMatchObject({
      problem: { code: 'grant.missing' },
    });
    expect(await run([find], [['*', 'data: read knowledge tickets']])).toMatchObject({ state: 'done' });
  });

  test('KNOW-02 where a base lets in some alone, only what one of them lent counts', { timeout: 60_000 }, async () => {
    await base('secretive', undefined, ['somebody']);
    const step = { id: 'last', kind: 'knowledge.search@1', with: { base: 'secretive', question: 'printer' } };
    const lent: Lent = [['*', 'data: read knowledge secretive']];
    expect(await run([step], lent)).toMatchObject({ state: 'failed' });
    await space().knowledge.change('default', 'kb_secretive', { readers: ['somebody', 'owner'] }, 2);
    expect(await run([step], lent)).toMatchObject({ state: 'done', output: { hits: [] } });
    expect(await search('kb_secretive', 'x', {}, 'stranger')).toBeNull();
    expect(await search('kb_secretive', 'x', {}, 'somebody')).toEqual([]);
  });
});
