/**
 * `./headgate …` and `npm start`: prepares the checkout, then becomes the server or command line that was asked for.
 * Plain JavaScript that runs on Node 18; it needs no package and no build of its own.
 */
import { become } from './house/child.mjs';
import { CLI, prepare } from './house/prepare.mjs';
import { enter } from './house/say.mjs';

await enter(async () => {
  const { node, env } = await prepare({ build: true });
  return become(node, [CLI, ...process.argv.slice(2)], env);
});
