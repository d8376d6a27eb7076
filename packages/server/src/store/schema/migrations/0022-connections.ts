/**
 * `connection`: what is shown of a secret of the kind `connection`, beside its row. What it truly holds, where tokens are
 * asked for among it, is sealed there; nothing of this table decides where anything is sent.
 *
 * `asked`: since when a renewal is under way whose answer is not recorded yet.
 *
 * Going back leaves the secrets, which an older release opens as nothing it knows; they are deleted with the table.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table connection (
  secret text primary key references secret (id) on delete cascade,
  workspace text not null, kind text not null, state text not null, problem text,
  authorize_url text, token_url text not null, client_id text not null, scope text, service text,
  renewed integer not null, expires bigint, asked bigint, connected bigint, connected_by text
);
create index connection_workspace on connection (workspace);
`;

export const connections: Migration = {
  up: (db) => runAll(db, UP),
  down: (db) => runAll(db, "delete from secret where kind = 'connection';\ndrop table connection;"),
};
