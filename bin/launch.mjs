/**
 * `./headgate …`: prepares the checkout, then becomes the server or command line that was asked for. Plain JavaScript
 * that runs on Node 18; it needs no package and no build of its own.
 */
import { become } from './house/child.mjs';
import { command } from './house/command.mjs';
import { installLocalModels } from './house/local-models.mjs';
import { enter } from './house/say.mjs';

await enter(async () => {
  const [group, word] = process.argv.slice(2);
  if (group === 'models' && word === 'install') return installLocalModels();
  const { node, args, env } = await command(process.argv.slice(2));
  return become(node, args, env);
});
