/** The journal of a store opened for reading: it takes nothing in, and says so by throwing, since asking it to is a bug. */

import type { Writer } from './writer.ts';

const refuse = (): never => {
  throw new Error('the store was opened for reading');
};

export const idleWriter = (): Writer => ({
  write: refuse,
  audit: refuse,
  used: refuse,
  blob: refuse,
  ask: refuse,
  prune: refuse,
  durable: () => 0,
  barrier: () => Promise.resolve(),
  pending: () => 0,
  state: () => ({ ok: true }),
  close: () => Promise.resolve(),
});
