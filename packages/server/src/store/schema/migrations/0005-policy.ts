/** Schema 5: a workspace can have a policy, which says what of all powers its steps may use. */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table workspace_policy (
  workspace text primary key references workspace (id), only_powers text, denied text not null, updated bigint not null, set_by text not null
);
`;

const DOWN = `
drop table workspace_policy;
`;

export const policy: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
