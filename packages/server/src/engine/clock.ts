/**
 * The engine's clock and chance: the one file of this room that may ask for the time or a random number.
 *
 * C1 Timers look at the wall clock again at least every second while anything is due within a minute, so a clock that
 *    jumps delays or hastens a wait, and never loses it.
 */

import { randomBytes, randomInt } from 'node:crypto';

export type Clock = {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A number in [0, 1). */
  readonly chance: () => number;
  /** A new id: time-ordered, then random; lower-case, 26 characters after the prefix. */
  readonly id: (prefix: string) => string;
};

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** 16 random characters from a pool, so that one call into the system serves many ids. */
const pool = { bytes: Buffer.alloc(0), at: 0 };
const randomPart = (): string => {
  if (pool.at + 16 > pool.bytes.length) {
    pool.bytes = randomBytes(4096);
    pool.at = 0;
  }
  let text = '';
  for (let i = 0; i < 16; i += 1) text += ALPHABET[(pool.bytes[pool.at + i] ?? 0) & 31];
  pool.at += 16;
  return text;
};

let lastTime = 0;
let lastTimePart = '';
const timePart = (now: number): string => {
  if (now === lastTime) return lastTimePart;
  let text = '';
  let rest = now;
  for (let i = 0; i < 10; i += 1) {
    text = (ALPHABET[rest % 32] ?? '0') + text;
    rest = Math.floor(rest / 32);
  }
  lastTime = now;
  lastTimePart = text;
  return text;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  chance: () => randomInt(1 << 30) / (1 << 30),
  id: (prefix) => prefix + timePart(Date.now()) + randomPart(),
};
