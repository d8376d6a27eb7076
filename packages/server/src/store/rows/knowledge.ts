/**
 * Knowledge bases of one workspace, and the sources of their documents. The documents are knowledge-docs.ts's; what is found
 * in them is found in another thread (knowledge/searcher.ts).
 *
 * KR1 Whatever is asked by the id of a base is asked within the workspace too: another one's is none.
 * KR2 A change of what can be found raises the stamp of its base in the same transaction.
 */

import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import { type Chunker, KNOWLEDGE_LIMITS, problem, type Problem, type SourceSpec } from '@headgate/core';
import type { Ground } from '../ground.ts';
import { fromJson, toJson } from '../ground.ts';
import type { BaseRow, KnowledgeStore, SourceRow } from '../knowledge.ts';
import type { KnowledgeTables } from '../schema/knowledge-tables.ts';
import { addPages, dropPages, noPages } from './knowledge-page-sums.ts';
import { change, type OwnGround, refuse, type Trx } from './own-ground.ts';

type Bases = Pick<
  KnowledgeStore,
  | 'list'
  | 'get'
  | 'named'
  | 'counts'
  | 'create'
  | 'change'
  | 'remove'
  | 'sources'
  | 'addSource'
  | 'removeSource'
  | 'lookAgain'
  | 'looked'
>;

const baseOf = ({
  workspace: _tenant,
  stamp: _stamp,
  chunker,
  readers,
  paused,
  ...row
}: Selectable<KnowledgeTables['knowledge_base']>): BaseRow => ({
  ...row,
  chunker: fromJson(chunker) as Chunker, // written below
  readers: readers === null ? null : (fromJson(readers) as readonly string[]),
  paused: paused === 1,
});

const STATES = ['waiting', 'ready', 'failed'] as const;

export const sourceOf = (row: Selectable<KnowledgeTables['knowledge_source']>): SourceRow => ({
  id: row.id,
  base: row.base,
  spec: fromJson(row.spec) as SourceSpec, // written below
  state: STATES.find((state) => state === row.state) ?? 'waiting',
  problem: row.problem === null ? null : (fromJson(row.problem) as Problem),
  ...{ looked: row.looked, by: row.by, round: row.round, began: row.began, ended: row.ended },
});

const taken = (name: string): Problem =>
  problem('knowledge.taken', `The project has a knowledge base “${name}” already`, { fix: 'Give it another name.' });
const many = (what: string, most: number): Problem => problem('knowledge.many', `There are ${most} ${what} at most`);

/** Documents that wait and those that have nothing are read anew. */
const WAITING = { state: 'waiting', problem: null, tries: 0 } as const;
/** Rows that go at once. */
const GONE = 100;

/** Pieces of a base, or of a document: all of them, those of one generation, or of those before one. */
export type PiecesOf =
  | { readonly base: string }
  | { readonly doc: string; readonly gen?: number; readonly before?: number };

/** Deletes some of them; false: there were none. */
export const dropSomePieces = async (trx: Trx, workspace: string, of: PiecesOf): Promise<boolean> => {
  let query = trx
    .selectFrom('knowledge_chunk')
    .select(['n', 'base', 'heading', 'text'])
    .where('workspace', '=', workspace)
    .orderBy('n')
    .limit(GONE);
  query = 'base' in of ? query.where('base', '=', of.base) : query.where('doc', '=', of.doc);
  if ('doc' in of && of.gen !== undefined) query = query.where('gen', '=', of.gen);
  if ('doc' in of && of.before !== undefined) query = query.where('gen', '<', of.before);
  const some = await query.execute();
  if (some.length === 0) return false;
  // The index is told what it had, so that it lets go of those words.
  for (const { n, base, heading, text } of some)
    await sql`insert into knowledge_text (knowledge_text, rowid, base, heading, text)
      values ('delete', ${n}, ${base}, ${heading}, ${text})`.execute(trx);
  await trx
    .deleteFrom('knowledge_chunk')
    .where(
      'n',
      'in',
      some.map(({ n }) => n),
    )
    .execute();
  return true;
};

export const stampBase = (trx: Trx, workspace: string, base: string, bytes = 0) =>
  trx
    .updateTable('knowledge_base')
    .set((eb) => ({ stamp: eb('stamp', '+', 1), bytes: eb('bytes', '+', bytes) }))
    .where('workspace', '=', workspace)
    .where('id', '=', base)
    .execute();

/** What it counts changed, and nothing of what is found in it. */
export const countBase = (trx: Trx, workspace: string, base: string, bytes: number) =>
  trx
    .updateTable('knowledge_base')
    .set((eb) => ({ bytes: eb('bytes', '+', bytes) }))
    .where('workspace', '=', workspace)
    .where('id', '=', base)
    .execute();

