/**
 * Gives back what a start leaves behind: modules read and compiled, settings judged, runs taken up. The heap had to grow for
 * it, and since a server that idles makes no garbage, nothing would ever shrink it again: some 16 MB.
 *
 * SE1 It is called before the port is opened, so that no request ever waits for it (50 to 100 ms).
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export const settle = (): void => {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  // The engine's own way to say: everything, and give the pages back too.
  if (typeof collect === 'function') collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
};
