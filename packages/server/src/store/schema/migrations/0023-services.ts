/**
 * `service`: services that a workspace described itself, each by its manifest. It holds no secret (MF2), so it is not sealed.
 *
 * Going back loses them: an older release has no step that would use one.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table service (
  workspace text not null, name text not null, doc text not null, hash text not null, by text not null, updated bigint not null,
  primary key (workspace, name)
);
`;

export const services: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, 'drop table service;') };
