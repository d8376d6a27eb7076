/**
 * `npm run bench`: prepares the checkout, brings the load tool and the peers where the measurements asked for need them,
 * then runs bench/ with whatever arguments it was given.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { handOver } from './house/child.mjs';
import { npm } from './house/npm.mjs';
import { ensurePackages } from './house/packages.mjs';
import { ROOT, prepare } from './house/prepare.mjs';
import { enter, step } from './house/say.mjs';

/** Measurements that need neither the load tool nor a peer. */
const ALONE = new Set(['expr', 'list', 'growth', 'jail']);

/**
 * Installs a peer into bench/.peers, once for each version. What is half installed is never taken for installed: the
 * folder gets its name when npm has succeeded.
 * @param {string} node @param {NodeJS.ProcessEnv} env @param {string} name @param {string} version
 */
const ensurePeer = async (node, env, name, version) => {
  const home = join(ROOT, 'bench', '.peers', `${name}-${version}`);
  if (existsSync(home)) return;
  await step(`installing ${name} ${version} to measure against`, async () => {
    const fresh = join(ROOT, 'bench', '.peers', `.${name}.${process.pid}`);
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { recursive: true });
    writeFileSync(join(fresh, 'package.json'), JSON.stringify({ private: true, dependencies: { [name]: version } }));
    await npm(node, ['install'], fresh, env);
    renameSync(fresh, home);
  });
};

await enter(async () => {
  const { node, env } = await prepare({ build: true });
  const asked = process.argv.slice(2).filter((word) => /^[a-z]+$/.test(word));
  if (asked.length === 0 || asked.some((part) => !ALONE.has(part))) {
    await ensurePackages(join(ROOT, 'bench', 'packages.json'));
    const peers = /** @type {Record<string, string>} */ (
      JSON.parse(readFileSync(join(ROOT, 'bench', 'peers.json'), 'utf8'))
    );
    for (const [name, version] of Object.entries(peers)) await ensurePeer(node, env, name, version);
  }
  return handOver(node, [join(ROOT, 'bench', 'run.ts'), ...process.argv.slice(2)], {
    cwd: ROOT,
    env,
    withParent: true,
  });
});
