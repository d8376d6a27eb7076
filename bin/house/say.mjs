/**
 * What the launcher tells the person who waits: one short line on stderr when a step begins, one with its seconds
 * when it ends. Nothing goes to stdout, which belongs to the program that is launched.
 */

/** A failure with its next step. It is printed without a stack: nothing in it is a bug of ours. */
export class Stop extends Error {
  /** @param {string} what what failed @param {string} next what to do about it @param {number} [code] exit code */
  constructor(what, next, code = 1) {
    super(what);
    this.next = next;
    this.code = code;
  }
}

/** @param {string} text */
export const say = (text) => {
  process.stderr.write(`headgate: ${text}\n`);
};

/** @param {number} since milliseconds, as Date.now() gives them */
export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/**
 * Runs one step, announcing it; every 15 seconds of silence a sign of life.
 * @template T
 * @param {string} name what is done, as "installing packages"
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export const step = async (name, work) => {
  const began = Date.now();
  say(`${name} …`);
  const alive = setInterval(() => say(`${name}: still at it after ${seconds(began)}`), 15_000);
  try {
    const result = await work();
    say(`${name}: done in ${seconds(began)}`);
    return result;
  } finally {
    clearInterval(alive);
  }
};

/**
 * Runs an entry point of the house: a Stop becomes two lines and an exit code, anything else keeps its stack.
 * @param {() => Promise<number>} main returns the exit code
 */
export const enter = async (main) => {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    say(error.message);
    say(`next: ${error.next}`);
    process.exitCode = error.code;
  }
};
