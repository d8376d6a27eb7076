/**
 * Schema with OAuth: applications, what people let them do, and the codes and tokens that came of it, each as a keyed hash.
 * Going back, applications have to be registered, and let in, again.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table oauth_client (
  n COUNTER, id text not null unique, workspace text not null references workspace (id), name text not null, redirects text not null,
  by text not null, created bigint not null
);
create index oauth_client_list on oauth_client (workspace, n);

create table oauth_consent (
  n COUNTER, id text not null unique, workspace text not null references workspace (id), "user" text not null, client text not null,
  name text not null, permissions text not null, resource text not null, created bigint not null, revoked bigint
);
create index oauth_consent_user on oauth_consent (workspace, "user", n);
create index oauth_consent_client on oauth_consent (workspace, client);

create table oauth_code (
  hash text primary key, consent text not null references oauth_consent (id) on delete cascade, redirect text not null,
  challenge text not null, expires bigint not null, used bigint
);
create index oauth_code_expires on oauth_code (expires);

create table oauth_token (
  hash text primary key, consent text not null references oauth_consent (id) on delete cascade, kind text not null,
  issued bigint not null, expires bigint not null, used bigint
);
create index oauth_token_expires on oauth_token (expires);
create index oauth_token_consent on oauth_token (consent);
`;

const DOWN = `
drop table oauth_token;
drop table oauth_code;
drop table oauth_consent;
drop table oauth_client;
`;

export const oauth: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
