/**
 * A Node that Headgate can run on: the one that runs this file when it is new enough, else one that npm brings into
 * `.node/` (a plain archive without install script, pinned by version and hash in node24.json). The rest of the
 * machine is left as it is.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { npm } from './npm.mjs';
import { Stop, step } from './say.mjs';

const OLDEST = 24;

/** @typedef {{ package: string, version: string, integrity: string }} Build */

/** @returns {Build} the archive for this platform */
const build = () => {
  const platform = `${process.platform}-${process.arch}`;
  const text = readFileSync(new URL('node24.json', import.meta.url), 'utf8');
  const found = /** @type {Record<string, Build>} */ (JSON.parse(text))[platform];
  const musl = process.platform === 'linux' && !glibc();
  if (found !== undefined && !musl) return found;
  throw new Stop(
    `Headgate needs Node ${OLDEST}; this is Node ${process.versions.node}, and npm has none for ${platform}${musl ? ' with musl' : ''}`,
    `install Node ${OLDEST} or newer with this system's package manager, then try again`,
  );
};

const glibc = () => {
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } } | undefined} */ (process.report?.getReport());
  return report?.header?.glibcVersionRuntime !== undefined;
};

/** @param {string} folder @param {Build} want @returns {boolean} npm writes its own lock last, so its presence means whole */
const whole = (folder, want) => {
  try {
    const lock = JSON.parse(readFileSync(join(folder, 'node_modules', '.package-lock.json'), 'utf8'));
    return lock.packages[`node_modules/${want.package}`].version === want.version;
  } catch {
    return false;
  }
};

/** @param {string} root @returns {boolean} true when the machine itself has a Node that is new enough */
const machineHasIt = (root) =>
  Number(process.versions.node.split('.')[0]) >= OLDEST && !process.execPath.startsWith(join(root, '.node') + sep);

/**
 * @param {string} root the checkout
 * @returns {string | undefined} the Node to use, when nothing has to be fetched
 */
export const readyNode = (root) => {
  if (machineHasIt(root)) return process.execPath;
  const want = build();
  const node = binary(root, want);
  return whole(join(root, '.node'), want) && existsSync(node) ? node : undefined;
};

/** @param {string} root @param {Build} want */
const binary = (root, want) =>
  join(root, '.node', 'node_modules', want.package, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/**
 * Fetches Node into `.node/`: made aside and moved in when whole, since the Node that runs this may be the one that is
 * replaced. To be called under the lock.
 * @param {string} root @returns {Promise<string>} the path of the new Node
 */
export const fetchNode = async (root) => {
  const want = build();
  const folder = join(root, '.tmp', 'node');
  await step(`fetching Node ${want.version} through npm (this one is ${process.versions.node})`, async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const dependencies = { [want.package]: want.version };
    const packages = {
      '': { dependencies },
      [`node_modules/${want.package}`]: { version: want.version, integrity: want.integrity },
    };
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, requires: true, packages }));
    await npm(process.execPath, ['ci', `--prefix=${folder}`, '--no-workspaces'], folder, process.env);
    rmSync(join(root, '.node'), { recursive: true, force: true });
    renameSync(folder, join(root, '.node'));
  });
  return binary(root, want);
};
