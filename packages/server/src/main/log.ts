/**
 * The server's log: one JSON line an entry, to one stream, through the guard (SEC-07). Nothing else in the server writes
 * entries.
 *
 * LG1 No line leaves before there is a guard that knows the secrets: what is logged while the house opens waits for it.
 *     When it does not open, the lines leave through a guard that knows shapes only, since no secret was opened.
 */

import { type GuardPort, Matcher } from '@headgate/core';
import { type Logger, type LoggerOptions, pino } from 'pino';

export type GuardedLog = {
  readonly log: Logger;
  /** From now on this guard stands before the stream; null: there will be none that knows more than shapes. */
  readonly guardWith: (guard: GuardPort | null) => void;
};

/** Opens the log onto a stream of lines. */
export const openLog = (options: LoggerOptions, out: { readonly write: (line: string) => unknown }): GuardedLog => {
  let guard: GuardPort | null = null;
  let waiting: string[] = [];
  const log = pino(options, {
    write: (line: string) => void (guard === null ? waiting.push(line) : out.write(guard.redact(line))),
  });
  return {
    log,
    guardWith: (next) => {
      guard = next ?? new Matcher([]);
      const lines = waiting;
      waiting = [];
      for (const line of lines) out.write(guard.redact(line));
    },
  };
};
