/**
 * Temporary houses under way, so that Ctrl-C leaves nothing behind: they are closed, then the signal takes its course.
 */

type Close = () => Promise<void>;

const open = new Set<Close>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const stop = (signal: NodeJS.Signals): void => {
  for (const one of SIGNALS) process.removeListener(one, stop);
  void Promise.allSettled([...open].map((close) => close())).then(() => process.kill(process.pid, signal));
};

/** Has `close` called when a signal ends the process; what comes back forgets it again. */
export const clearUp = (close: Close): (() => void) => {
  if (open.size === 0) for (const one of SIGNALS) process.on(one, stop);
  open.add(close);
  return () => {
    if (open.delete(close) && open.size === 0) for (const one of SIGNALS) process.removeListener(one, stop);
  };
};
