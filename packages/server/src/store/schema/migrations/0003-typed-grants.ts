/**
 * Schema 3: a grant says whether it was lent by writing a host, folder, flow or code plainly into a step, so that people
 * see which of their grants nobody asked them for. Older grants count as given.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
alter table power_grant add column typed bigint not null default 0;
`;

const DOWN = `
alter table power_grant drop column typed;
`;

export const typedGrants: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
