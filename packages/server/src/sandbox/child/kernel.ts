/**
 * Calls into the C library, by koffi. Native power: this file is loaded before the lock, by the launcher, the runner and
 * the escape probes, and by nothing else.
 *
 * `load(null)` is the process itself: Node is linked to the C library, whichever that is.
 */

import koffi from 'koffi';

const self = koffi.load(null);

/** Plain numbers in all places. On the machines we know a variadic call passes integers as a plain one does. */
const raw = self.func('long syscall(long number, long a, long b, long c, long d, long e, long f)');
const withFirst = self.func('long syscall(long number, void *a, long b, long c, long d, long e, long f)');
const withThird = self.func('long syscall(long number, long a, long b, void *c, long d, long e, long f)');
const prctlCall = self.func('int prctl(int what, long a, long b, long c, long d)');
const setrlimitCall = self.func('int setrlimit(int what, void *limit)');
const getuidCall = self.func('unsigned int getuid()');

export type Answer = { readonly value: number; readonly errno: number };

const told = (value: unknown): Answer => {
  const number = Number(value);
  return { value: number, errno: number < 0 ? koffi.errno() : 0 };
};

type Numbers = readonly number[];

/** A system call of numbers. */
export const call = (number: number, ...args: Numbers): Answer =>
  told(raw(number, args[0] ?? 0, args[1] ?? 0, args[2] ?? 0, args[3] ?? 0, args[4] ?? 0, args[5] ?? 0));

/** One whose first argument is memory. */
export const callFirst = (number: number, memory: Buffer | null, ...args: Numbers): Answer =>
  told(withFirst(number, memory, args[0] ?? 0, args[1] ?? 0, args[2] ?? 0, args[3] ?? 0, args[4] ?? 0));

/** One whose third argument is memory. */
export const callThird = (number: number, a: number, b: number, memory: Buffer, ...args: Numbers): Answer =>
  told(withThird(number, a, b, memory, args[0] ?? 0, args[1] ?? 0, args[2] ?? 0));

export const prctl = (what: number, a: number, b = 0, c = 0, d = 0): Answer => told(prctlCall(what, a, b, c, d));

export const setrlimit = (what: number, most: number): Answer => {
  const limit = Buffer.alloc(16);
  limit.writeBigUInt64LE(BigInt(most), 0);
  limit.writeBigUInt64LE(BigInt(most), 8);
  return told(setrlimitCall(what, limit));
};

export const uid = (): number => Number(getuidCall());

/** A copy in memory that never moves and is never freed, and where it lies: for structures that hold an address. */
export const fixed = (bytes: Buffer): bigint => {
  const memory: unknown = koffi.alloc('uint8', bytes.length);
  new Uint8Array(koffi.view(memory, bytes.length)).set(bytes);
  return koffi.address(memory);
};
