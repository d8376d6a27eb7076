/**
 * `knowledge_base`, `knowledge_source`, `knowledge_doc`, `knowledge_chunk`: knowledge bases of projects, and `knowledge_text`, the
 * index over the words of their pieces. Pieces of a document have a generation: those of the document's own are what is
 * found, so that a document changes in one row however many pieces it has. A number of a piece is never given twice.
 *
 * The index keeps no text of its own, and lets go of the words of what is deleted at once (`secure-delete`).
 *
 * Going back loses them: an older release has nothing that would read them.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table knowledge_base (
  id text primary key, workspace text not null, project text not null, name text not null, model text not null,
  chunker text not null, readers text, paused bigint not null, stamp bigint not null, bytes bigint not null,
  by text not null, created bigint not null, updated bigint not null,
  unique (workspace, project, name),
  foreign key (workspace, project) references project (workspace, id)
);
create table knowledge_source (
  id text primary key, workspace text not null, base text not null, spec text not null, state text not null,
  problem text, looked bigint, created bigint not null
);
create index knowledge_source_base on knowledge_source (base);
create table knowledge_doc (
  n COUNTER, id text not null unique, workspace text not null, base text not null, source text not null, ref text not null,
  name text not null, path text not null, type text not null, meta text not null, hash text not null, body text,
  state text not null, problem text, gen bigint not null, pieces bigint not null, bytes bigint not null,
  updated bigint not null,
  unique (base, source, ref)
);
create index knowledge_doc_state on knowledge_doc (base, state, n);
create table knowledge_chunk (
  n integer primary key autoincrement, workspace text not null, base text not null, doc text not null, gen bigint not null,
  hash text not null, text text not null, page bigint, heading text, line bigint, start bigint not null, stop bigint not null,
  vec BYTES not null
);
create index knowledge_chunk_doc on knowledge_chunk (doc, gen, hash);
create index knowledge_chunk_base on knowledge_chunk (base, doc, gen);
create virtual table knowledge_text using fts5(
  base, heading, text, content='knowledge_chunk', content_rowid='n', tokenize='porter unicode61 remove_diacritics 2'
);
insert into knowledge_text (knowledge_text, rank) values ('secure-delete', 1);
`;

const DOWN = `
drop table knowledge_text;
drop table knowledge_chunk;
drop table knowledge_doc;
drop table knowledge_source;
drop table knowledge_base;
`;

export const knowledge: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
