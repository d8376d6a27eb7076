/**
 * What of a run stands on disk in the clear, without secrets: notes of resume links, titles of questions, codes of problems, audit records. All
 * else of it is sealed. An expression can put a secret into each of them, as can code that was shown one.
 *
 * VE1 A record says what was asked for, and never the value that somebody put into it (rows SEC-05, OPS-03).
 */

import type { GuardPort } from '@headgate/core';
import type { AuditEntry, JournalWriter, RunWrite } from '../store/ports.ts';

/** Its object has one of two texts, neither of which anybody wrote. */
const PLAIN = 'power.code';

/** The journal, which writes nothing in the clear that the guard hides. */
export const veiled = (journal: JournalWriter, guard: GuardPort): JournalWriter => {
  const record = (entry: AuditEntry): AuditEntry => {
    if (entry.action === PLAIN) return entry;
    const object = guard.redact(entry.object, { workspace: entry.workspace });
    return object === entry.object ? entry : { ...entry, object };
  };
  const records = (entries: readonly AuditEntry[]): readonly AuditEntry[] => entries.map(record);
  const run = (write: RunWrite): RunWrite => {
    const { row, audit, tokens, asks, notices } = write;
    if (row.problemCode === null && audit === undefined && tokens === undefined && asks === undefined) return write;
    const hide = (text: string): string => guard.redact(text, { workspace: row.workspace });
    return {
      ...write,
      ...(row.problemCode === null ? {} : { row: { ...row, problemCode: hide(row.problemCode) } }),
      ...(asks === undefined ? {} : { asks: asks.map((one) => ({ ...one, title: hide(one.title) })) }),
      ...(notices === undefined
        ? {}
        : {
            notices: notices.map((one) =>
              one.code === null ? one : { ...one, code: hide(one.code), grp: hide(one.grp) },
            ),
          }),
      ...(audit === undefined ? {} : { audit: records(audit) }),
      ...(tokens === undefined
        ? {}
        : { tokens: tokens.map((one) => (one.note === null ? one : { ...one, note: hide(one.note) })) }),
    };
  };
  return {
    ...journal,
    write: (write) => journal.write(run(write)),
    audit: (entries) => journal.audit(records(entries)),
  };
};
