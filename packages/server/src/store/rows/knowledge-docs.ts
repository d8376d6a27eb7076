/**
 * Documents of the knowledge bases of one workspace, and their pieces.
 *
 * KD1 A document is there once for its source and what it is known by there. It waits until a reading of it as it is ended;
 *     whatever is cut off in between leaves it waiting (no document is lost, none is there twice).
 * KD2 Pieces come in small portions under the coming generation, which nobody finds; one row makes them those of the document.
 *     Those of every generation before it go then, whenever they were left.
 * KD3 What is read is counted before it is read: a reading that ends the server is known afterwards.
 */

import { type Selectable, sql } from 'kysely';
import { type DocumentMeta, KNOWLEDGE_LIMITS, problem, type Problem } from '@headgate/core';
import { after, fromJson, type Ground, page, toJson } from '../ground.ts';
import type { DocRow, DocWork, KnowledgeStore } from '../knowledge.ts';
import type { KnowledgeTables } from '../schema/knowledge-tables.ts';
import { countBase, dropSomePieces, stampBase } from './knowledge.ts';
import { change, type OwnGround, refuse, type Trx } from './own-ground.ts';

type Docs = Pick<
  KnowledgeStore,
  | 'documents'
  | 'known'
  | 'put'
  | 'given'
  | 'drop'
  | 'next'
  | 'waiting'
  | 'begin'
  | 'leave'
  | 'vectors'
  | 'addPieces'
  | 'dropPieces'
  | 'finish'
>;
type Kept = Selectable<KnowledgeTables['knowledge_doc']>;

const STATES = ['waiting', 'ready', 'failed'] as const;

const docOf = (row: Kept): DocRow => ({
  ...{ id: row.id, base: row.base, source: row.source, ref: row.ref, name: row.name, path: row.path, type: row.type },
  ...{ hash: row.hash, pieces: row.pieces, updated: row.updated },
  meta: fromJson(row.meta) as DocumentMeta, // written below
  state: STATES.find((state) => state === row.state) ?? 'waiting',
  problem: row.problem === null ? null : (fromJson(row.problem) as Problem),
});

const workOf = (row: Kept): DocWork => ({
  ...docOf(row),
  ...{ body: row.body, parts: row.parts === 1, gen: row.gen + 1 },
});

/** What a piece counts besides its text and vector: its row and its place in the indexes. */
const PIECE = 200;

