/**
 * `model_provider`: providers of models as a workspace set them up. It names secrets and holds none, so it is not sealed.
 *
 * Going back loses them: an older release has no step that would ask a model.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table model_provider (
  workspace text not null, name text not null, doc text not null, by text not null, updated bigint not null,
  primary key (workspace, name)
);
`;

export const models: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, 'drop table model_provider;') };
