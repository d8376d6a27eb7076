/**
 * What lies in a folder itself, and what has a text in its path. A folder is no row: it is what paths have in common, so it is
 * gone over once each, however many files lie in it.
 *
 * FO1 A folder of a hundred thousand files costs one look along the index of paths, as a folder of one does.
 * FO2 No index knows what a path holds: all are looked at, a page at a time, and everything else has its turn in between.
 */

import type { Selectable } from 'kysely';
import type { FileRow, FolderEntry } from '../file.ts';
import type { Ground } from '../ground.ts';
import type { Tables } from '../schema/tables.ts';

type Query = {
  readonly project: string;
  /** Its path without a `/` at its end; empty: the outermost one. */
  readonly folder: string;
  readonly after?: string;
  readonly limit: number;
};

/** Rows that one look brings. */
const AT_ONCE = 100;
/** Paths that are searched in one turn. */
const SEARCHED = 500;

/** The character after `/`: a folder without its `/`, and this, sorts after all that lies in it and before what else follows. */
const AFTER_SLASH = '0';

/** The first path that is not in a folder; `folder` ends with `/`. */
const past = (folder: string): string => folder.slice(0, -1) + AFTER_SLASH;

export const folderOf = async (
  db: Ground['db'],
  workspace: string,
  { project, folder, after, limit }: Query,
  rowOf: (row: Selectable<Tables['file']>) => FileRow,
): Promise<FolderEntry[]> => {
  const begin = folder === '' ? '' : `${folder}/`;
  const found: FolderEntry[] = [];
  // After a folder come the paths that are not in it.
  let mark = after?.endsWith('/') === true ? past(after) : (after ?? begin);
  /** Is what stands at the mark told? What begins after a folder may have the very name that marks it. */
  let told = after?.endsWith('/') !== true;
  for (;;) {
    let query = db
      .selectFrom('file')
      .selectAll()
      .where('workspace', '=', workspace)
      .where('project', '=', project)
      .where('path', told ? '>' : '>=', mark)
      .orderBy('path')
      .limit(Math.min(AT_ONCE, limit - found.length));
    if (begin !== '') query = query.where('path', '<', past(begin));
    const rows = await query.execute();
    for (const row of rows) {
      const end = row.path.indexOf('/', begin.length);
      if (end < 0) {
        found.push({ file: rowOf(row) });
        mark = row.path;
        told = true;
        continue;
      }
      const inner = row.path.slice(0, end + 1);
      found.push({ folder: inner });
      mark = past(inner);
      told = false;
      break;
    }
    if (found.length >= limit || rows.length === 0) return found.slice(0, limit);
  }
};

type Search = {
  readonly project: string;
  readonly prefix: string;
  readonly text: string;
  readonly after: string | undefined;
  readonly limit: number;
};

/** Only a to z: what else has two cases is told apart. */
const lower = (text: string): string => text.replaceAll(/[A-Z]+/g, (some) => some.toLowerCase());

/** Files whose paths begin with `prefix` and hold `text`, whatever the case of a to z, in the order of their paths. */
export const search = async (
  db: Ground['db'],
  workspace: string,
  { project, prefix, text, after, limit }: Search,
): Promise<Selectable<Tables['file']>[]> => {
  const wanted = lower(text.normalize('NFC'));
  const found: Selectable<Tables['file']>[] = [];
  let mark = after;
  for (;;) {
    let query = db
      .selectFrom('file')
      .select('path')
      .where('workspace', '=', workspace)
      .where('project', '=', project)
      .where('path', '>=', prefix)
      .orderBy('path')
      .limit(SEARCHED);
    if (mark !== undefined) query = query.where('path', '>', mark);
    const rows = await query.execute();
    const ours = rows.map(({ path }) => path).filter((path) => path.startsWith(prefix));
    const hits = ours.filter((path) => lower(path).includes(wanted)).slice(0, limit - found.length);
    if (hits.length > 0)
      found.push(
        ...(await db
          .selectFrom('file')
          .selectAll()
          .where('workspace', '=', workspace)
          .where('project', '=', project)
          .where('path', 'in', hits)
          .orderBy('path')
          .execute()),
      );
    // Paths that begin with the prefix stand together.
    if (found.length >= limit || ours.length < SEARCHED) return found;
    mark = ours.at(-1);
    await new Promise((resolve) => void setImmediate(resolve));
  }
};
