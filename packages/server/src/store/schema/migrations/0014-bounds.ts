/**
 * Schema with bounds: what the instance lets a workspace's steps use, whatever the workspace itself says. Going back, they are
 * lost.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table workspace_bounds (
  workspace text primary key references workspace (id), only_powers text, denied text not null, updated bigint not null, set_by text not null
);
`;

const DOWN = `
drop table workspace_bounds;
`;

export const bounds: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
