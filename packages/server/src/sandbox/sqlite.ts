/**
 * The host's side of reading SQLite files: for each statement a process of its own, locked before it starts, killed when its
 * time is over. What is in the file, and what the statement makes of it, can hold up or harm nothing else.
 *
 * SL1 So many processes at a time; who finds none free waits, and waiting is part of the time.
 */

import { sqliteFile, filesOf } from './files.ts';
import { start } from './spawn.ts';

export type SqliteAsk = {
  readonly file: Uint8Array;
  readonly sql: string;
  readonly params: readonly unknown[];
  readonly rows: number;
  readonly bytes: number;
  readonly signal: AbortSignal;
};

/** `many` rows, `large` answers, `none`: no database. `stopped`: given up, or it died. */
export type SqliteAnswer =
  | { readonly rows: readonly Readonly<Record<string, unknown>>[] }
  | { readonly refused: string }
  | 'many'
  | 'large'
  | 'none'
  | 'stopped';

const MOST = 4;

let running = 0;
const waiting = new Set<() => void>();

/** Runs one statement over one file. */
export const readSqlite = async (ask: SqliteAsk): Promise<SqliteAnswer> => {
  while (running >= MOST && !ask.signal.aborted)
    await new Promise<void>((resolve) => {
      const go = (): void => {
        waiting.delete(go);
        ask.signal.removeEventListener('abort', go);
        resolve();
      };
      waiting.add(go);
      ask.signal.addEventListener('abort', go, { once: true });
    });
  if (ask.signal.aborted) return 'stopped';
  running += 1;
  try {
    return read(await said(ask));
  } finally {
    running -= 1;
    const [next] = waiting;
    next?.();
  }
};

const said = ({ file, sql, params, rows, bytes, signal }: SqliteAsk): Promise<string | null> => {
  const { launcher } = filesOf();
  const child = sqliteFile();
  const words = launcher === null ? [child, '{}'] : [launcher, child];
  const process_ = start(process.execPath, ['--no-warnings', '--max-old-space-size=256', ...words, 'sqlite']);
  return new Promise((resolve) => {
    let text = '';
    const kill = (): void => void process_.kill('SIGKILL');
    signal.addEventListener('abort', kill, { once: true });
    process_.on('error', () => undefined);
    process_.stdin.on('error', () => undefined);
    process_.stderr.resume();
    process_.stdout.on('data', (piece: Buffer) => {
      text += piece.toString('latin1');
      // What is escaped in JSON is longer than what was counted.
      if (text.length > bytes * 8 + 1_000_000) kill();
    });
    process_.once('close', (code) => {
      signal.removeEventListener('abort', kill);
      resolve(code === 0 ? Buffer.from(text, 'latin1').toString('utf8') : null);
    });
    const head = Buffer.from(JSON.stringify({ sql, params, rows, bytes }), 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(head.length);
    process_.stdin.write(length);
    process_.stdin.write(head);
    process_.stdin.end(file);
  });
};

const read = (text: string | null): SqliteAnswer => {
  if (text === null) return 'stopped';
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch {
    return 'stopped';
  }
  if (typeof told !== 'object' || told === null) return 'stopped';
  const { rows, refused, many, large, none } = told as Readonly<Record<string, unknown>>;
  if (Array.isArray(rows)) return { rows: rows as readonly Readonly<Record<string, unknown>>[] };
  if (typeof refused === 'string') return { refused };
  return many === true ? 'many' : large === true ? 'large' : none === true ? 'none' : 'stopped';
};
