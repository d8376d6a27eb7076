/**
 * Schema of the accounts: people, how they sign in, their second factors, passkeys and sessions, and the one-time links
 * that make or mend an account. The first four tables are also read and written by better-auth, whose dates are ISO text.
 *
 * Nothing here can be used by who reads it: sessions and links are keyed hashes, passwords argon2id, the secrets of
 * factors are sealed.
 *
 * Going back forgets all accounts, which schemas before this one do not know.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table user_account (
  n COUNTER, id text not null unique, email text not null unique, email_verified bigint not null default 1, name text not null, image text,
  two_factor bigint not null default 0, administrator bigint not null default 0, state text not null default 'active', created text not null, updated text not null
);
create table user_login (
  id text primary key, user_id text not null references user_account (id) on delete cascade, provider text not null, subject text not null, password text,
  access_token text, refresh_token text, id_token text, access_expires text, refresh_expires text, scope text, created text not null, updated text not null,
  unique (provider, subject)
);
create index user_login_user on user_login (user_id);
create table user_factor (
  id text primary key, user_id text not null unique references user_account (id) on delete cascade, secret text not null, recovery text not null,
  verified bigint not null default 1, failed bigint not null default 0, locked_until text
);
create table user_passkey (
  id text primary key, user_id text not null references user_account (id) on delete cascade, name text, public_key text not null, credential text not null unique,
  counter bigint not null, device text not null, backed_up bigint not null, transports text, created text, aaguid text
);
create index user_passkey_user on user_passkey (user_id);
create table user_session (
  id text primary key, hash text not null unique, user_id text not null references user_account (id) on delete cascade, how text not null, workspace text,
  created bigint not null, seen bigint not null, expires bigint not null, agent text, network text
);
create index user_session_user on user_session (user_id);
create table user_link (
  n COUNTER, id text not null unique, hash text not null unique, kind text not null, email text, user_id text references user_account (id) on delete cascade,
  made_by text not null, created bigint not null, expires bigint not null, used bigint
);
`;

const DOWN = `
drop table user_link;
drop table user_session;
drop table user_passkey;
drop table user_factor;
drop table user_login;
drop table user_account;
`;

export const accounts: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