export const knowledgeOf = (
  ground: Ground,
  own: Pick<OwnGround, 'grew'>,
  workspace: string,
  /** Pieces of a base, or of documents, that nobody finds any more. */
  litter: (of: { readonly base: string } | { readonly doc: string }) => Promise<void>,
): Bases => {
  const { db } = ground;
  const row = (from: Ground['db'] | Trx, project: string, column: 'id' | 'name', value: string) =>
    from
      .selectFrom('knowledge_base')
      .selectAll()
      .where('workspace', '=', workspace)
      .where('project', '=', project)
      .where(column, '=', value)
      .executeTakeFirst();
  const one = async (project: string, column: 'id' | 'name', value: string): Promise<BaseRow | null> => {
    const found = await row(db, project, column, value);
    return found === undefined ? null : baseOf(found);
  };

  return {
    list: async (project) =>
      (
        await db
          .selectFrom('knowledge_base')
          .selectAll()
          .where('workspace', '=', workspace)
          .where('project', '=', project)
          .orderBy('name')
          .execute()
      ).map(baseOf),
    get: (project, id) => one(project, 'id', id),
    named: (project, name) => one(project, 'name', name),
    counts: async (id) => {
      const rows = await db
        .selectFrom('knowledge_doc')
        .select(({ fn }) => ['state', fn.countAll<number>().as('many'), fn.sum<number>('pieces').as('pieces')])
        .where('workspace', '=', workspace)
        .where('base', '=', id)
        .groupBy('state')
        .execute();
      const of = (state: string): number => rows.find((each) => each.state === state)?.many ?? 0;
      return {
        ...{ waiting: of('waiting'), ready: of('ready'), failed: of('failed') },
        pieces: rows.reduce((sum, { pieces }) => sum + Number(pieces ?? 0), 0),
      };
    },
    create: ({ id, project, name, model, chunker, readers, by, at }) =>
      change(ground, own, workspace, undefined, async ({ trx }) => {
        const there = await trx
          .selectFrom('project')
          .select('id')
          .where('workspace', '=', workspace)
          .where('id', '=', project)
          .executeTakeFirst();
        if (there === undefined) return null;
        if ((await row(trx, project, 'name', name)) !== undefined) refuse(taken(name));
        const { n } = await trx
          .selectFrom('knowledge_base')
          .select(({ fn }) => fn.countAll<number>().as('n'))
          .where('workspace', '=', workspace)
          .where('project', '=', project)
          .executeTakeFirstOrThrow();
        if (n >= KNOWLEDGE_LIMITS.bases) refuse(many('knowledge bases in a project', KNOWLEDGE_LIMITS.bases));
        const made = {
          ...{ id, workspace, project, name, model, by, chunker: toJson(chunker) },
          ...{ readers: readers === null ? null : toJson(readers), paused: 0, stamp: 1, bytes: 0 },
          ...{ created: at, updated: at },
        };
        await trx.insertInto('knowledge_base').values(made).execute();
        return baseOf(made);
      }),
    change: (project, id, { name, chunker, readers, paused, again }, at) =>
      change(ground, own, workspace, undefined, async ({ trx }) => {
        const before = await row(trx, project, 'id', id);
        if (before === undefined) return null;
        if (name !== undefined && name !== before.name && (await row(trx, project, 'name', name)) !== undefined)
          refuse(taken(name));
        const next = {
          ...before,
          updated: at,
          ...(name === undefined ? {} : { name }),
          ...(chunker === undefined ? {} : { chunker: toJson(chunker) }),
          ...(readers === undefined ? {} : { readers: readers === null ? null : toJson(readers) }),
          ...(paused === undefined ? {} : { paused: paused ? 1 : 0 }),
        };
        await trx
          .updateTable('knowledge_base')
          .set(next)
          .where('workspace', '=', workspace)
          .where('id', '=', id)
          .execute();
        if (again === true || next.chunker !== before.chunker)
          await trx
            .updateTable('knowledge_doc')
            .set(WAITING)
            .where('workspace', '=', workspace)
            .where('base', '=', id)
            .execute();
        return baseOf(next);
      }),
    remove: async (project, id) => {
      const done = await change(ground, own, workspace, undefined, async ({ trx, grow }) => {
        const found = await row(trx, project, 'id', id);
        if (found === undefined) return null;
        for (const table of ['knowledge_doc', 'knowledge_source', 'knowledge_page'] as const)
          await trx.deleteFrom(table).where('workspace', '=', workspace).where('base', '=', id).execute();
        await trx.deleteFrom('knowledge_base').where('workspace', '=', workspace).where('id', '=', id).execute();
        grow(-found.bytes);
        return true;
      });
      if (done === null) return false;
      await litter({ base: id });
      return true;
    },

    sources: async (base) => {
      const rows = await db
        .selectFrom('knowledge_source')
        .selectAll()
        .where('workspace', '=', workspace)
        .where('base', '=', base)
        .orderBy('created')
        .orderBy('id')
        .execute();
      const counts = await db
        .selectFrom('knowledge_doc')
        .select(({ fn }) => ['source', fn.countAll<number>().as('many')])
        .where('workspace', '=', workspace)
        .where('base', '=', base)
        .groupBy('source')
        .execute();
      const pages = await db
        .selectFrom('knowledge_page')
        .innerJoin('knowledge_source', 'knowledge_source.id', 'knowledge_page.source')
        .select(({ fn }) => ['source', 'knowledge_page.state', fn.countAll<number>().as('many')])
        .select(({ fn }) => fn.sum<number | null>('bytes').as('bytes'))
        .where('knowledge_page.workspace', '=', workspace)
        .where('knowledge_page.base', '=', base)
        .whereRef('knowledge_page.round', '=', 'knowledge_source.round')
        .groupBy(['source', 'knowledge_page.state'])
        .execute();
      return rows.map((each) => ({
        ...sourceOf(each),
        pages: pages.filter(({ source }) => source === each.id).reduce(addPages, noPages()),
        documents: counts.find(({ source }) => source === each.id)?.many ?? 0,
      }));
    },
    addSource: (project, { id, base, spec, at, by = '' }) =>
      change(ground, own, workspace, undefined, async ({ trx }) => {
        if ((await row(trx, project, 'id', base)) === undefined) return null;
        const there = await trx
          .selectFrom('knowledge_source')
          .selectAll()
          .where('workspace', '=', workspace)
          .where('base', '=', base)
          .execute();
        const same = there.find((each) => each.spec === toJson(spec));
        if (same !== undefined) {
          const again = { by, state: 'waiting' };
          await trx
            .updateTable('knowledge_source')
            .set(again)
            .where('workspace', '=', workspace)
            .where('id', '=', same.id)
            .execute();
          return sourceOf({ ...same, ...again });
        }
        if (there.length >= KNOWLEDGE_LIMITS.sources) refuse(many('sources in a base', KNOWLEDGE_LIMITS.sources));
        const made = {
          ...{ id, workspace, base, spec: toJson(spec), state: 'waiting', problem: null, looked: null, created: at },
          ...{ by, round: 0, began: null, ended: null },
        };
        await trx.insertInto('knowledge_source').values(made).execute();
        return sourceOf(made);
      }),
    removeSource: async (project, base, id) => {
      const done = await change(ground, own, workspace, undefined, async ({ trx, grow }) => {
        if ((await row(trx, project, 'id', base)) === undefined) return null;
        const gone = await trx
          .deleteFrom('knowledge_source')
          .where('workspace', '=', workspace)
          .where('base', '=', base)
          .where('id', '=', id)
          .executeTakeFirst();
        if (gone.numDeletedRows === 0n) return null;
        const docs = await trx
          .deleteFrom('knowledge_doc')
          .where('workspace', '=', workspace)
          .where('base', '=', base)
          .where('source', '=', id)
          .returning(['id', 'bytes'])
          .execute();
        const pages = await dropPages(trx, workspace, { base, source: id });
        const bytes = docs.reduce((sum, doc) => sum + doc.bytes, pages);
        await stampBase(trx, workspace, base, -bytes);
        grow(-bytes);
        return docs.map((doc) => doc.id);
      });
      if (done === null || !done.ok) return false;
      for (const doc of done.value) await litter({ doc });
      return true;
    },
    lookAgain: async (project, base) => {
      if ((await one(project, 'id', base)) === null) return false;
      await db
        .updateTable('knowledge_source')
        .set({ state: 'waiting' })
        .where('workspace', '=', workspace)
        .where('base', '=', base)
        .execute();
      return true;
    },
    looked: async (source, at, why) => {
      const done = await db
        .updateTable('knowledge_source')
        .set({ state: why === null ? 'ready' : 'failed', looked: at, problem: why === null ? null : toJson(why) })
        .where('workspace', '=', workspace)
        .where('id', '=', source)
        .executeTakeFirst();
      return done.numUpdatedRows > 0n;
    },
  };
};
