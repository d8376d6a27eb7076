/**
 * `chat_summary`: what a model made of the older turns of a session, sealed, for one agent of its flow, and how far it goes.
 * `bytes` of a session: what agents keep in it, which counts for the workspace. A session is found by the run that answers in it.
 *
 * Going back loses the summaries: they are made anew of what was said.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
alter table chat_session add column bytes bigint not null default 0;
create index chat_message_run on chat_message (run);
create table chat_summary (
  workspace text not null, session text not null references chat_session (id) on delete cascade, name text not null,
  upto bigint not null, box BYTES not null, updated bigint not null,
  primary key (session, name)
);
`;

const DOWN = `
drop table chat_summary;
drop index chat_message_run;
alter table chat_session drop column bytes;
`;

export const agentMemory: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
