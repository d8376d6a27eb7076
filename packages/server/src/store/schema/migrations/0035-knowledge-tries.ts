/**
 * `tries`: how many readings of a document began and did not end, so that one that brings the server down each time is not
 * read for ever.
 *
 * Going back forgets it: an older release reads whatever waits.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

export const knowledgeTries: Migration = {
  up: (db) => runAll(db, 'alter table knowledge_doc add column tries bigint not null default 0;'),
  down: (db) => runAll(db, 'alter table knowledge_doc drop column tries;'),
};
