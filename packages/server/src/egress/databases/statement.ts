/**
 * What an SQL text begins with, so far as it has to be known before a database reads it: whether it is a statement that
 * would leave the one transaction it stands in, or have the driver read or write something else than rows.
 *
 * It is no parser. What may be done is judged by the database: by the account's rights, by one statement a call, and by a
 * transaction that is read-only.
 */

import { type Problem, problem } from '@headgate/core';

const READS: ReadonlySet<string> = new Set([
  ...['select', 'with', 'values', 'table', 'show', 'describe', 'desc', 'explain', 'pragma'],
]);

/** These talk with the client, or end or begin transactions, which are begun and ended here. */
const NEVER: ReadonlySet<string> = new Set([
  ...[
    'copy',
    'load',
    'begin',
    'start',
    'commit',
    'end',
    'rollback',
    'abort',
    'savepoint',
    'release',
    'prepare',
    'execute',
  ],
  ...[
    'deallocate',
    'listen',
    'unlisten',
    'set',
    'reset',
    'discard',
    'use',
    'lock',
    'unlock',
    'xa',
    'handler',
    'attach',
    'detach',
    'vacuum',
    'delimiter',
  ],
]);

/** The first word, in lower case; comments and brackets before it do not count. Null: there is none that could be read. */
export const firstWord = (sql: string): string | null => {
  let rest = sql;
  for (;;) {
    rest = rest.replace(/^[\s(;]+/, '');
    if (rest.startsWith('--') || rest.startsWith('#')) {
      const end = rest.indexOf('\n');
      if (end < 0) return null;
      rest = rest.slice(end + 1);
    } else if (rest.startsWith('/*')) {
      // A comment that MySQL executes is none, and comments that nest end where a database says.
      const end = rest.indexOf('*/');
      if (/^\/\*M?!/.test(rest) || end < 0 || rest.slice(2, end).includes('/*')) return null;
      rest = rest.slice(end + 2);
    } else return /^[a-z]+/i.exec(rest)?.[0].toLowerCase() ?? null;
  }
};

const wrong = (text: string, fix: string): Problem =>
  problem('database.statement', text, { at: { field: 'with.sql' }, fix });

/** Why this text is not given to a database; null: it is. */
export const statementProblem = (sql: string, mode: 'read' | 'write'): Problem | null => {
  const word = firstWord(sql);
  if (word === null)
    return wrong('The SQL text does not begin with a statement', 'Begin with the statement itself: SELECT, INSERT …');
  if (NEVER.has(word))
    return wrong(
      `${word.toUpperCase()} is no statement that a step may send`,
      'Write one statement that reads or changes rows; it is a transaction of its own.',
    );
  if (mode === 'write') return null;
  if (!READS.has(word))
    return wrong(`${word.toUpperCase()} changes something, and the step only reads`, 'Set `mode` to write.');
  if (/\b(outfile|dumpfile)\b/i.test(sql))
    return wrong('INTO OUTFILE writes a file of the server, and the step only reads', 'Take the rows from the step.');
  return null;
};
