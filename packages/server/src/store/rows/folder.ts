/**
 * What lies in a folder itself. A folder is no row: it is what paths have in common, so it is gone over once each, however
 * many files lie in it.
 *
 * FO1 A folder of a hundred thousand files costs one look along the index of paths, as a folder of one does.
 */

import { type Expression, type Selectable, type SqlBool, sql } from 'kysely';
import type { FileRow, FolderEntry } from '../file.ts';
import type { Ground } from '../ground.ts';
import type { Tables } from '../schema/tables.ts';

/** Sorts after every path that begins with what stands before it. */
const LAST = '\u{10ffff}';

type Query = {
  readonly project: string;
  /** Its path without a `/` at its end; empty: the outermost one. */
  readonly folder: string;
  readonly after?: string;
  readonly limit: number;
};

/** Rows that one look brings. */
const AT_ONCE = 100;

export const folderOf = async (
  db: Ground['db'],
  workspace: string,
  { project, folder, after, limit }: Query,
  rowOf: (row: Selectable<Tables['file']>) => FileRow,
): Promise<FolderEntry[]> => {
  const begin = folder === '' ? '' : `${folder}/`;
  const found: FolderEntry[] = [];
  // After a folder come the paths that are not in it.
  let mark = after?.endsWith('/') === true ? after + LAST : (after ?? begin);
  for (;;) {
    const rows = await db
      .selectFrom('file')
      .selectAll()
      .where('workspace', '=', workspace)
      .where('project', '=', project)
      .where('path', '>', mark)
      .where('path', '<', begin + LAST)
      .orderBy('path')
      .limit(Math.min(AT_ONCE, limit - found.length))
      .execute();
    const ahead = mark;
    for (const row of rows) {
      const end = row.path.indexOf('/', begin.length);
      if (end < 0) {
        found.push({ file: rowOf(row) });
        mark = row.path;
        continue;
      }
      const inner = row.path.slice(0, end + 1);
      found.push({ folder: inner });
      mark = inner + LAST;
      break;
    }
    if (found.length >= limit || mark === ahead) return found.slice(0, limit);
  }
};

/** Does a path hold this, whatever the case of a to z? */
export const holding = (text: string): Expression<SqlBool> =>
  sql<SqlBool>`path like ${`%${text.normalize('NFC').replaceAll(/[\\%_]/g, (one) => `\\${one}`)}%`} escape '\\'`;
