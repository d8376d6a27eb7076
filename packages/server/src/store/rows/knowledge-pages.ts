/**
 * Pages of the sites that the knowledge bases of one workspace read.
 *
 * KP1 A page is there once for its source, by its address. What becomes of it and what it leads to is written in one
 *     transaction: whenever the server ends, the reading goes on with the next page, and asks for none twice that was settled.
 * KP2 A reading has no more pages than it may have, whatever they lead to: what is passed over counts, too, a little further.
 * KP3 Rows of pages count for the quota of stored bytes with their base.
 */

import { type Selectable, sql } from 'kysely';
import { PAGE_STATES, type Problem, type SourceSpec } from '@headgate/core';
import { after, fromJson, type Ground, page as pageOf, toJson } from '../ground.ts';
import type { PageRow, PageStore, PageSums, SiteAtWork } from '../knowledge-page.ts';
import type { KnowledgeTables } from '../schema/knowledge-tables.ts';
import { addPages, noPages } from './knowledge-page-sums.ts';
import { countBase } from './knowledge.ts';
import { change, type OwnGround, type Trx } from './own-ground.ts';

/** Documents that are taken out at once. */
const SOME = 100;
/** What a row counts besides its address and its links. */
const ROW = 200;
/** Pages that may be passed over besides those that count. */
const SPARE = 200;

const rowOf = (row: Selectable<KnowledgeTables['knowledge_page']>): PageRow => ({
  ...{ source: row.source, url: row.url, round: row.round, depth: row.depth, tries: row.tries },
  ...{ etag: row.etag, modified: row.modified, hash: row.hash, bytes: row.bytes, at: row.at },
  state: PAGE_STATES.find((state) => state === row.state) ?? 'waiting',
  problem: row.problem === null ? null : (fromJson(row.problem) as Problem), // written below
  links: fromJson(row.links) as readonly string[],
});

