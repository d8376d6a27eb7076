/**
 * `npm test`: prepares the checkout, sees that the system programs that tests watch with are there, then runs vitest
 * with whatever arguments it was given.
 */
import { join } from 'node:path';
import { handOver } from './house/child.mjs';
import { ensurePackages } from './house/packages.mjs';
import { ROOT, prepare } from './house/prepare.mjs';
import { enter } from './house/say.mjs';

await enter(async () => {
  const { node, env } = await prepare({ build: true });
  await ensurePackages(join(ROOT, 'test', 'packages.json'));
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  return handOver(node, [vitest, 'run', ...process.argv.slice(2)], { cwd: ROOT, env, withParent: true });
});
