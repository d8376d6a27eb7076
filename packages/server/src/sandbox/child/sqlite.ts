/**
 * Reads one SQLite file with one statement, in a locked process of its own that ends after it: the launcher let it open no
 * file and reach nobody, and the database it reads lies in memory.
 *
 * SQ1 Nothing but reading is allowed, by the authorizer, for whatever the statement or the schema of the file asks: no ATTACH, no
 *     extension, no pragma that changes something, no function that reads a file.
 *
 * Input: four bytes with the length of a JSON text, that text, then the file. Output: one JSON text.
 */

import { readFileSync } from 'node:fs';
import { constants, DatabaseSync, type SQLInputValue } from 'node:sqlite';

type Asked = {
  readonly sql: string;
  readonly params: readonly unknown[];
  readonly rows: number;
  readonly bytes: number;
};

/** What a schema of the file itself may need, besides rows and functions. */
const PRAGMAS: ReadonlySet<string> = new Set([
  'table_info',
  'table_list',
  'table_xinfo',
  'index_list',
  'index_info',
  'foreign_key_list',
]);
const FUNCTIONS_NOT: ReadonlySet<string> = new Set([
  'load_extension',
  'readfile',
  'writefile',
  'edit',
  'fts3_tokenizer',
  'zeroblob',
  'randomblob',
]);

const allowed = (action: number, first: string | null, second: string | null): number => {
  switch (action) {
    case constants.SQLITE_SELECT:
    case constants.SQLITE_READ:
    case constants.SQLITE_RECURSIVE:
      return constants.SQLITE_OK;
    case constants.SQLITE_FUNCTION:
      return FUNCTIONS_NOT.has((second ?? '').toLowerCase()) ? constants.SQLITE_DENY : constants.SQLITE_OK;
    case constants.SQLITE_PRAGMA:
      return PRAGMAS.has((first ?? '').toLowerCase()) ? constants.SQLITE_OK : constants.SQLITE_DENY;
    default:
      return constants.SQLITE_DENY;
  }
};

const parameterOf = (value: unknown): SQLInputValue => {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const valueOf = (value: unknown): unknown => {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
};

const columnNames = (names: readonly string[]): readonly string[] => {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let n = 2; taken.has(free); n += 1) free = `${name}_${n}`;
    taken.add(free);
    return free;
  });
};

const answer = (input: Buffer): unknown => {
  const length = input.readUInt32BE(0);
  const asked = JSON.parse(input.toString('utf8', 4, 4 + length)) as Asked;
  const file = Buffer.from(input.subarray(4 + length));
  if (file.length < 100 || file.toString('latin1', 0, 15) !== 'SQLite format 3') return { none: true };
  // A file that is written ahead of is read as it stands: there is no log beside what lies in memory.
  file[18] = 1;
  file[19] = 1;
  const database = new DatabaseSync(':memory:', { allowExtension: false });
  database.deserialize(file);
  database.enableDefensive(true);
  database.setAuthorizer(allowed);
  const statement = database.prepare(asked.sql);
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  const names = columnNames(statement.columns().map(({ name }) => name));
  const rows: Record<string, unknown>[] = [];
  let left = asked.bytes;
  for (const row of statement.iterate(...asked.params.map(parameterOf)) as Iterable<unknown>) {
    if (rows.length >= asked.rows) return { many: true };
    const values = row as readonly unknown[];
    const made = Object.fromEntries(names.map((name, i) => [name, valueOf(values[i])]));
    left -= JSON.stringify(made).length;
    if (left < 0) return { large: true };
    rows.push(made);
  }
  return { rows };
};

let said: unknown;
try {
  said = answer(readFileSync(0));
} catch (error) {
  said = { refused: error instanceof Error ? error.message : 'no reason' };
}
process.stdout.write(JSON.stringify(said));
