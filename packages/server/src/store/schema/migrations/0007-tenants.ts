/**
 * Schema 7: people in workspaces. Members and their roles, in the workspace and in single projects; groups; roles that a
 * workspace makes itself; invitations; who sees a flow; the account behind an API key.
 *
 * A flow that is there already is seen by its project, as it was; a key that is there has no account behind it.
 *
 * `flow_gone` keeps of a private flow that was deleted whose it was, since its runs stay for a while and are private, too.
 *
 * Going back forgets members, groups, roles and invitations: schema 6 knows nobody of them. Keys of a person are revoked
 * on the way, because it would not know what they may not.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
alter table flow add column visibility text not null default 'project';
create index flow_private on flow (workspace, owner) where visibility = 'private';
create index flow_shared on flow (workspace, project) where visibility in ('workspace', 'public');
create table flow_gone (flow text primary key, workspace text not null, owner text not null);
create index flow_gone_owner on flow_gone (workspace, owner);

alter table api_key add column "user" text;
create index api_key_user on api_key (workspace, "user") where "user" is not null;

create table member (
  n COUNTER, workspace text not null references workspace (id), "user" text not null, role text, created bigint not null, by text not null,
  unique (workspace, "user")
);
create index member_user on member ("user", workspace);

create table project_member (
  workspace text not null, project text not null, holder text not null, role text not null, created bigint not null,
  primary key (workspace, project, holder),
  foreign key (workspace, project) references project (workspace, id) on delete cascade
);
create index project_member_holder on project_member (workspace, holder);

create table user_group (id text primary key, workspace text not null references workspace (id), name text not null, created bigint not null);
create index user_group_list on user_group (workspace, name);

create table group_member (
  workspace text not null, group_id text not null references user_group (id) on delete cascade, "user" text not null,
  primary key (group_id, "user")
);
create index group_member_user on group_member (workspace, "user");

create table custom_role (
  id text primary key, workspace text not null references workspace (id), name text not null, permissions text not null, created bigint not null,
  unique (workspace, name)
);

create table invitation (
  id text primary key, workspace text not null references workspace (id), email text not null, role text, projects text not null,
  hash text not null unique, by text not null, created bigint not null, expires bigint not null, accepted bigint, accepted_by text, revoked bigint
);
create index invitation_list on invitation (workspace, created);
`;

const DOWN = `
update api_key set revoked = created where "user" is not null and revoked is null;
drop table invitation;
drop table custom_role;
drop table group_member;
drop table user_group;
drop table project_member;
drop table member;
drop index api_key_user;
alter table api_key drop column "user";
drop table flow_gone;
drop index flow_shared;
drop index flow_private;
alter table flow drop column visibility;
`;

export const tenants: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
