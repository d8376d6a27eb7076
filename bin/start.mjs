/**
 * `npm start`: as `./headgate start`, but it stays beside the server, because npm does not tell it when it is stopped.
 */
import { handOver } from './house/child.mjs';
import { command } from './house/command.mjs';
import { enter } from './house/say.mjs';

await enter(async () => {
  const { node, args, env } = await command(['start', ...process.argv.slice(2)]);
  return handOver(node, args, { env, withParent: true });
});
