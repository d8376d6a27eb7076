/**
 * Tables of projects: typed columns, and rows that are found by conditions, which are data and never text of a query.
 *
 * TA1 A table is named by its id, a column by its name, a row by its id; what is another workspace's answers as what never was.
 */

import { z } from 'zod';
import { columnChange, columnName, columnSpec, tableName } from '../table/column.ts';
import { TABLE_LIMITS } from '../table/limits.ts';
import { conditions, match, order } from '../table/query.ts';
import { ownRow, rowValues } from '../table/row.ts';
import { empty, media, route } from './route.ts';
import { id, project, time } from './shapes.ts';

const tags = ['tables'] as const;

const inProject = z.strictObject({ project: project.optional() });
const byTable = z.strictObject({ id });

const table = z
  .strictObject({
    id,
    name: z.string(),
    columns: z.array(columnSpec).readonly(),
    rows: z.int().describe('How many rows it has'),
    bytes: z.int().describe('What it counts for the quota of stored bytes'),
    version: z.int().describe('Raised by every change of its name and columns'),
    by: z.string().describe('Who made it'),
    created: time,
    updated: time,
  })
  .meta({ id: 'Table' });

const cursor = z.string().regex(/^[A-Za-z0-9_-]{1,3000}$/, 'the `next` of the page before');
const made = ownRow.extend({ made: z.boolean().describe('It was added; else it was there, and was changed') });
const rowId = z.string().min(1).max(100);

export const listTables = route({
  method: 'GET',
  path: '/api/v1/tables',
  needs: 'table.read',
  on: 'project',
  query: inProject,
  answers: { 200: z.strictObject({ tables: z.array(table) }) },
  problems: ['missing'],
  summary: 'List the tables of a project',
  tags,
});

export const createTable = route({
  method: 'POST',
  path: '/api/v1/tables',
  needs: 'table.write',
  on: 'project',
  body: z.strictObject({
    project: project.optional(),
    name: tableName,
    columns: z.array(columnSpec).max(TABLE_LIMITS.columns).optional(),
  }),
  answers: { 201: table },
  problems: ['missing', 'table.taken', 'table.many', 'table.column', 'table.value'],
  summary: 'Make a table',
  tags,
  audited: 'after',
  makes: 'tbl_',
  tells: ['project', 'name'],
});

export const getTable = route({
  method: 'GET',
  path: '/api/v1/tables/{id}',
  needs: 'table.read',
  on: 'project',
  params: byTable,
  query: inProject,
  answers: { 200: table },
  problems: ['missing'],
  summary: 'Look at a table without its rows',
  tags,
});

export const patchTable = route({
  method: 'PATCH',
  path: '/api/v1/tables/{id}',
  needs: 'table.write',
  on: 'project',
  params: byTable,
  query: inProject,
  body: z.strictObject({ name: tableName }),
  answers: { 200: table },
  problems: ['missing', 'table.taken'],
  summary: 'Rename a table; steps and powers name it by its name',
  tags,
  audited: 'after',
  tells: ['name'],
});

export const deleteTable = route({
  method: 'DELETE',
  path: '/api/v1/tables/{id}',
  needs: 'table.write',
  on: 'project',
  params: byTable,
  query: inProject,
  answers: { 204: empty('Deleted') },
  problems: ['missing'],
  summary: 'Delete a table with all its rows',
  tags,
  audited: 'after',
});

export const addColumn = route({
  method: 'POST',
  path: '/api/v1/tables/{id}/columns',
  needs: 'table.write',
  on: 'project',
  params: byTable,
  query: inProject,
  body: columnSpec,
  answers: { 200: table },
  problems: ['missing', 'table.column', 'table.value', 'table.required'],
  summary: 'Add a column; a required one gives its default to the rows that are there',
  tags,
  audited: 'after',
  tells: ['name'],
});

const ofColumn = z.strictObject({ project: project.optional(), column: columnName.describe('Its name') });

