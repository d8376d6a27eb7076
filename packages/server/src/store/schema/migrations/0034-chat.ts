/**
 * `chat_session`, `chat_message`: what people and flows with a chat trigger said to each other. Texts and titles lie sealed. A
 * session belongs to whoever began it: its name is unique among that one's alone, so the same name given by another is another
 * session.
 *
 * Going back loses them: an older release has no trigger that would read them.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table chat_session (
  id text primary key, workspace text not null, flow text not null references flow (id) on delete cascade,
  owner text not null, name text not null, title BYTES not null, created bigint not null, updated bigint not null,
  expires bigint not null,
  unique (workspace, flow, owner, name)
);
create index chat_session_expires on chat_session (expires);
create table chat_message (
  n COUNTER, id text not null unique, workspace text not null,
  session text not null references chat_session (id) on delete cascade,
  role text not null, run text not null, box BYTES, vote bigint not null, words BYTES, created bigint not null
);
create index chat_message_session on chat_message (session, n);
`;

const DOWN = `
drop table chat_message;
drop table chat_session;
`;

export const chat: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
