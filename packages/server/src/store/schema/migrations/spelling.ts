/** How a migration's text becomes statements of the database at hand. */

import { type Kysely, sql } from 'kysely';

/** The words of a migration's text that stand for something spelt differently elsewhere; this is SQLite's spelling. */
const SQLITE: Readonly<Record<string, string>> = { COUNTER: 'integer primary key', BYTES: 'blob' };

/** Runs the statements of a text one after the other; they end in `;` at the end of a line. */
export const runAll = async (db: Kysely<unknown>, text: string): Promise<void> => {
  const spelt = text.replaceAll(/\b(COUNTER|BYTES)\b/g, (word) => SQLITE[word] ?? word);
  for (const statement of spelt.split(/;\s*\n/)) {
    if (statement.trim() !== '') await sql.raw(statement).execute(db);
  }
};
