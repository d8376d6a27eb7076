/**
 * `knowledge_page`: addresses that a source of a knowledge base was found to have, and what became of each in which reading:
 * what is still to be asked for, what the next reading asks with (`etag`, `modified`), what it said (`hash`) and where it led.
 * `round`, `began`, `ended` of a source: the reading that is under way, or was the last one. `by`: who lent what it is read
 * by. `parts` of a document: its text is kept in parts that know their pages.
 *
 * Going back loses them: an older release reads no sites, and their sources go with them.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
alter table knowledge_source add column by text not null default '';
alter table knowledge_source add column round bigint not null default 0;
alter table knowledge_source add column began bigint;
alter table knowledge_source add column ended bigint;
alter table knowledge_doc add column parts bigint not null default 0;
create table knowledge_page (
  n COUNTER, workspace text not null, base text not null, source text not null, url text not null,
  round bigint not null, depth bigint not null, state text not null, problem text, tries bigint not null,
  etag text, modified text, hash text, links text not null, bytes bigint not null, size bigint not null, at bigint,
  unique (source, url)
);
create index knowledge_page_round on knowledge_page (source, round, state, depth, n);
create index knowledge_page_base on knowledge_page (base);
`;

const DOWN = `
delete from knowledge_doc where source in (select source from knowledge_page);
delete from knowledge_source where spec like '{"kind":"url"%';
drop table knowledge_page;
alter table knowledge_doc drop column parts;
alter table knowledge_source drop column ended;
alter table knowledge_source drop column began;
alter table knowledge_source drop column round;
alter table knowledge_source drop column by;
`;

export const knowledgePages: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
