/**
 * System programs that some tests watch with (strace sees a process's system calls, ip makes a network of its own).
 * As root on a Debian-like system they are installed, saying so; otherwise the one command to run is named.
 */
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { handOver } from './child.mjs';
import { Stop, say, step } from './say.mjs';

/** @typedef {{ name: string, command: string, why: string }} Package */

/** @param {string} command @returns {boolean} also where root's programs live, which is not on everybody's PATH */
const present = (command) =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** @param {string} list path of the JSON file that names the packages, their command, and why */
export const ensurePackages = async (list) => {
  const all = /** @type {Package[]} */ (JSON.parse(readFileSync(list, 'utf8')));
  const missing = all.filter((item) => !present(item.command));
  if (missing.length === 0) return;
  for (const item of missing) say(`${item.command} is missing: ${item.why}`);
  if (process.platform !== 'linux')
    throw new Stop('these tests run on Linux only', 'run `npm test` on a Linux machine');
  const names = missing.map((item) => item.name);
  const command = `apt-get update && apt-get install -y --no-install-recommends ${names.join(' ')}`;
  if (!present('apt-get')) throw new Stop('system packages are missing', `install ${names.join(', ')}, then try again`);
  if (process.getuid?.() !== 0) throw new Stop('system packages are missing', `sudo sh -c '${command}'`);
  await step(`installing Debian packages ${names.join(', ')}`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    for (const args of [
      ['update', '-q'],
      ['install', '-y', '-q', '--no-install-recommends', ...names],
    ]) {
      const code = await handOver('apt-get', args, { env });
      if (code !== 0) throw new Stop(`apt-get ${args[0]} failed (exit ${code})`, `run by hand: ${command}`);
    }
  });
};
