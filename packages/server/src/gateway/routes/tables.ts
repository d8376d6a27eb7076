/** Tables of projects, for people and programs. What is sealed is opened by the engine; every answer passes the guard. */

import { type OwnRow, type Principal, type Problem, type Result, toText, writeLine } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { DataRow, TableRow, Written } from '../../store/own-table.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { type Content, give, MISSING, nothing, type Refused } from '../outcome.ts';
import { projectOf } from '../places.ts';

const PAGE = 100;
/** Rows that an export reads at once. */
const STRETCH = 500;

const iso = (time: number): string => new Date(time).toISOString();

const shown = ({ id, name, columns, rows, bytes, version, by, created, updated }: TableRow) => ({
  ...{ id, name, rows, bytes, version, by, created: iso(created), updated: iso(updated) },
  columns: columns.map(({ id: _id, ...spec }) => spec),
});

export const tableRoutes = ({ gate }: Lodge): readonly Route[] => {
  const tablesOf = (who: Principal) => gate.store.in(who.workspace).tables;
  const rowOf = (workspace: string, { sealed, values, created, updated, id, version }: DataRow): OwnRow => {
    const head = { id, version, created: iso(created), updated: iso(updated) };
    if (sealed.length === 0) return { ...head, values };
    const opened = gate.engine.tables.open(workspace, sealed);
    const more = sealed.map(({ column }, index): [string, unknown] => [column, opened[index]]);
    return { ...head, values: { ...values, ...Object.fromEntries(more) } };
  };

  /** Writes, when there is room for it; gives the rows as they are then. */
  const written = async (
    who: Principal,
    project: string,
    id: string,
    brought: unknown,
    write: () => Promise<Result<Written> | null>,
  ): Promise<{ readonly rows: readonly (OwnRow & { readonly made: boolean })[] } | Refused> => {
    const room = gate.engine.files.room(who.workspace);
    try {
      const why = room.more(Buffer.byteLength(JSON.stringify(brought)));
      if (why !== null) return refusal(why);
      const done = await write();
      if (done === null) return MISSING;
      if (!done.ok) return refusal(done.problem);
      const made = new Map(done.value.rows.map((row) => [row.id, row.made]));
      const rows = await tablesOf(who).rows(project, id, [...made.keys()]);
      return { rows: rows.map((row) => ({ ...rowOf(who.workspace, row), made: made.get(row.id) === true })) };
    } finally {
      room.end();
    }
  };
  const by = (who: Principal) => ({ by: who.user ?? who.id, at: gate.clock() });
  const altered = (done: Result<TableRow> | null) =>
    done === null ? MISSING : done.ok ? give(200, shown(done.value)) : refusal(done.problem);

  return [
    implement(ROUTES.listTables, async ({ who, query }) =>
      give(200, { tables: (await tablesOf(who).list(projectOf(query))).map(shown) }),
    ),

    implement(ROUTES.createTable, async ({ who, body, made }) => {
      const { name, columns = [] } = body;
      const done = await tablesOf(who).create({ id: made, project: projectOf(body), name, columns, ...by(who) });
      if (done === null) return MISSING;
      return done.ok ? give(201, shown(done.value)) : refusal(done.problem);
    }),

    implement(ROUTES.getTable, async ({ who, params, query }) => {
      const row = await tablesOf(who).get(projectOf(query), params.id);
      return row === null ? MISSING : give(200, shown(row));
    }),

    implement(ROUTES.patchTable, async ({ who, params, query, body }) =>
      altered(await tablesOf(who).rename(projectOf(query), params.id, body.name, gate.clock())),
    ),

    implement(ROUTES.deleteTable, async ({ who, params, query }) =>
      (await tablesOf(who).remove(projectOf(query), params.id)) ? nothing() : MISSING,
    ),

    implement(ROUTES.addColumn, async ({ who, params, query, body }) =>
      altered(await tablesOf(who).addColumn(projectOf(query), params.id, body, gate.clock())),
    ),

    implement(ROUTES.patchColumn, async ({ who, params, query, body }) =>
      altered(await tablesOf(who).changeColumn(projectOf(query), params.id, query.column, body, gate.clock())),
    ),

    implement(ROUTES.deleteColumn, async ({ who, params, query }) =>
      altered(await tablesOf(who).removeColumn(projectOf(query), params.id, query.column, gate.clock())),
    ),

    implement(ROUTES.findRows, async ({ who, params, query, body }) => {
      const { where, match, sort, cursor, limit = PAGE } = body;
      const done = await tablesOf(who).find(projectOf(query), params.id, {
        limit,
        ...(where === undefined ? {} : { where }),
        ...(match === undefined ? {} : { match }),
        ...(sort === undefined
          ? {}
          : { sort: { column: sort.column, ...(sort.order === undefined ? {} : { order: sort.order }) } }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (done === null) return MISSING;
      if (!done.ok) return refusal(done.problem);
      const { rows, next } = done.value;
      return give(200, {
        rows: rows.map((row) => rowOf(who.workspace, row)),
        ...(next === null ? {} : { next }),
      });
    }),

    implement(ROUTES.addRows, async ({ who, params, query, body }) => {
      const project = projectOf(query);
      const fresh = body.rows.map((values) => ({ id: gate.newId('row_'), values }));
      const done = await written(who, project, params.id, body.rows, () =>
        tablesOf(who).add(project, params.id, fresh, { ...by(who), match: body.match ?? [] }),
      );
      return 'refused' in done ? done : give(200, { rows: [...done.rows] });
    }),

    implement(ROUTES.changeRows, async ({ who, params, query, body }) => {
      const project = projectOf(query);
      const changes = body.changes.map(({ version, ...change }) =>
        version === undefined ? change : { ...change, version },
      );
      const done = await written(who, project, params.id, body.changes, () =>
        tablesOf(who).change(project, params.id, changes, by(who)),
      );
      return 'refused' in done ? done : give(200, { rows: done.rows.map(({ made: _made, ...row }) => row) });
    }),

    implement(ROUTES.deleteRows, async ({ who, params, query, body }) => {
      const done = await tablesOf(who).removeRows(projectOf(query), params.id, body.ids, by(who));
      if (done === null) return MISSING;
      return done.ok ? give(200, { deleted: done.value.rows.length }) : refusal(done.problem);
    }),

    implement(ROUTES.exportTable, async ({ who, params, query }): Promise<Content | Refused> => {
      const project = projectOf(query);
      const table = await tablesOf(who).get(project, params.id);
      if (table === null) return MISSING;
      const names = table.columns.map(({ name }) => name);
      const lines = async function* () {
        const utf8 = new TextEncoder();
        yield utf8.encode(writeLine(names));
        let cursor: string | undefined;
        for (;;) {
          const page = { limit: STRETCH, ...(cursor === undefined ? {} : { cursor }) };
          const done = await tablesOf(who).find(project, params.id, page);
          if (done === null || !done.ok) return;
          const rows = done.value.rows.map(({ sealed, ...row }) => rowOf(who.workspace, { ...row, sealed }));
          yield utf8.encode(rows.map(({ values }) => writeLine(names.map((name) => toText(values[name])))).join(''));
          if (done.value.next === null) return;
          cursor = done.value.next;
        }
      };
      return {
        status: 200,
        bytes: lines(),
        plain: true,
        headers: { 'content-disposition': `attachment; filename="${table.name}.csv"` },
      };
    }),
  ];
};

const refusal = (of: Problem): Refused => ({ refused: of });
