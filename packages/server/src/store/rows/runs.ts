/**
 * Runs of one workspace, for lists, filters and the journal's sealed pieces. Rows are written by the journal worker alone.
 *
 * RN1 Every list is a range of an index that ends in `n`, whatever the filter: a filter by several flows or projects asks
 *     for each in turn and merges, because one query over several would sort what it found.
 */

import { type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import { type FlowPlace, type RunState, sees } from '@headgate/core';
import { type Ground, after, page } from '../ground.ts';
import type { FailureGroup, RunFilter, RunRow, RunSieve, WorkspaceStore } from '../ports.ts';
import type { Tables } from '../schema/tables.ts';
import { visibilityOf } from './flows.ts';
import { anyHidden, notHidden, sharedElsewhere } from './seen.ts';

type Row = Selectable<Tables['run']>;

export const runRow = (row: Row): RunRow => ({
  id: row.id,
  workspace: row.workspace,
  project: row.project,
  owner: row.owner,
  flow: row.flow,
  version: row.version,
  hash: row.hash,
  environment: row.environment,
  state: row.state as RunState, // parse boundary: written from a RunRow
  triggerId: row.trigger_id,
  triggerKind: row.trigger_kind,
  principal: row.principal,
  priority: row.priority,
  limitKey: row.limit_key,
  idempotencyKey: row.idempotency_key,
  parent: row.parent,
  rerunOf: row.rerun_of,
  problemCode: row.problem_code,
  problemStep: row.problem_step,
  created: row.created,
  started: row.started,
  ended: row.ended,
  wake: row.wake,
  seq: row.seq,
});

/** No project has this id: a list with it is never empty. */
const NOWHERE = '';

const unique = (of: readonly string[]): readonly string[] => [...new Set(of)];

/** Rows counted between two turns of the event loop. */
const SLICE = 20_000;
/** Rows read between two turns of it, where each is looked at. */
const SLICE_OF_LIST = 500;
/** Rows that one page looks through at most, and that failures are counted over. */
const MOST_LOOKED = 50_000;
const MOST_FAILURES = 10_000;

/** Does a row pass what no index answers? Null: nothing of that kind is asked. */
const sieveOf = ({ trigger, environment, from, to, rerunOf }: RunSieve): ((row: Row) => boolean) | null => {
  if ([trigger, environment, from, to, rerunOf].every((one) => one === undefined)) return null;
  return (row) =>
    (trigger === undefined || row.trigger_id === trigger || row.trigger_kind === trigger) &&
    (environment === undefined || row.environment === environment) &&
    (from === undefined || row.created >= from) &&
    (to === undefined || row.created < to) &&
    (rerunOf === undefined || row.rerun_of === rerunOf);
};

/** Rows come newest first: the first of a group is its last. */
const add = (groups: Map<string, FailureGroup>, row: Row): void => {
  const key = JSON.stringify([row.flow, row.problem_step, row.problem_code]);
  const at = row.ended ?? row.created;
  const group = groups.get(key);
  groups.set(
    key,
    group === undefined
      ? {
          flow: row.flow,
          step: row.problem_step,
          code: row.problem_code ?? '',
          count: 1,
          first: at,
          last: at,
          run: row.id,
        }
      : { ...group, count: group.count + 1, first: Math.min(group.first, at) },
  );
};

type Query = SelectQueryBuilder<Tables, 'run', Row>;

/** The query of one page over at most one flow and one project. Exported for the test that reads its plan. */
export const listQuery = (
  db: Ground['db'],
  workspace: string,
  q: { flow?: string; project?: string; state?: RunState; cursor?: string; limit: number },
): Query => {
  let query = db.selectFrom('run').selectAll().where('workspace', '=', workspace);
  if (q.flow !== undefined) query = query.where('flow', '=', q.flow);
  if (q.project !== undefined) query = query.where('project', '=', q.project);
  if (q.state !== undefined) query = query.where('state', '=', q.state);
  // Said in the words of the partial indexes, or SQLite would not know that they apply.
  if (q.state !== undefined && q.state !== 'done') query = query.where(sql<boolean>`state <> 'done'`);
  const from = after(q.cursor);
  if (from !== null) query = query.where('n', '<', from);
  return query.orderBy('n', 'desc').limit(q.limit + 1);
};

/** Runs of all workspaces that are not over, in the order they were made. */
export const unfinishedQuery = (db: Ground['db'], from: number, limit: number): Query =>
  db.selectFrom('run').selectAll().where(sql<boolean>`open = 1`).where('n', '>', from).orderBy('n').limit(limit);

export const runsOf = ({ db, writer, unlink }: Ground, workspace: string): WorkspaceStore['runs'] => {
  const number = (run: string) =>
    db.selectFrom('run').select('n').where('workspace', '=', workspace).where('id', '=', run);

  /** One page's queries: for each flow, or each project, that may be seen; each a range of one index (RN1). */
  const queries = async ({ flow, sight, state, cursor, limit }: RunFilter): Promise<Query[]> => {
    const rest = { limit, ...(state === undefined ? {} : { state }), ...(cursor === undefined ? {} : { cursor }) };
    if (sight === undefined) return [listQuery(db, workspace, flow === undefined ? rest : { ...rest, flow })];
    const { owners, onlyProjects, onlyFlows } = sight;
    const hides = owners !== null && (await anyHidden(db, workspace, owners));
    const narrowed = (query: Query): Query => {
      const seen = hides ? query.where((eb) => notHidden(eb, workspace, owners)) : query;
      return onlyProjects === null ? seen : seen.where('project', 'in', [...onlyProjects, NOWHERE]);
    };
    const inProject = (project: string): Query => narrowed(listQuery(db, workspace, { ...rest, project }));
    const ofFlow = (one: string): Query => narrowed(listQuery(db, workspace, { ...rest, flow: one }));
    const wanted = flow === undefined ? onlyFlows : onlyFlows === null || onlyFlows.includes(flow) ? [flow] : [];
    const { projects } = sight;
    if (projects === null) {
      if (wanted !== null) return unique(wanted).map(ofFlow);
      return onlyProjects === null ? [narrowed(listQuery(db, workspace, rest))] : unique(onlyProjects).map(inProject);
    }
    const shared = sight.shared ? await sharedElsewhere(db, workspace, []) : [];
    if (wanted !== null) {
      return unique(wanted).map((one) =>
        shared.includes(one) ? ofFlow(one) : ofFlow(one).where('project', 'in', [...projects, NOWHERE]),
      );
    }
    const apart = shared.map((one) => ofFlow(one).where('project', 'not in', [...projects, NOWHERE]));
    return [...unique(projects).map(inProject), ...apart];
  };

  const onePage = async (filter: RunFilter): Promise<{ rows: Row[]; next: string | null }> => {
    const found: Row[] = [];
    for (const query of await queries(filter)) found.push(...(await query.execute()));
    return page(found.toSorted((a, b) => b.n - a.n).slice(0, filter.limit + 1), filter.limit);
  };

  /** All that is seen, newest first, a slice between two turns of the event loop. `looked`: how many rows so far. */
  async function* slices(filter: RunFilter) {
    let looked = 0;
    for (let cursor = filter.cursor; ; ) {
      const { rows, next } = await onePage({
        ...filter,
        limit: SLICE_OF_LIST,
        ...(cursor === undefined ? {} : { cursor }),
      });
      looked += rows.length;
      yield { rows, next: next === null ? null : { cursor: next, looked } };
      if (next === null) return;
      cursor = next;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** How many runs there are, counted a slice at a time: a million at once would hold up the event loop for a fifth of a second. */
  const total = async (): Promise<number> => {
    const of = db.selectFrom('run').where('workspace', '=', workspace);
    const { top } = await of.select((eb) => eb.fn.max('n').as('top')).executeTakeFirstOrThrow();
    let sum = 0;
    for (let from = 0; from < top; from += SLICE) {
      const slice = of.select((eb) => eb.fn.countAll<number>().as('count'));
      const part = await slice
        .where('n', '>', from)
        .where('n', '<=', from + SLICE)
        .executeTakeFirstOrThrow();
      sum += Number(part.count);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return sum;
  };

  const place = async (id: string): Promise<FlowPlace | null> => {
    const row = await db
      .selectFrom('run')
      .leftJoin('flow', (on) => on.onRef('flow.id', '=', 'run.flow').onRef('flow.workspace', '=', 'run.workspace'))
      .leftJoin('flow_gone', 'flow_gone.flow', 'run.flow')
      .select([
        'run.project',
        'run.flow',
        'run.owner',
        'flow.owner as now',
        'flow.visibility',
        'flow_gone.owner as gone',
      ])
      .where('run.workspace', '=', workspace)
      .where('run.id', '=', id)
      .executeTakeFirst();
    if (row === undefined) return null;
    const { project, flow, visibility, gone } = row;
    if (visibility !== null)
      return { project, flow, owner: row.now ?? row.owner, visibility: visibilityOf(visibility) };
    return { project, flow, owner: gone ?? row.owner, visibility: gone === null ? 'project' : 'private' };
  };

  return {
    get: async (id) => {
      const row = await db
        .selectFrom('run')
        .selectAll()
        .where('workspace', '=', workspace)
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : runRow(row);
    },
    place,
    openBy: async (principal) => {
      const rows = await db
        .selectFrom('run')
        .select('id')
        .where(sql<boolean>`open = 1`)
        .where('workspace', '=', workspace)
        .where('principal', '=', principal)
        .execute();
      return rows.map((row) => row.id);
    },
    starters: async () => {
      const rows = await db
        .selectFrom('run')
        .select('principal')
        .distinct()
        .where(sql<boolean>`open = 1`)
        .where('workspace', '=', workspace)
        .execute();
      return rows.map((row) => row.principal);
    },
    list: async (filter) => {
      const found: Row[] = [];
      const sieve = sieveOf(filter);
      if (sieve === null) {
        const { rows, next } = await onePage(filter);
        return { rows: rows.map(runRow), next };
      }
      for await (const { rows, next } of slices(filter)) {
        for (const row of rows) if (sieve(row)) found.push(row);
        if (found.length > filter.limit) break;
        if (next === null || rows.every((row) => row.created < (filter.from ?? 0)))
          return { rows: found.map(runRow), next: null };
        // Looked through long enough: what there is, and where to go on.
        if (next.looked >= MOST_LOOKED) return { rows: found.map(runRow), next: next.cursor };
      }
      const { rows, next } = page(found.slice(0, filter.limit + 1), filter.limit);
      return { rows: rows.map(runRow), next };
    },
    latest: async (flows) => {
      if (flows.length === 0) return [];
      // For each flow the end of a range of its index, in one query: no run but the last is read.
      const rows = await db
        .selectFrom('run')
        .selectAll()
        .where('workspace', '=', workspace)
        .where('n', 'in', (eb) =>
          eb
            .selectFrom('flow')
            .select((of) =>
              of
                .selectFrom('run as last')
                .select(({ fn }) => fn.max('last.n').as('n'))
                .where('last.workspace', '=', workspace)
                .whereRef('last.flow', '=', 'flow.id')
                .as('n'),
            )
            .where('flow.workspace', '=', workspace)
            .where('flow.id', 'in', [...flows]),
        )
        .execute();
      return rows.map(runRow);
    },
    failures: async (filter) => {
      const groups = new Map<string, FailureGroup>();
      let looked = 0;
      for await (const { rows, next } of slices({ ...filter, state: 'failed', limit: SLICE_OF_LIST })) {
        for (const row of rows) if (row.created >= (filter.from ?? 0)) add(groups, row);
        looked = next?.looked ?? 0;
        if (next === null || rows.every((row) => row.created < (filter.from ?? 0))) looked = 0;
        if (looked === 0 || looked >= MOST_FAILURES) break;
      }
      return { groups: [...groups.values()].toSorted((a, b) => b.last - a.last), more: looked > 0 };
    },
    walk: async ({ from = 0, ...filter }, most, see) => {
      for await (const { rows, next } of slices({ ...filter, limit: SLICE_OF_LIST })) {
        for (const row of rows) if (row.created >= from) see(runRow(row));
        if (next === null || rows.every((row) => row.created < from)) return false;
        if (next.looked >= most) return true;
      }
      return false;
    },
    sees: async (sight, id) => {
      const where = await place(id);
      return where !== null && sees(sight, where);
    },
    chunks: (run, afterSeq, limit) =>
      db
        .selectFrom('journal')
        .select(['start as from', 'count', 'sealed'])
        .where('run', '=', number(run))
        .where('workspace', '=', workspace)
        // The chunk that holds the wanted event starts at the last start up to it: a late page need not read the early ones.
        .where('start', '>=', (eb) =>
          eb
            .selectFrom('journal as j')
            .select((of) => of.fn.coalesce(of.fn.max('j.start'), of.val(0)).as('start'))
            .where('j.run', '=', number(run))
            .where('j.start', '<=', afterSeq + 1),
        )
        .where((eb) => eb(eb('start', '+', eb.ref('count')), '>', afterSeq + 1))
        .orderBy('start')
        .limit(limit)
        .execute(),
    byIdempotencyKey: async (flow, key, since) => {
      const row = await db
        .selectFrom('run')
        .select('id')
        .where('workspace', '=', workspace)
        .where('flow', '=', flow)
        .where('idempotency_key', '=', key)
        .where('idempotency_key', 'is not', null)
        .where('created', '>=', since)
        .orderBy('n', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row?.id ?? null;
    },
    remove: async (id) => {
      const blobs = await writer.ask({ kind: 'remove', workspace, run: id });
      if (!Array.isArray(blobs)) return false;
      await unlink(blobs);
      return true;
    },
    counts: async () => {
      const some = await db
        .selectFrom('run')
        .select(['state', (eb) => eb.fn.countAll<number>().as('count')])
        .where('workspace', '=', workspace)
        .where(sql<boolean>`state <> 'done'`)
        .groupBy('state')
        .execute();
      const all = await total();
      const counts = Object.fromEntries(some.map((row) => [row.state, Number(row.count)]));
      const done = all - some.reduce((sum, row) => sum + Number(row.count), 0);
      return done > 0 ? { ...counts, done } : counts;
    },
  };
};
