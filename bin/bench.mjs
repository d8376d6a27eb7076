/** `npm run bench`: prepares the checkout, then runs the measurements of bench/ with whatever arguments it was given. */
import { join } from 'node:path';
import { handOver } from './house/child.mjs';
import { ROOT, prepare } from './house/prepare.mjs';
import { enter } from './house/say.mjs';

await enter(async () => {
  const { node, env } = await prepare({ build: true });
  return handOver(node, [join(ROOT, 'bench', 'run.ts'), ...process.argv.slice(2)], { cwd: ROOT, env });
});
