/** Pieces of a base that can be found, and their vectors, over a connection that only reads. */

import type { DatabaseSync } from 'node:sqlite';

/** Pieces of a base in a workspace, of the generation that its document has now: two values, the base and the workspace. */
export const LIVE = `from knowledge_chunk c join knowledge_doc d on d.id = c.doc and d.gen = c.gen
  where c.base = ? and c.workspace = ? and d.workspace = c.workspace`;

/** Their numbers. */
export const liveOf = (db: DatabaseSync, workspace: string, base: string): number[] =>
  db
    .prepare(`select c.n ${LIVE}`)
    .all(base, workspace)
    .map((row) => Number(row['n']));

/** Gives the bytes of a piece's vector; null: the piece is gone. */
export const vecOf = (db: DatabaseSync): ((n: number) => Uint8Array | null) => {
  const statement = db.prepare('select vec from knowledge_chunk where n = ?');
  return (n) => {
    const vec = statement.get(n)?.['vec'];
    return vec instanceof Uint8Array ? vec : null;
  };
};
