/**
 * Schema 11: environments of projects. Their values, which version of a flow runs in which of them, and promotions from one
 * to the next.
 *
 * The environment `default` needs no row: every project has it. In it a flow's latest version runs, whose triggers and
 * webhooks stand where they stood; those of versions that were promoted stand apart, by environment.
 *
 * Going back forgets values, promotions and what ran where. A secret of one environment goes with them: schema 10 would
 * use it in all of them.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table environment (
  workspace text not null, project text not null, name text not null, title text not null, approval bigint not null,
  revision bigint not null, vars text not null, created bigint not null, updated bigint not null,
  primary key (workspace, project, name),
  foreign key (workspace, project) references project (workspace, id) on delete cascade
);

create table deployment (
  workspace text not null, flow text not null references flow (id) on delete cascade, environment text not null,
  version bigint not null, at bigint not null, by text not null,
  primary key (flow, environment)
);

create table deployed_trigger (
  workspace text not null, flow text not null references flow (id) on delete cascade, environment text not null,
  trigger_id text not null, kind text not null, with_json text not null, disabled bigint not null,
  primary key (flow, environment, trigger_id)
);
create index deployed_trigger_kind on deployed_trigger (kind, flow, environment);

create table deployed_hook (
  hash text primary key, workspace text not null, flow text not null references flow (id) on delete cascade,
  environment text not null, trigger_id text not null, nonce BYTES not null, created bigint not null,
  unique (flow, environment, trigger_id)
);

create table promotion (
  n COUNTER, id text not null unique, workspace text not null, flow text not null references flow (id) on delete cascade,
  source text not null, target text not null, version bigint not null, before bigint, revision bigint not null,
  state text not null, note text, by text not null, created bigint not null, decided_by text, decided bigint
);
create index promotion_flow on promotion (flow, n);
`;

const DOWN = `
delete from secret where environment <> '*';
drop table promotion;
drop table deployed_hook;
drop table deployed_trigger;
drop table deployment;
drop table environment;
`;

export const environments: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
