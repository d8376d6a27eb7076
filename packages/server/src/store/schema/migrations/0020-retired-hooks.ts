/**
 * `retired_hook`: addresses of webhooks that were replaced, as long as they are good besides the new one.
 *
 * Going back ends them: an older release knows of no address but the newest.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table retired_hook (
  hash text primary key, workspace text not null, flow text not null references flow (id) on delete cascade,
  environment text not null, trigger_id text not null, until bigint not null
);
create index retired_hook_flow on retired_hook (flow, environment, trigger_id);
`;

export const retiredHooks: Migration = {
  up: (db) => runAll(db, UP),
  down: (db) => runAll(db, 'drop table retired_hook;'),
};
