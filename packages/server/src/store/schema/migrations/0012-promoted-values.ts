/** Schema 12: a promotion may set values in its target along with the version. Going back forgets which. */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
alter table promotion add column vars text not null default '{}';
`;

const DOWN = `
alter table promotion drop column vars;
`;

export const promotedValues: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
