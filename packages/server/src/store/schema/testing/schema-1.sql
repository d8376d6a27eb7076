-- A database as schema 1 left it, with runs that wait; sealed with the key of testing/kit.ts. Frozen.
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
insert into "kysely_migration" (name, timestamp) values ('0001-ground', '2026-11-22T05:19:25.303Z');
insert into "kysely_migration_lock" (id, is_locked) values ('migration_lock', 0);
insert into "workspace" (id, name, created) values ('default', 'Default', 0);
insert into "project" (workspace, id, name, created) values ('default', 'default', 'Default', 0);
insert into "changes" (one, n) values (1, 0);
insert into "flow" (n, id, workspace, project, owner, name, revision, draft, draft_hash, version, enabled, created, updated) values (1, 'flow_one', 'default', 'default', 'user_ada', 'Greet', 2, '{"headgate":1}', 'hash_one', 1, 1, 1780000000000, 1780000000000);
insert into "version" (workspace, flow, version, hash, note, by, created) values ('default', 'flow_one', 1, 'hash_one', null, 'user_ada', 1780000000000);
insert into "doc" (workspace, hash, doc, at) values ('default', 'hash_one', '{"headgate":1}', 1780000000000);
insert into "run" (n, id, workspace, project, owner, flow, version, hash, environment, state, open, trigger_id, trigger_kind, principal, priority, limit_key, idempotency_key, parent, rerun_of, problem_code, problem_step, created, started, ended, wake, seq) values (1, 'run_done', 'default', 'default', 'user_ada', 'flow_one', 1, 'hash_one', 'default', 'done', 0, 'hook', 'webhook@1', 'trigger:hook', 0, null, null, null, null, null, null, 1780000000000, 1780000000001, 1780000000002, null, 1);
insert into "run" (n, id, workspace, project, owner, flow, version, hash, environment, state, open, trigger_id, trigger_kind, principal, priority, limit_key, idempotency_key, parent, rerun_of, problem_code, problem_step, created, started, ended, wake, seq) values (2, 'run_waiting_a', 'default', 'default', 'user_ada', 'flow_one', 1, 'hash_one', 'default', 'waiting', 1, 'hook', 'webhook@1', 'trigger:hook', 0, null, null, null, null, null, null, 1780000000000, 1780000000001, null, 1780086400000, 1);
insert into "run" (n, id, workspace, project, owner, flow, version, hash, environment, state, open, trigger_id, trigger_kind, principal, priority, limit_key, idempotency_key, parent, rerun_of, problem_code, problem_step, created, started, ended, wake, seq) values (3, 'run_waiting_b', 'default', 'default', 'user_ada', 'flow_one', 1, 'hash_one', 'default', 'queued', 1, 'hook', 'webhook@1', 'trigger:hook', 0, null, null, null, null, null, null, 1780000000000, null, null, null, 1);
insert into "journal" (n, workspace, run, start, count, sealed) values (1, 'default', 1, 1, 1, x'018a33834ab6f36c19be84ee38783ddfbfebd7e220fb4a9f1147f38494099a637719772b8dc15fcf10a4dd9055b721dfa2d08fa04dc6fe4d6df1278e661a69219e779a49c2f6f100cb610ad4cc3d5a96569c361936');
insert into "journal" (n, workspace, run, start, count, sealed) values (2, 'default', 2, 1, 1, x'018a33834ab6f36c19be84ee38783ddfbff747c874b1f9f668ba75c6e87432defd168faca79c0178febe3a905f0c21a276dcbed822e469615212fbf86278a65021b455c921e56055b0e5a7c19864c6bc293627e674');
insert into "journal" (n, workspace, run, start, count, sealed) values (3, 'default', 3, 1, 1, x'018a33834ab6f36c19be84ee38783ddfbfe17e82a9431d5e342f58e5f6884d2c782caedba8ef59ef05bf3f9509b2c5991f86d028a2101b1214fd53a319147d50e87cf4cce92777a171cdf6fb8ccbfb752f152c059d');
insert into "blob" (id, workspace, run, size, created) values ('blob_of_schema_1', 'default', 'run_done', 9, 1780000000001);
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
CREATE INDEX blob_run on blob (run);
CREATE INDEX audit_list on audit (workspace, id);
commit;
