/**
 * Passwords: argon2id with the parameters of RFC 9106's second choice as OWASP gives them (19 MiB, 2 passes, 1 lane). The
 * library is loaded when the first password is met.
 *
 * PW1 Two are worked on at a time and a bounded number waits, so that a flood of sign-ins can take neither all memory nor
 *     all threads; who comes beyond that is turned away before any work is done.
 */

const AT_ONCE = 2;
const MOST_WAITING = 64;

const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Too many passwords are being worked on. */
export class TooBusy extends Error {}

const waiting: (() => void)[] = [];
let working = 0;

const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
  if (working >= AT_ONCE) {
    if (waiting.length >= MOST_WAITING) throw new TooBusy('too many passwords at once');
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else working += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) working -= 1;
    else next();
  }
};

export const hashPassword = (password: string): Promise<string> =>
  inTurn(async () => (await import('@node-rs/argon2')).hash(password, PARAMETERS));

/** A hash that cannot be read is a wrong password, not a fault. */
export const verifyPassword = (hash: string, password: string): Promise<boolean> =>
  inTurn(async () => {
    const argon2 = await import('@node-rs/argon2');
    return argon2.verify(hash, password).catch(() => false);
  });
