/**
 * Finds the machine's npm and runs it. npm chooses packages by the Node it runs on, so the caller says which Node.
 * It names no registry: the machine's own npm settings decide where packages come from, the lock file's hashes decide
 * whether what came is right.
 */
import { existsSync, realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { quiet } from './child.mjs';
import { Stop } from './say.mjs';

/** @returns {string | undefined} npm's own script, to be run by a Node of our choice */
const script = () => {
  const told = process.env.npm_execpath;
  if (told !== undefined && basename(told) === 'npm-cli.js' && existsSync(told)) return told;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const beside = join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js');
    if (existsSync(beside)) return beside;
    const link = join(folder, 'npm');
    if (folder !== '' && existsSync(link)) {
      const real = realpathSync(link);
      if (real.endsWith('.js')) return real;
      const near = join(dirname(real), 'node_modules', 'npm', 'bin', 'npm-cli.js');
      if (existsSync(near)) return near;
    }
  }
  return undefined;
};

/** What npm says when it fails, and what helps. The first that is found in its output counts. */
const CURES = /** @type {[RegExp, string][]} */ ([
  [/ENOSPC/, 'free some disk space (about 1 GB) and try again'],
  [/EACCES|EPERM|EROFS/, 'make the checkout writable for this user and try again'],
  [/EINTEGRITY/, 'a package differs from what the lock file promises: run `npm cache clean --force`, then try again'],
  [/EUSAGE|in sync/, 'package.json and package-lock.json disagree: run `npm install` and commit the lock file'],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET|E40[0-9]|E50[0-9]|SELF_SIGNED|network/i,
    'npm could not get a package: check the network, and the registry and proxy in `npm config list`',
  ],
]);

/**
 * @param {string} node the Node to run npm on @param {string[]} args @param {string} cwd @param {NodeJS.ProcessEnv} env
 * @returns {Promise<void>} a Stop when npm is missing or fails
 */
export const npm = async (node, args, cwd, env, including = ['--include=dev', '--include=optional']) => {
  const cli = script();
  if (cli === undefined) {
    throw new Stop('npm was not found', 'install npm (it comes with Node.js; on Debian: apt-get install npm)', 127);
  }
  const flags = ['--ignore-scripts', ...including, '--no-audit', '--no-fund', '--loglevel=error'];
  const done = await quiet(node, [cli, ...args, ...flags], { cwd, env });
  if (done.code === 0) return;
  process.stderr.write(`${done.output.trim().split('\n').slice(-15).join('\n')}\n`);
  const cure = CURES.find(([sign]) => sign.test(done.output));
  throw new Stop(
    `npm ${args[0]} failed (exit ${done.code})`,
    cure?.[1] ?? `run \`npm ${args[0]} --ignore-scripts\` by hand to see more`,
  );
};
