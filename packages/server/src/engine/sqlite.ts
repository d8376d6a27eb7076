/** A statement over the bytes of a SQLite file: run in the jail's process for it, and told as every database tells. */

import { problem, type Problem, type SqlAnswer, type SqliteCall } from '@headgate/core';
import { readSqlite, type SqliteAnswer } from '../sandbox/sqlite.ts';
import { saidBy, tooManyRows } from '../egress/databases/port.ts';

type Done = { readonly value: SqlAnswer['rows'] } | { readonly problem: Problem; readonly sent: 'no' };

export const sqliteIn = async ({ timeout, ...asked }: SqliteCall, signal: AbortSignal): Promise<Done> => {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeout);
  try {
    const answer = await readSqlite({ ...asked, signal: AbortSignal.any([signal, late.signal]) });
    if (typeof answer === 'object' && 'rows' in answer) return { value: answer.rows };
    return { problem: late.signal.aborted ? slow(timeout) : problemOf(answer, asked), sent: 'no' };
  } finally {
    clearTimeout(timer);
  }
};

const problemOf = (
  answer: Exclude<SqliteAnswer, { readonly rows: unknown }>,
  { rows, bytes }: Pick<SqliteCall, 'rows' | 'bytes'>,
): Problem => {
  if (typeof answer === 'object')
    return problem('database.refused', `SQLite says: ${saidBy(answer.refused, null)}`, { at: { field: 'with.sql' } });
  switch (answer) {
    case 'many':
      return tooManyRows(rows);
    case 'large':
      return problem('database.size', `The rows have more than ${bytes} bytes`, {
        fix: 'Ask for fewer rows or columns.',
      });
    case 'none':
      return problem('database.file', 'The file is no SQLite database', { at: { field: 'with.path' } });
    case 'stopped':
      return problem('database.cancelled', 'The statement was given up, or needed more memory than there is');
  }
};

const slow = (ms: number): Problem =>
  problem('database.timeout', `The statement did not end within ${ms} ms`, {
    at: { field: 'with.timeout' },
    fix: 'Raise `timeout`, or make the question a smaller one.',
  });
