/** A stream that tells a number at first, and again whenever something changed. */

import type { StreamEvent } from './streams.ts';

/** `watch`: calls `tell` at every change, until what it gives back is called. `now`: what is told, as of now. */
export async function* told<T extends object>(
  type: string,
  watch: (tell: () => void) => () => void,
  now: () => Promise<T>,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent & T> {
  let changed = true;
  let wake: () => void = () => undefined;
  const tell = (): void => {
    changed = true;
    wake();
  };
  const stop = watch(tell);
  signal.addEventListener('abort', tell, { once: true });
  try {
    for (let seq = 1; !signal.aborted; ) {
      if (changed) {
        changed = false;
        yield { ...(await now()), seq: seq++, type };
      } else
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (changed || signal.aborted) resolve();
        });
    }
  } finally {
    stop();
    signal.removeEventListener('abort', tell);
  }
}
