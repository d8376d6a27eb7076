-- A database as schema 2 left it, with secrets and with runs that wait; sealed with the key of testing/kit.ts. Frozen.
pragma journal_mode = wal;
begin;
CREATE TABLE "kysely_migration" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null);
CREATE TABLE "kysely_migration_lock" ("id" varchar(255) not null primary key, "is_locked" integer default 0 not null);
CREATE TABLE workspace (id text primary key, name text not null, created bigint not null);
CREATE TABLE project (
  workspace text not null references workspace (id), id text not null, name text not null, created bigint not null,
  primary key (workspace, id)
);
CREATE TABLE changes (one bigint primary key check (one = 1), n bigint not null);
CREATE TABLE flow (
  n integer primary key, id text not null unique, workspace text not null, project text not null, owner text not null,
  name text not null, revision bigint not null, draft text not null, draft_hash text not null, version bigint,
  enabled bigint not null, created bigint not null, updated bigint not null,
  foreign key (workspace, project) references project (workspace, id)
);
CREATE TABLE version (
  workspace text not null, flow text not null references flow (id) on delete cascade, version bigint not null,
  hash text not null, note text, by text not null, created bigint not null,
  primary key (flow, version)
);
CREATE TABLE doc (workspace text not null, hash text not null, doc text not null, at bigint not null, primary key (workspace, hash));
CREATE TABLE power_grant (
  n integer primary key, id text not null unique, workspace text not null, flow text not null references flow (id) on delete cascade,
  step text not null, power text not null, environment text not null, grantor text not null, as_caller bigint not null, created bigint not null
);
CREATE TABLE api_key (
  n integer primary key, id text not null unique, workspace text not null references workspace (id), name text not null, hash text not null unique,
  permissions text not null, projects text, flows text, expires bigint, revoked bigint, created bigint not null
);
CREATE TABLE key_use (key_id text primary key, at bigint not null);
CREATE TABLE secret (
  id text primary key, workspace text not null, project text not null, environment text not null, owner text not null, name text not null,
  origins text not null, version bigint not null, sealed blob not null, created bigint not null, updated bigint not null,
  unique (workspace, project, environment, name),
  foreign key (workspace, project) references project (workspace, id)
);
CREATE TABLE hook (
  hash text primary key, workspace text not null, flow text not null references flow (id) on delete cascade, trigger_id text not null,
  nonce blob not null, created bigint not null,
  unique (flow, trigger_id)
);
CREATE TABLE flow_trigger (
  workspace text not null, flow text not null references flow (id) on delete cascade, trigger_id text not null, kind text not null,
  with_json text not null, disabled bigint not null,
  primary key (flow, trigger_id)
);
CREATE TABLE trigger_state (
  flow text not null references flow (id) on delete cascade, trigger_id text not null, state text not null, primary key (flow, trigger_id)
);
CREATE TABLE delivery (hook text not null, id text not null, until bigint not null, primary key (hook, id));
CREATE TABLE resume_token (
  hash text primary key, workspace text not null, run text not null, step text not null, item text not null, note text, deadline bigint, used bigint
);
CREATE TABLE run (
  n integer primary key, id text not null unique, workspace text not null, project text not null, owner text not null, flow text not null,
  version bigint, hash text not null, environment text not null, state text not null, open bigint not null,
  trigger_id text, trigger_kind text not null, principal text not null, priority bigint not null, limit_key text, idempotency_key text,
  parent text, rerun_of text, problem_code text, problem_step text,
  created bigint not null, started bigint, ended bigint, wake bigint, seq bigint not null
);
CREATE TABLE journal (
  n integer primary key, workspace text not null, run bigint not null, start bigint not null, count bigint not null, sealed blob not null,
  unique (run, start)
);
CREATE TABLE blob (id text primary key, workspace text not null, run text not null, size bigint not null, created bigint not null);
CREATE TABLE audit (
  id integer primary key, at bigint not null, workspace text not null, actor text not null, action text not null, object text not null,
  decision text not null, reason text, run text, step text, chain blob not null
);
CREATE TABLE blob_use (blob text not null references blob (id) on delete cascade, run text not null, primary key (blob, run));
insert into "kysely_migration" (name, timestamp) values ('0001-ground', '2026-11-26T18:46:08.906Z');
insert into "kysely_migration" (name, timestamp) values ('0002-shared-blobs', '2026-11-26T18:46:08.907Z');
insert into "kysely_migration_lock" (id, is_locked) values ('migration_lock', 0);
insert into "workspace" (id, name, created) values ('default', 'Default', 0);
insert into "project" (workspace, id, name, created) values ('default', 'default', 'Default', 0);
insert into "changes" (one, n) values (1, 6);
insert into "flow" (n, id, workspace, project, owner, name, revision, draft, draft_hash, version, enabled, created, updated) values (1, 'flow_one', 'default', 'default', 'key_one', 'Greet', 1, '{"headgate":1}', 'hash_one', 1, 1, 1780000000000, 1780000000000);
insert into "version" (workspace, flow, version, hash, note, by, created) values ('default', 'flow_one', 1, 'hash_one', null, 'key_one', 1780000000000);
insert into "doc" (workspace, hash, doc, at) values ('default', 'hash_one', '{"headgate":1}', 1780000000000);
insert into "power_grant" (n, id, workspace, flow, step, power, environment, grantor, as_caller, created) values (1, 'grant_one', 'default', 'flow_one', 'get', 'secret: use github for https://api.github.com', '*', 'key_one', 0, 1780000000000);
insert into "api_key" (n, id, workspace, name, hash, permissions, projects, flows, expires, revoked, created) values (1, 'key_one', 'default', 'ada', 'zrfEkcQZyg0PRfp8uxh6B3mg_LYTFas3Dgbg07UHl_k', '["run","grant.give","secret.write","audit.read"]', null, null, null, null, 1780000000000);
insert into "secret" (id, workspace, project, environment, owner, name, origins, version, sealed, created, updated) values ('sec_3c38762c63f8462da7f3f95a03bbb4cd', 'default', 'default', '*', 'key_one', 'github', '["https://api.github.com"]', 1, x'0147340e46336a97560b238f6da4429dc664b7ab72337cabda2525bdd42c8a26f547b15badc8b1760e0fbdb40f849463e6a089c05494da76edca37ae908bc2f8ccfccdfd0bbc83c3d9cf31dc006893136d2ddbc266b42c1116f52e7cea012532136a87b64ed9fa6cff', 1780000000000, 1780000000000);
insert into "secret" (id, workspace, project, environment, owner, name, origins, version, sealed, created, updated) values ('sec_b0178d3cd2434acfb03dc28e5b813e25', 'default', 'default', '*', 'key_one', 'stripe', '["https://api.stripe.com"]', 2, x'01cb0685c642e14ed00d68e74b5ae1565262f717c2cd58c55ea75a7ed4a53857963983f6a92d7fd344abe035f77b5ab573525693dab1a7a8e5d28910240e3b5a220829481bb78dd382359c7566c128dd5f2d4b626b0f820e23cf875225b826362c06d14ea921e39a4cc4a2b06353e8ea30', 1780000000000, 1780000000000);
insert into "hook" (hash, workspace, flow, trigger_id, nonce, created) values ('SdnCrhnwAWi0hGS0l5KIeN538IuavV-uDwGgb95WbgI', 'default', 'flow_one', 'hook', x'9385b5a4008838d714be0fcf000bd7d5caff28dce5f29a778570cf915238f528', 1780000000000);
insert into "flow_trigger" (workspace, flow, trigger_id, kind, with_json, disabled) values ('default', 'flow_one', 'hook', 'webhook@1', '{}', 0);
insert into "resume_token" (hash, workspace, run, step, item, note, deadline, used) values ('token_hash', 'default', 'run_waiting_a', 'ask', '', null, null, null);
insert into "run" (n, id, workspace, project, owner, flow, version, hash, environment, state, open, trigger_id, trigger_kind, principal, priority, limit_key, idempotency_key, parent, rerun_of, problem_code, problem_step, created, started, ended, wake, seq) values (1, 'run_done', 'default', 'default', 'key_one', 'flow_one', 1, 'hash_one', 'default', 'done', 0, null, 'manual@1', 'key_one', 0, null, null, null, null, null, null, 1780000000000, 1780000000000, 1780000000000, null, 1);
insert into "run" (n, id, workspace, project, owner, flow, version, hash, environment, state, open, trigger_id, trigger_kind, principal, priority, limit_key, idempotency_key, parent, rerun_of, problem_code, problem_step, created, started, ended, wake, seq) values (2, 'run_waiting_a', 'default', 'default', 'key_one', 'flow_one', 1, 'hash_one', 'default', 'waiting', 1, null, 'manual@1', 'key_one', 0, null, null, null, null, null, null, 1780000000000, 1780000000000, null, null, 1);
insert into "run" (n, id, workspace, project, owner, flow, version, hash, environment, state, open, trigger_id, trigger_kind, principal, priority, limit_key, idempotency_key, parent, rerun_of, problem_code, problem_step, created, started, ended, wake, seq) values (3, 'run_waiting_b', 'default', 'default', 'key_one', 'flow_one', 1, 'hash_one', 'default', 'queued', 1, null, 'manual@1', 'key_one', 0, null, null, null, null, null, null, 1780000000000, 1780000000000, null, null, 1);
insert into "journal" (n, workspace, run, start, count, sealed) values (1, 'default', 1, 1, 1, x'01a7001eb7b5fb13de5d05877925e79b91ed840666dbf6167ac1ca31bf0dd9c7cb570791df274843fcd982890b06daa8d591a20bc341151c662717f7e6838f2f8798426d642ccc97cce968d999f807905773');
insert into "journal" (n, workspace, run, start, count, sealed) values (2, 'default', 2, 1, 1, x'01a7001eb7b5fb13de5d05877925e79b916f4541b9d2bd8c6061cc68c5e0ce7deb63b3d95bfddc7662968113329bd2de02fc33e8bc9f7e0d602f0bf7614748ea72d66894d3cf70234b99de25548a534aef4bfd30c1');
insert into "journal" (n, workspace, run, start, count, sealed) values (3, 'default', 3, 1, 1, x'01a7001eb7b5fb13de5d05877925e79b91e555331fc768acd3c03e57bc84374cb7c8cb35fbadfc10f57958e5de4ba5a527b754b555f8a24ff1ed8be7b5c7899de553b343917540e5d59baf7fc51d9c19727f38cb89');
insert into "blob" (id, workspace, run, size, created) values ('blob_of_schema_2', 'default', 'run_done', 18, 1780000000000);
insert into "audit" (id, at, workspace, actor, action, object, decision, reason, run, step, chain) values (1, 1780000000000, 'default', 'key_one', 'publishFlow', 'flow_one', 'allow', null, null, null, x'502db5ec07d22875e9b2a2c349f376e6fd764593c85bb9b964ab26c8feec2523');
insert into "audit" (id, at, workspace, actor, action, object, decision, reason, run, step, chain) values (2, 1780000000000, 'default', 'key_one', 'power.net', 'flow_one', 'deny', 'grant.missing', null, null, x'51e5026d2364200e449beb6413e255fa457078083d4a93d18ea6f2fe3af81e61');
insert into "audit" (id, at, workspace, actor, action, object, decision, reason, run, step, chain) values (3, 1780000000000, 'default', 'key_one', 'power.secret', 'flow_one', 'allow', null, null, null, x'98a43e1af1a5200b821af1642f35c177d4f460eaf3295643706ac052d77bf598');
insert into "blob_use" (blob, run) values ('blob_of_schema_2', 'run_done');
CREATE INDEX flow_list on flow (workspace, n);
CREATE INDEX flow_name on flow (workspace, project, name, n);
CREATE INDEX version_hash on version (workspace, hash);
CREATE INDEX power_grant_flow on power_grant (flow, n);
CREATE INDEX api_key_list on api_key (workspace, n);
CREATE INDEX flow_trigger_kind on flow_trigger (kind, flow, trigger_id);
CREATE INDEX delivery_until on delivery (until);
CREATE INDEX resume_token_run on resume_token (run);
CREATE INDEX run_list on run (workspace, n);
CREATE INDEX run_project on run (workspace, project, n);
CREATE INDEX run_flow on run (workspace, flow, n);
CREATE INDEX run_state on run (workspace, state, n) where state <> 'done';
CREATE INDEX run_flow_state on run (workspace, flow, state, n) where state <> 'done';
CREATE INDEX run_open on run (n) where open = 1;
CREATE INDEX run_ended on run (ended) where ended is not null;
CREATE INDEX run_key on run (workspace, flow, idempotency_key, n) where idempotency_key is not null;
CREATE INDEX audit_list on audit (workspace, id);
CREATE INDEX blob_use_run on blob_use (run);
commit;
