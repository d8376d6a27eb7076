/**
 * A way to ask for a garbage collection of the runner itself: what a lost realm held must be gone before the next run, or
 * that one would be taken for its user.
 *
 * The flag that gives it is set for a moment, before any realm is made: with it, every realm would have it too.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Made once, at the start. */
export const collector = (): (() => void) => {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return () => {
    if (typeof collect === 'function') collect();
  };
};
