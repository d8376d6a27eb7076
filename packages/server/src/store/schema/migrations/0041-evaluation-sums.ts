/**
 * What datasets and evaluations store is counted, and what the rows of an evaluation came to is kept beside it: `size`, `done`,
 * `passed`, `failed` are numbers of rows, `sums` of each score what it gave together and how often. What is there already is
 * counted here. Going back, their bytes are taken out of what workspaces store.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
alter table dataset add column bytes bigint not null default 0;
alter table evaluation add column bytes bigint not null default 0;
alter table evaluation add column size bigint not null default 0;
alter table evaluation add column done bigint not null default 0;
alter table evaluation add column passed bigint not null default 0;
alter table evaluation add column failed bigint not null default 0;
alter table evaluation add column sums text not null default '[]';

update dataset set bytes = length(box);

update evaluation set
  bytes = length(scores) + (
    select coalesce(sum(length(box) + coalesce(length(result), 0)), 0) from evaluation_row r where r.evaluation = evaluation.id
  ),
  size = (select count(*) from evaluation_row r where r.evaluation = evaluation.id),
  done = (select count(*) from evaluation_row r where r.evaluation = evaluation.id and r.state = 'done'),
  passed = (select count(*) from evaluation_row r where r.evaluation = evaluation.id and r.state = 'done' and r.passed = 1),
  failed = (select count(*) from evaluation_row r where r.evaluation = evaluation.id and r.state = 'done' and r.passed = 0),
  sums = (
    select coalesce(json_group_array(json_array(total, many)), '[]') from (
      select coalesce(sum(one.value), 0) as total, count(one.value) as many
      from evaluation_row r, json_each(r.scores) one
      where r.evaluation = evaluation.id and r.state = 'done' group by one.key order by one.key
    )
  );

insert into stored (workspace, bytes)
  select workspace, sum(bytes) from (
    select workspace, bytes from dataset union all select workspace, bytes from evaluation
  ) as kept where true group by workspace
  on conflict (workspace) do update set bytes = stored.bytes + excluded.bytes;
`;

const DOWN = `
update stored set bytes = bytes - (
  select coalesce(sum(kept.bytes), 0) from (
    select workspace, bytes from dataset union all select workspace, bytes from evaluation
  ) as kept where kept.workspace = stored.workspace
);
alter table dataset drop column bytes;
alter table evaluation drop column bytes;
alter table evaluation drop column size;
alter table evaluation drop column done;
alter table evaluation drop column passed;
alter table evaluation drop column failed;
alter table evaluation drop column sums;
`;

export const evaluationSums: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
