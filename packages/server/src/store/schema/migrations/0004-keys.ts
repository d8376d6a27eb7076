/**
 * Schema 4: secrets have a kind, roots of the keyring can be kept in boxes (one for each holder of an instance key), and
 * the audit trail has a head, so that records cut off at its end are missed.
 *
 * With the instance key at hand (`sealing`) the head of the trail is sealed here, in the same transaction: afterwards a
 * trail without a head is one that was tampered with.
 *
 * Going back loses nothing that schema 3 knows. Credentials of a kind, which it does not know, are laid aside, and come
 * back when the database is brought forward again. Not for a database whose instance key was changed: schema 3 has one key.
 */

import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { auditKeyOf, sealHead } from '../../vault-seal/audit-chain.ts';
import { runAll } from './spelling.ts';

/** What a migration needs of the instance key. */
export type Sealing = { readonly auditKey: Uint8Array; readonly holder: string; readonly root: Uint8Array };

const UP = `
alter table secret add column kind text not null default 'plain';
create table if not exists secret_aside (
  id text primary key, workspace text not null, project text not null, environment text not null, owner text not null, name text not null,
  origins text not null, version bigint not null, sealed BYTES not null, created bigint not null, updated bigint not null, kind text not null
);
insert into secret (id, workspace, project, environment, owner, name, origins, version, sealed, created, updated, kind)
  select id, workspace, project, environment, owner, name, origins, version, sealed, created, updated, kind from secret_aside
  where not exists (select 1 from secret where secret.workspace = secret_aside.workspace and secret.project = secret_aside.project
    and secret.environment = secret_aside.environment and secret.name = secret_aside.name);
drop table secret_aside;
create table key_ring (generation bigint not null, holder text not null, sealed BYTES not null, created bigint not null, primary key (generation, holder));
create table audit_head (one bigint primary key check (one = 1), count bigint not null, chain BYTES, seal BYTES not null);
`;

const DOWN = `
create table secret_aside (
  id text primary key, workspace text not null, project text not null, environment text not null, owner text not null, name text not null,
  origins text not null, version bigint not null, sealed BYTES not null, created bigint not null, updated bigint not null, kind text not null
);
insert into secret_aside (id, workspace, project, environment, owner, name, origins, version, sealed, created, updated, kind)
  select id, workspace, project, environment, owner, name, origins, version, sealed, created, updated, kind from secret where kind <> 'plain';
delete from secret where kind <> 'plain';
alter table secret drop column kind;
drop table key_ring;
drop table audit_head;
`;

type Before = { audit: { id: number; chain: Uint8Array } };

const seal = async (db: Kysely<Before>, { auditKey, holder, root }: Sealing): Promise<void> => {
  const { count } = await db.selectFrom('audit').select(sql<number>`count(*)`.as('count')).executeTakeFirstOrThrow();
  const last = await db.selectFrom('audit').select('chain').orderBy('id', 'desc').limit(1).executeTakeFirst();
  const head = { count: Number(count), chain: last?.chain ?? null };
  await sql`insert into audit_head (one, count, chain, seal) values (1, ${head.count}, ${head.chain}, ${sealHead(auditKeyOf(auditKey), head)})`.execute(
    db,
  );
  await sql`insert into key_ring (generation, holder, sealed, created) values (1, ${holder}, ${root}, 0)`.execute(db);
};

export const keys = (sealing: Sealing | null): Migration => ({
  up: async (db) => {
    await runAll(db, UP);
    // oxlint-disable-next-line typescript/no-unsafe-argument -- Kysely hands migrations an untyped database
    if (sealing !== null) await seal(db, sealing);
  },
  down: (db) => runAll(db, DOWN),
});
