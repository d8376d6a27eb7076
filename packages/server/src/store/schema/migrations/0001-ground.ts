/**
 * Schema 1. Frozen: databases made by it exist. What changes later is a migration of its own.
 *
 * Workspace, project, owner and environment are NOT NULL from here on. Indexes of lists end in `n` (the order rows were
 * made in), so that a page is one short range of one index however many rows there are. `bigint` is SQLite's integer and
 * PostgreSQL's; COUNTER and BYTES are the two words that the two databases spell differently (spelling.ts).
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table workspace (id text primary key, name text not null, created bigint not null);

create table project (
  workspace text not null references workspace (id), id text not null, name text not null, created bigint not null,
  primary key (workspace, id)
);

create table changes (one bigint primary key check (one = 1), n bigint not null);

create table flow (
  n COUNTER, id text not null unique, workspace text not null, project text not null, owner text not null,
  name text not null, revision bigint not null, draft text not null, draft_hash text not null, version bigint,
  enabled bigint not null, created bigint not null, updated bigint not null,
  foreign key (workspace, project) references project (workspace, id)
);
create index flow_list on flow (workspace, n);
create index flow_name on flow (workspace, project, name, n);

create table version (
  workspace text not null, flow text not null references flow (id) on delete cascade, version bigint not null,
  hash text not null, note text, by text not null, created bigint not null,
  primary key (flow, version)
);
create index version_hash on version (workspace, hash);

create table doc (workspace text not null, hash text not null, doc text not null, at bigint not null, primary key (workspace, hash));

create table power_grant (
  n COUNTER, id text not null unique, workspace text not null, flow text not null references flow (id) on delete cascade,
  step text not null, power text not null, environment text not null, grantor text not null, as_caller bigint not null, created bigint not null
);
create index power_grant_flow on power_grant (flow, n);

create table api_key (
  n COUNTER, id text not null unique, workspace text not null references workspace (id), name text not null, hash text not null unique,
  permissions text not null, projects text, flows text, expires bigint, revoked bigint, created bigint not null
);
create index api_key_list on api_key (workspace, n);

create table key_use (key_id text primary key, at bigint not null);

create table secret (
  id text primary key, workspace text not null, project text not null, environment text not null, owner text not null, name text not null,
  origins text not null, version bigint not null, sealed BYTES not null, created bigint not null, updated bigint not null,
  unique (workspace, project, environment, name),
  foreign key (workspace, project) references project (workspace, id)
);

create table hook (
  hash text primary key, workspace text not null, flow text not null references flow (id) on delete cascade, trigger_id text not null,
  nonce BYTES not null, created bigint not null,
  unique (flow, trigger_id)
);

create table flow_trigger (
  workspace text not null, flow text not null references flow (id) on delete cascade, trigger_id text not null, kind text not null,
  with_json text not null, disabled bigint not null,
  primary key (flow, trigger_id)
);
create index flow_trigger_kind on flow_trigger (kind, flow, trigger_id);

create table trigger_state (
  flow text not null references flow (id) on delete cascade, trigger_id text not null, state text not null, primary key (flow, trigger_id)
);

create table delivery (hook text not null, id text not null, until bigint not null, primary key (hook, id));
create index delivery_until on delivery (until);

create table resume_token (
  hash text primary key, workspace text not null, run text not null, step text not null, item text not null, note text, deadline bigint, used bigint
);
create index resume_token_run on resume_token (run);

create table run (
  n COUNTER, id text not null unique, workspace text not null, project text not null, owner text not null, flow text not null,
  version bigint, hash text not null, environment text not null, state text not null, open bigint not null,
  trigger_id text, trigger_kind text not null, principal text not null, priority bigint not null, limit_key text, idempotency_key text,
  parent text, rerun_of text, problem_code text, problem_step text,
  created bigint not null, started bigint, ended bigint, wake bigint, seq bigint not null
);
create index run_list on run (workspace, n);
create index run_project on run (workspace, project, n);
create index run_flow on run (workspace, flow, n);
create index run_state on run (workspace, state, n) where state <> 'done';
create index run_flow_state on run (workspace, flow, state, n) where state <> 'done';
create index run_open on run (n) where open = 1;
create index run_ended on run (ended) where ended is not null;
create index run_key on run (workspace, flow, idempotency_key, n) where idempotency_key is not null;

create table journal (
  n COUNTER, workspace text not null, run bigint not null, start bigint not null, count bigint not null, sealed BYTES not null,
  unique (run, start)
);

create table blob (id text primary key, workspace text not null, run text not null, size bigint not null, created bigint not null);
create index blob_run on blob (run);

create table audit (
  id COUNTER, at bigint not null, workspace text not null, actor text not null, action text not null, object text not null,
  decision text not null, reason text, run text, step text, chain BYTES not null
);
create index audit_list on audit (workspace, id);

insert into changes (one, n) values (1, 0);
insert into workspace (id, name, created) values ('default', 'Default', 0);
insert into project (workspace, id, name, created) values ('default', 'default', 'Default', 0);
`;

export const ground: Migration = { up: (db) => runAll(db, UP) };
