/**
 * One preparation at a time in a checkout: a directory that holds its owner's name.
 *
 * L1 The lock appears whole: it is made aside, with its owner inside, and renamed into place; a rename onto a
 *    directory that is not empty fails, so of many claimants one wins.
 * L2 A dead owner's lock is moved to a name made from that owner. A second claimant who saw the same dead owner
 *    meets that name taken and cannot move the lock of the claimant who was faster.
 * L3 An owner is a process id and, where the system tells it, the moment that process began: a number used again
 *    by another process does not keep a dead lock alive.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Stop, say } from './say.mjs';

const PATIENCE = 20 * 60_000;
const HOUR = 3_600_000;

/** @param {number} pid @returns {string} the kernel's start time of a process; empty where it is not told */
const beginOf = (pid) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
};

/** @param {string} owner as `nameOf` made it @returns {boolean} true when that process lives or cannot be judged */
const lives = (owner) => {
  const [host, pid, begin] = owner.split('~');
  if (host !== hostOf()) return true;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH') return false;
  }
  const now = beginOf(Number(pid));
  return begin === '' || now === '' || begin === now;
};

const hostOf = () => hostname().replace(/[^A-Za-z0-9.-]/g, '_');
const nameOf = () => `${hostOf()}~${process.pid}~${beginOf(process.pid)}`;

/** @param {string} dir @returns {string | undefined} */
const ownerOf = (dir) => {
  try {
    return readdirSync(dir)[0];
  } catch {
    return undefined;
  }
};

/** @param {string} from @param {string} to @returns {boolean} false when `to` is taken or `from` is gone */
const moved = (from, to) => {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error).code ?? '';
    if (['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES', 'ENOENT'].includes(code)) return false;
    throw error;
  }
};

/** @param {string} folder removes what dead claimants left more than an hour ago */
const sweep = (folder) => {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith('lock.')) continue;
    const path = join(folder, name);
    if (Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > HOUR) {
      rmSync(path, { recursive: true, force: true });
    }
  }
};

/**
 * Waits for the lock, does the work, gives the lock back.
 * @template T
 * @param {string} folder where the lock lives; made when missing @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export const alone = async (folder, work) => {
  const me = nameOf();
  const lock = join(folder, 'lock');
  const mine = join(folder, `lock.${me}`);
  try {
    mkdirSync(mine, { recursive: true });
    writeFileSync(join(mine, me), '');
  } catch (error) {
    throw new Stop(`cannot write in ${folder}: ${/** @type {Error} */ (error).message}`, 'make the checkout writable');
  }
  const began = Date.now();
  let told = '';
  while (!moved(mine, lock)) {
    const owner = ownerOf(lock);
    if (owner !== undefined && !lives(owner)) moved(lock, join(folder, `lock.dead.${owner}`));
    else if (owner !== undefined && owner !== told) {
      told = owner;
      say(`waiting for another start of this checkout (process ${owner.split('~')[1]})`);
    }
    if (Date.now() - began > PATIENCE) {
      rmSync(mine, { recursive: true, force: true });
      throw new Stop('another start of this checkout did not finish', `end it, or remove ${lock} if it is gone`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  try {
    return await work();
  } finally {
    if (existsSync(join(lock, me)) && moved(lock, mine)) rmSync(mine, { recursive: true, force: true });
    sweep(folder);
  }
};
