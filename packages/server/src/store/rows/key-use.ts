/**
 * When keys were last used: gathered in memory and written now and then, since it is asked for at every request and
 * nobody needs it to the second. Losing the last seconds of it in a crash is accepted.
 */

import type { Writer } from '../writer/writer.ts';

const EVERY = 5_000;

export const keyUses = (writer: Writer): { used: (id: string, at: number) => void; stop: () => void } => {
  const seen = new Map<string, number>();
  const write = (): void => {
    // A refusal loses a time of last use and nothing else.
    for (const [id, at] of seen) writer.ask({ kind: 'key', id, at }).catch(() => undefined);
    seen.clear();
  };
  const timer = setInterval(write, EVERY);
  timer.unref();
  return {
    used: (id, at) => void seen.set(id, at),
    stop: () => {
      clearInterval(timer);
      write();
    },
  };
};