export const patchColumn = route({
  method: 'PATCH',
  path: '/api/v1/tables/{id}/columns',
  needs: 'table.write',
  on: 'project',
  params: byTable,
  query: ofColumn,
  body: columnChange,
  answers: { 200: table },
  problems: ['missing', 'table.column', 'table.value', 'table.required', 'table.unique'],
  summary: 'Change a column: its name, or what it asks of its cells',
  tags,
  audited: 'after',
  tells: ['column'],
});

export const deleteColumn = route({
  method: 'DELETE',
  path: '/api/v1/tables/{id}/columns',
  needs: 'table.write',
  on: 'project',
  params: byTable,
  query: ofColumn,
  answers: { 200: table },
  problems: ['missing', 'table.column'],
  summary: 'Delete a column with what its cells hold',
  tags,
  audited: 'after',
  tells: ['column'],
});

export const findRows = route({
  method: 'POST',
  path: '/api/v1/tables/{id}/find',
  needs: 'table.read',
  on: 'project',
  params: byTable,
  query: inProject,
  body: z.strictObject({
    where: conditions.optional(),
    match: match.optional(),
    sort: order.optional(),
    limit: z.int().min(1).max(TABLE_LIMITS.page).optional(),
    cursor: cursor.optional(),
  }),
  answers: { 200: z.strictObject({ rows: z.array(ownRow), next: cursor.optional() }) },
  problems: ['missing', 'table.column', 'table.filter', 'table.value'],
  summary: 'Find rows: those that are like that, sorted, a page at a time',
  tags,
});

export const addRows = route({
  method: 'POST',
  path: '/api/v1/tables/{id}/rows',
  needs: 'table.write',
  on: 'project',
  params: byTable,
  query: inProject,
  body: z.strictObject({
    rows: z.array(rowValues).min(1).max(TABLE_LIMITS.atOnce),
    match: z
      .array(z.string().max(100))
      .min(1)
      .max(10)
      .optional()
      .describe('Columns by which a row is found that is changed instead of another one being added'),
  }),
  answers: { 200: z.strictObject({ rows: z.array(made) }) },
  problems: [
    ...(['missing', 'table.column', 'table.value', 'table.required', 'table.unique'] as const),
    ...(['table.match', 'table.rows', 'quota.bytes', 'disk.full'] as const),
  ],
  summary: 'Add rows, or upsert them: all or none',
  tags,
  audited: 'after',
});

export const changeRows = route({
  method: 'PATCH',
  path: '/api/v1/tables/{id}/rows',
  needs: 'table.write',
  on: 'project',
  params: byTable,
  query: inProject,
  body: z.strictObject({
    changes: z
      .array(
        z.strictObject({
          id: rowId,
          values: rowValues,
          version: z.int().min(1).optional().describe('The one the row must have'),
        }),
      )
      .min(1)
      .max(TABLE_LIMITS.atOnce),
  }),
  answers: { 200: z.strictObject({ rows: z.array(ownRow) }) },
  problems: [
    ...(['missing', 'row.missing', 'row.stale', 'table.column', 'table.value'] as const),
    ...(['table.required', 'table.unique', 'quota.bytes', 'disk.full'] as const),
  ],
  summary: 'Change cells of rows: all or none',
  tags,
  audited: 'after',
});

export const deleteRows = route({
  method: 'POST',
  path: '/api/v1/tables/{id}/rows/delete',
  needs: 'table.write',
  on: 'project',
  params: byTable,
  query: inProject,
  body: z.strictObject({ ids: z.array(rowId).min(1).max(TABLE_LIMITS.atOnce) }),
  answers: { 200: z.strictObject({ deleted: z.int() }) },
  problems: ['missing'],
  summary: 'Delete rows; those that are not there are no problem',
  tags,
  audited: 'after',
});

export const exportTable = route({
  method: 'GET',
  path: '/api/v1/tables/{id}/csv',
  needs: 'table.read',
  on: 'project',
  params: byTable,
  query: inProject,
  answers: { 200: media('text/csv', 'All rows, without the secrets and keys that the guard finds in them') },
  problems: ['missing'],
  summary: 'Download a table as CSV',
  tags,
});
