/**
 * Schema with limits: what each workspace, flow and key began, used and spent by day; what the runs of each workspace store;
 * the quotas of workspaces and the budgets of keys. What is there already is counted once, here. Going back, quotas and
 * budgets are lost.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table workspace_quota (
  workspace text primary key references workspace (id), quota text not null, updated bigint not null, set_by text not null
);

create table used (
  workspace text not null, holder text not null, day bigint not null, runs bigint not null, tokens bigint not null,
  money bigint not null, primary key (workspace, holder, day)
);
create index used_day on used (day);

create table stored (workspace text primary key, bytes bigint not null);

alter table api_key add column budget text;

insert into used (workspace, holder, day, runs, tokens, money)
  select workspace, '', created / 86400000, count(*), 0, 0 from run group by 1, 3;

insert into used (workspace, holder, day, runs, tokens, money)
  select workspace, flow, created / 86400000, count(*), 0, 0 from run group by 1, 2, 3;

insert into stored (workspace, bytes)
  select workspace, sum(bytes) from (
    select workspace, length(sealed) as bytes from journal union all select workspace, size as bytes from blob
  ) as kept group by workspace;
`;

const DOWN = `
drop table workspace_quota;
drop table used;
drop table stored;
alter table api_key drop column budget;
`;

export const limits: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
