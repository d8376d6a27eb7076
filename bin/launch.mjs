/**
 * `./headgate …` and `npm start`: prepares the checkout, then becomes the server or command line that was asked for.
 * Plain JavaScript that runs on Node 18; it needs no package and no build of its own.
 *
 * The cache of compiled code lies in the checkout: it is as trusted as the code, and must not lie where another user of
 * the machine could write.
 *
 * The young generation of the heap is kept small: a server that idles holds some 25 MB less for it, and a request pays
 * for it with a few more, shorter, collections.
 */
import { join } from 'node:path';
import { become } from './house/child.mjs';
import { CLI, ROOT, prepare } from './house/prepare.mjs';
import { enter } from './house/say.mjs';

await enter(async () => {
  const { node, env } = await prepare({ build: true });
  const args = ['--max-semi-space-size=4', CLI, ...process.argv.slice(2)];
  return become(node, args, { NODE_COMPILE_CACHE: join(ROOT, '.tmp', 'compiled'), ...env });
});