export const knowledgeDocsOf = (
  ground: Ground,
  own: Pick<OwnGround, 'grew'>,
  workspace: string,
  litter: (of: { readonly doc: string }) => Promise<void>,
): Docs => {
  const { db } = ground;
  const at = (from: Ground['db'] | Trx) =>
    from.selectFrom('knowledge_doc').where('knowledge_doc.workspace', '=', workspace);

  /** The document as it is now, if it is still what is being read. */
  const still = async (trx: Trx, { id, base, hash, gen }: Pick<DocWork, 'id' | 'base' | 'hash' | 'gen'>) => {
    const row = await at(trx).selectAll().where('base', '=', base).where('id', '=', id).executeTakeFirst();
    return row !== undefined && row.hash === hash && row.gen + 1 === gen && row.state === 'waiting' ? row : null;
  };

  const tried = (trx: Trx, doc: string, tries: number) =>
    trx.updateTable('knowledge_doc').set({ tries }).where('workspace', '=', workspace).where('id', '=', doc).execute();

  return {
    documents: async ({ project, base, state, cursor, limit }) => {
      let query = at(db)
        .innerJoin('knowledge_base', 'knowledge_base.id', 'knowledge_doc.base')
        .selectAll('knowledge_doc')
        .where('knowledge_base.workspace', '=', workspace)
        .where('knowledge_base.project', '=', project)
        .where('knowledge_doc.base', '=', base);
      if (state !== undefined) query = query.where('knowledge_doc.state', '=', state);
      const from = after(cursor);
      if (from !== null) query = query.where('knowledge_doc.n', '>', from);
      const found = page(
        await query
          .orderBy('knowledge_doc.n')
          .limit(limit + 1)
          .execute(),
        limit,
      );
      return { rows: found.rows.map(docOf), next: found.next };
    },
    known: (base, source, ref, limit) =>
      at(db)
        .select(['id', 'ref', 'hash'])
        .where('base', '=', base)
        .where('source', '=', source)
        .where('ref', '>', ref)
        .orderBy('ref')
        .limit(limit)
        .execute(),
    put: (base, source, docs, now) =>
      change(ground, own, workspace, undefined, async ({ trx, grow }) => {
        const mine = await trx
          .selectFrom('knowledge_base')
          .select('id')
          .where('workspace', '=', workspace)
          .where('id', '=', base)
          .executeTakeFirst();
        if (mine === undefined) return null;
        let grown = 0;
        for (const { id, ref, name, path, type, hash, meta, body = null, parts = false } of docs) {
          // What is kept of a text counts from when it is kept, not from when it was read.
          const before = await at(trx)
            .select('body')
            .where('base', '=', base)
            .where('source', '=', source)
            .where('ref', '=', ref)
            .executeTakeFirst();
          const more = (body?.length ?? 0) - (before?.body?.length ?? 0);
          grown += more;
          await trx
            .insertInto('knowledge_doc')
            .values({
              ...{ id, workspace, base, source, ref, name, path, type, meta: toJson(meta), hash, body },
              ...{
                state: 'waiting',
                problem: null,
                gen: 0,
                pieces: 0,
                bytes: more,
                updated: now,
                parts: parts ? 1 : 0,
              },
            })
            .onConflict((on) =>
              on
                .columns(['base', 'source', 'ref'])
                .doUpdateSet(({ eb, ref: column }) => ({
                  bytes: eb(column('knowledge_doc.bytes'), '+', more),
                  ...{ name, path, type, meta: toJson(meta), hash, body, updated: now },
                  ...{ state: 'waiting', problem: null, tries: 0, parts: parts ? 1 : 0 },
                }))
                .where('knowledge_doc.workspace', '=', workspace),
            )
            .execute();
        }
        if (grown !== 0) {
          await countBase(trx, workspace, base, grown);
          grow(grown);
        }
        const { n } = await at(trx)
          .select(({ fn }) => fn.countAll<number>().as('n'))
          .where('base', '=', base)
          .executeTakeFirstOrThrow();
        if (n > KNOWLEDGE_LIMITS.documents)
          refuse(
            problem('knowledge.many', `A knowledge base has ${KNOWLEDGE_LIMITS.documents} documents at most`, {
              fix: 'Make another base for some of them.',
            }),
          );
        return true as const;
      }),
    given: async (base, ref) => {
      const row = await at(db)
        .selectAll()
        .where('base', '=', base)
        .where('source', '=', '')
        .where('ref', '=', ref)
        .executeTakeFirst();
      return row === undefined ? null : docOf(row);
    },
    drop: async (base, docs) => {
      if (docs.length === 0) return 0;
      const done = await change(ground, own, workspace, undefined, async ({ trx, grow }) => {
        const gone = await trx
          .deleteFrom('knowledge_doc')
          .where('workspace', '=', workspace)
          .where('base', '=', base)
          .where('id', 'in', docs)
          .returning(['id', 'bytes'])
          .execute();
        const bytes = gone.reduce((sum, doc) => sum + doc.bytes, 0);
        await stampBase(trx, workspace, base, -bytes);
        grow(-bytes);
        return gone.map(({ id }) => id);
      });
      const gone = done?.ok === true ? done.value : [];
      for (const doc of gone) await litter({ doc });
      return gone.length;
    },
    next: async (base, from) => {
      const row = await at(db)
        .selectAll()
        .where('base', '=', base)
        .where('state', '=', 'waiting')
        .where('n', '>', from)
        .orderBy('n')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : { ...workOf(row), n: row.n };
    },
    waiting: async (base, doc) => {
      const row = await at(db)
        .selectAll()
        .where('base', '=', base)
        .where('id', '=', doc)
        .where('state', '=', 'waiting')
        .executeTakeFirst();
      return row === undefined ? null : workOf(row);
    },
    begin: async (work) => {
      const done = await change(ground, own, workspace, undefined, async ({ trx }) => {
        const row = await still(trx, work);
        if (row === null) return null;
        const tries = row.tries + 1;
        await tried(trx, work.id, tries);
        return tries;
      });
      return done?.ok === true ? done.value : null;
    },
    leave: async (work) => {
      const done = await change(ground, own, workspace, undefined, async ({ trx }) => {
        const row = await still(trx, work);
        if (row === null) return null;
        await tried(trx, work.id, Math.max(0, row.tries - 1));
        return true;
      });
      return done?.ok === true;
    },
    vectors: async (doc) => {
      const rows = await db
        .selectFrom('knowledge_chunk')
        .select(['hash', 'vec'])
        .where('workspace', '=', workspace)
        .where('doc', '=', doc)
        .execute();
      return new Map(rows.map(({ hash, vec }) => [hash, vec]));
    },
    addPieces: async (work, pieces) => {
      const done = await change(ground, own, workspace, undefined, async ({ trx }) => {
        if ((await still(trx, work)) === null) return null;
        for (const { text, page: on, heading, row: line, start, end: stop, hash, vec } of pieces) {
          const { n } = await trx
            .insertInto('knowledge_chunk')
            .values({
              ...{ workspace, base: work.base, doc: work.id, gen: work.gen, hash, text },
              ...{ page: on, heading, line, start, stop, vec },
            })
            .returning('n')
            .executeTakeFirstOrThrow();
          await sql`insert into knowledge_text (rowid, base, heading, text)
            values (${n}, ${work.base}, ${heading}, ${text})`.execute(trx);
        }
        return true;
      });
      return done?.ok === true;
    },
    dropPieces: async ({ id, gen }) => {
      let any = false;
      while (await db.transaction().execute((trx) => dropSomePieces(trx, workspace, { doc: id, gen }))) {
        any = true;
        await new Promise((resolve) => setImmediate(resolve));
      }
      return any;
    },
    finish: async (work, now, why) => {
      const done = await change(ground, own, workspace, undefined, async ({ trx, grow }) => {
        const row = await still(trx, work);
        if (row === null) return null;
        const { n, size } = await trx
          .selectFrom('knowledge_chunk')
          .select(({ fn }) => [
            fn.countAll<number>().as('n'),
            sql<number | null>`sum(length(text) + length(vec) + ${PIECE})`.as('size'),
          ])
          .where('workspace', '=', workspace)
          .where('doc', '=', work.id)
          .where('gen', '=', work.gen)
          .executeTakeFirstOrThrow();
        const bytes = (size ?? 0) + (row.body?.length ?? 0);
        await trx
          .updateTable('knowledge_doc')
          .set({
            ...{ gen: work.gen, pieces: n, bytes, updated: now, state: why === null ? 'ready' : 'failed' },
            ...{ problem: why === null ? null : toJson(why), tries: 0 },
          })
          .where('workspace', '=', workspace)
          .where('id', '=', work.id)
          .execute();
        await stampBase(trx, workspace, work.base, bytes - row.bytes);
        grow(bytes - row.bytes);
        return true;
      });
      if (done?.ok !== true) return false;
      while (
        await db.transaction().execute((trx) => dropSomePieces(trx, workspace, { doc: work.id, before: work.gen }))
      )
        await new Promise((resolve) => setImmediate(resolve));
      return true;
    },
  };
};
