/**
 * Numbers of rows as they are shown: a keyed permutation of the numbers below 2^48, another for each workspace and list. Rows of
 * all tenants are counted together, so two numbers of one's own would tell how much others did between them (row AZ-12).
 *
 * CO1 Each number has one sign and each sign one number, in both directions: a page goes on exactly where the one before ended.
 * CO2 Signs tell nothing without the key: no order, no distance. They stay the same when the instance key is changed.
 *
 * A Feistel network of eight rounds over two halves of 24 bits, with HMAC-SHA-256 as its round function (Luby and Rackoff 1988).
 */

import { createHmac } from 'node:crypto';
import type { Keyring } from './keyring.ts';

export type Counters = {
  /** What is shown for the number of a row. */
  readonly shown: (list: string, n: number) => number;
  /** The number of a row that this is shown for. */
  readonly meant: (list: string, shown: number) => number;
};

const HALF = 2 ** 24;
const ROUNDS = 8;
const BLOCK = 4;

type Scramble = (round: number, half: number) => number;

const whole = (n: number): number => {
  if (!Number.isSafeInteger(n) || n < 0 || n >= HALF * HALF) throw new Error(`no number of a row: ${n}`);
  return n;
};

/** The round function of one list of one workspace. */
const scrambleOf = (key: Uint8Array, role: string): Scramble => {
  const own = createHmac('sha256', key).update(role).digest();
  return (round, half) => {
    const block = Buffer.alloc(BLOCK);
    block.writeUIntBE(half, 0, 3);
    block.writeUInt8(round, 3);
    return createHmac('sha256', own).update(block).digest().readUIntBE(0, 3);
  };
};

/** Of one workspace. */
export const countersOf = (ring: Pick<Keyring, 'derive'>, workspace: string): Counters => {
  const made = new Map<string, Scramble>();
  const of = (list: string): Scramble => {
    const scramble = made.get(list) ?? scrambleOf(ring.derive('counter'), `${workspace}\n${list}`);
    made.set(list, scramble);
    return scramble;
  };
  return {
    shown: (list, n) => {
      const scramble = of(list);
      let [left, right] = [Math.floor(whole(n) / HALF), n % HALF];
      for (let round = 0; round < ROUNDS; round += 1) [left, right] = [right, left ^ scramble(round, right)];
      return left * HALF + right;
    },
    meant: (list, shown) => {
      const scramble = of(list);
      let [left, right] = [Math.floor(whole(shown) / HALF), shown % HALF];
      for (let round = ROUNDS - 1; round >= 0; round -= 1) [left, right] = [right ^ scramble(round, left), left];
      return left * HALF + right;
    },
  };
};
