import { join } from 'node:path';
import { handOver } from './child.mjs';
import { ensureForTests } from './local-models.mjs';
import { ensurePackages } from './packages.mjs';
import { ROOT, prepare } from './prepare.mjs';

/**
 * Prepares the checkout, sees that the system programs that tests watch with are there, and the add-on that some of them run
 * models with, then runs vitest in this process's place.
 * @param {readonly string[]} args @param {NodeJS.ProcessEnv} more
 */
export const runTests = async (args, more = {}) => {
  const { node, env } = await prepare({ build: true });
  await ensurePackages(join(ROOT, 'test', 'packages.json'));
  await ensureForTests(node, env);
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  // Hundreds of processes are started from the same files; what is compiled of them is kept between.
  const compiled = { NODE_COMPILE_CACHE: join(ROOT, '.tmp', 'compiled') };
  return handOver(node, [vitest, 'run', ...args], {
    cwd: ROOT,
    env: { ...env, ...compiled, ...more },
    withParent: true,
  });
};
