/**
 * Schema with tokens: keys have limits of their own and may have two secrets while a rotation overlaps; the instance has
 * an id; engine tokens, and the keys that sign them, have rows. No key and no token lies here: secrets of keys are keyed
 * hashes, signing keys are derived from the keyring.
 *
 * Going back, secrets that were rotated away and engine tokens are gone; keys stay, without their limits.
 */

import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
alter table api_key add column rate bigint;
alter table api_key add column burst bigint;
alter table api_key add column parallel bigint;
alter table api_key add column rotated bigint;
alter table api_key add column old_hash text;
alter table api_key add column old_until bigint;
alter table api_key add column old_created bigint;
create unique index api_key_old_hash on api_key (old_hash);

create table instance (one bigint primary key check (one = 1), id text not null, created bigint not null);

create table token_key (
  n COUNTER, kid text not null unique, generation bigint not null, created bigint not null, retired bigint, until bigint
);

create table engine_token (
  n COUNTER, jti text not null unique, family text not null, workspace text not null references workspace (id), name text not null,
  maker text not null, subject text not null, permissions text not null, projects text, flows text,
  issued bigint not null, expires bigint not null, renewable bigint not null, renewed bigint, revoked bigint
);
create index engine_token_list on engine_token (workspace, n);
create index engine_token_family on engine_token (family);
create index engine_token_expires on engine_token (expires);
`;

const DOWN = `
drop table engine_token;
drop table token_key;
drop table instance;
drop index api_key_old_hash;
alter table api_key drop column old_created;
alter table api_key drop column old_until;
alter table api_key drop column old_hash;
alter table api_key drop column rotated;
alter table api_key drop column parallel;
alter table api_key drop column burst;
alter table api_key drop column rate;
`;

/** The id that tokens are bound to: made once, copied by backups, and never changed. */
const nameInstance = async (db: Kysely<unknown>): Promise<void> => {
  const id = `e_${randomBytes(16).toString('hex')}`;
  await sql`insert into instance (one, id, created) values (1, ${id}, 0)`.execute(db);
};

export const tokens: Migration = {
  up: async (db) => {
    await runAll(db, UP);
    // oxlint-disable-next-line typescript/no-unsafe-argument -- Kysely hands migrations an untyped database
    await nameInstance(db);
  },
  down: (db) => runAll(db, DOWN),
};