export const knowledgePagesOf = (ground: Ground, own: Pick<OwnGround, 'grew'>, workspace: string): PageStore => {
  const { db } = ground;
  const of = (from: Ground['db'] | Trx, source: string) =>
    from.selectFrom('knowledge_page').where('knowledge_page.workspace', '=', workspace).where('source', '=', source);
  const sourceIn = (from: Ground['db'] | Trx, base: string, source: string) =>
    from
      .selectFrom('knowledge_source')
      .selectAll()
      .where('workspace', '=', workspace)
      .where('base', '=', base)
      .where('id', '=', source)
      .executeTakeFirst();
  /** Of the reading under way. */
  const current = (from: Ground['db'] | Trx, source: string) =>
    of(from, source).where('round', '=', (eb) =>
      eb
        .selectFrom('knowledge_source')
        .select('knowledge_source.round')
        .where('knowledge_source.workspace', '=', workspace)
        .where('knowledge_source.id', '=', source),
    );
  const counted = async (from: Ground['db'] | Trx, source: string): Promise<PageSums> => {
    const rows = await current(from, source)
      .select(({ fn }) => ['state', fn.countAll<number>().as('many'), fn.sum<number | null>('bytes').as('bytes')])
      .groupBy('state')
      .execute();
    return rows.reduce<PageSums>(addPages, noPages());
  };
  /** Has the reading ask for pages that it did not know. How many there was no place for. */
  const offer = async (
    trx: Trx,
    at: { readonly base: string; readonly source: string; readonly round: number },
    urls: readonly string[],
    depth: number,
    most: number,
  ): Promise<{ readonly left: number; readonly grown: number }> => {
    if (urls.length === 0) return { left: 0, grown: 0 };
    const sums = await counted(trx, at.source);
    const all = PAGE_STATES.reduce((sum, state) => sum + sums[state], 0);
    let room = Math.min(most - (all - sums.skipped), most * 2 + SPARE - all);
    let left = 0;
    let grown = 0;
    for (const url of urls) {
      const there = await of(trx, at.source).select('round').where('url', '=', url).executeTakeFirst();
      if (there?.round === at.round) continue;
      if (room <= 0) {
        left += 1;
        continue;
      }
      room -= 1;
      const fresh = { round: at.round, depth, state: 'waiting', problem: null, tries: 0, at: null };
      if (there === undefined) {
        const size = url.length + ROW;
        grown += size;
        await trx
          .insertInto('knowledge_page')
          .values({
            ...{ workspace, base: at.base, source: at.source, url, ...fresh, size },
            ...{ etag: null, modified: null, hash: null, links: '[]', bytes: 0 },
          })
          .execute();
      } else
        await trx
          .updateTable('knowledge_page')
          .set(fresh)
          .where('workspace', '=', workspace)
          .where('source', '=', at.source)
          .where('url', '=', url)
          .execute();
    }
    return { left, grown };
  };

  return {
    beginReading: async (base, source, start, at) => {
      const done = await change(ground, own, workspace, undefined, async ({ trx, grow }) => {
        const row = await sourceIn(trx, base, source);
        if (row === undefined) return null;
        if (row.began !== null && row.ended === null) return row.round;
        const round = row.round + 1;
        await trx
          .updateTable('knowledge_source')
          .set({ round, began: at, ended: null, state: 'waiting' })
          .where('workspace', '=', workspace)
          .where('id', '=', source)
          .execute();
        const { grown } = await offer(trx, { base, source, round }, [start], 0, 1);
        await countBase(trx, workspace, base, grown);
        grow(grown);
        return round;
      });
      return done?.ok === true ? done.value : null;
    },
    nextPage: async (source) => {
      const row = await current(db, source)
        .selectAll()
        .where('state', '=', 'waiting')
        .orderBy('depth')
        .orderBy('n')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : rowOf(row);
    },
    pageAt: async (source, url) => {
      const row = await current(db, source).selectAll().where('url', '=', url).executeTakeFirst();
      return row === undefined ? null : rowOf(row);
    },
    pageSums: (source) => counted(db, source),
    twinPage: async (source, url, hash) => {
      const row = await current(db, source)
        .select('url')
        .where('hash', '=', hash)
        .where('url', '!=', url)
        .where('state', 'in', ['read', 'same'])
        .executeTakeFirst();
      return row?.url ?? null;
    },
    settlePage: async (base, source, settled, { urls, depth, most }, at) => {
      const done = await change(ground, own, workspace, undefined, async ({ trx, grow }) => {
        const row = await sourceIn(trx, base, source);
        const { url, state, problem, tries, etag, modified, hash, bytes } = settled;
        const before = await current(trx, source).select('size').where('url', '=', url).executeTakeFirst();
        if (row === undefined || before === undefined) return null;
        const links = toJson(settled.links);
        const size = url.length + ROW + links.length;
        await trx
          .updateTable('knowledge_page')
          .set({
            ...{
              state,
              problem: problem === null ? null : toJson(problem),
              tries,
              at: state === 'waiting' ? null : at,
            },
            ...{ etag, modified, hash, bytes, links, size },
          })
          .where('workspace', '=', workspace)
          .where('source', '=', source)
          .where('url', '=', url)
          .execute();
        const { left, grown } = await offer(trx, { base, source, round: row.round }, urls, depth, most);
        const more = grown + size - before.size;
        await countBase(trx, workspace, base, more);
        grow(more);
        return left;
      });
      return done?.ok === true ? done.value : null;
    },
    skipPages: async (source, why, at) => {
      const rows = await current(db, source).select('n').where('state', '=', 'waiting').execute();
      if (rows.length === 0) return 0;
      await db
        .updateTable('knowledge_page')
        .set({ state: 'skipped', problem: toJson(why), at, etag: null, modified: null, hash: null })
        .where('workspace', '=', workspace)
        .where('source', '=', source)
        .where('state', '=', 'waiting')
        .execute();
      return rows.length;
    },
    lostPages: async (base, source) => {
      const rows = await db
        .selectFrom('knowledge_doc')
        .select('id')
        .where('workspace', '=', workspace)
        .where('base', '=', base)
        .where('source', '=', source)
        .where('ref', 'not in', () =>
          current(db, source).select('knowledge_page.url').where('state', 'in', ['read', 'same', 'failed', 'waiting']),
        )
        .limit(SOME)
        .execute();
      return rows.map(({ id }) => id);
    },
    endReading: async (base, source, at, why) => {
      const done = await change(ground, own, workspace, undefined, async ({ trx, grow }) => {
        const row = await sourceIn(trx, base, source);
        if (row === undefined) return null;
        await trx
          .updateTable('knowledge_source')
          .set({
            ...{ ended: at, looked: at, state: why === null ? 'ready' : 'failed' },
            problem: why === null ? null : toJson(why),
          })
          .where('workspace', '=', workspace)
          .where('id', '=', source)
          .execute();
        if (why !== null) return true;
        const gone = await trx
          .deleteFrom('knowledge_page')
          .where('workspace', '=', workspace)
          .where('source', '=', source)
          .where('round', '<', row.round)
          .returning('size')
          .execute();
        const less = -gone.reduce((sum, { size }) => sum + size, 0);
        await countBase(trx, workspace, base, less);
        grow(less);
        return true;
      });
      return done?.ok === true;
    },
    pages: async ({ project, base, source, state, cursor, limit }) => {
      let query = db
        .selectFrom('knowledge_page')
        .innerJoin('knowledge_base', 'knowledge_base.id', 'knowledge_page.base')
        .innerJoin('knowledge_source', 'knowledge_source.id', 'knowledge_page.source')
        .selectAll('knowledge_page')
        .where('knowledge_page.workspace', '=', workspace)
        .where('knowledge_base.workspace', '=', workspace)
        .where('knowledge_base.project', '=', project)
        .where('knowledge_page.base', '=', base)
        .whereRef('knowledge_page.round', '=', 'knowledge_source.round');
      if (source !== undefined) query = query.where('knowledge_page.source', '=', source);
      if (state !== undefined) query = query.where('knowledge_page.state', '=', state);
      const from = after(cursor);
      if (from !== null) query = query.where('knowledge_page.n', '>', from);
      const rows = await query
        .orderBy('knowledge_page.n')
        .limit(limit + 1)
        .execute();
      const found = pageOf(rows, limit);
      return { rows: found.rows.map(rowOf), next: found.next };
    },
  };
};

/** Sites of bases that are not stopped, over all workspaces. */
export const sitesAtWork = async ({ db }: Pick<Ground, 'db'>): Promise<readonly SiteAtWork[]> => {
  const rows = await db
    .selectFrom('knowledge_source')
    .innerJoin('knowledge_base', 'knowledge_base.id', 'knowledge_source.base')
    .select(['knowledge_base.workspace', 'knowledge_base.project', 'knowledge_base.id as base'])
    .select(['knowledge_source.id as source', 'knowledge_source.spec', 'knowledge_source.by', 'knowledge_source.state'])
    .select(['knowledge_source.began', 'knowledge_source.ended'])
    .where('knowledge_base.paused', '=', 0)
    .where(sql<string>`json_extract(knowledge_source.spec, '$.kind')`, '=', 'url')
    .execute();
  return rows.flatMap(({ spec, state, ...row }) => {
    const read = fromJson(spec) as SourceSpec; // written by rows/knowledge.ts
    return read.kind === 'url' ? [{ ...row, spec: read, wanted: state === 'waiting' }] : [];
  });
};
