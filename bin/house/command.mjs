/**
 * How the built command line is run.
 *
 * The cache of compiled code lies in the checkout: it is as trusted as the code, and must not lie where another user of
 * the machine could write.
 *
 * The young generation of the heap may grow to four times what Node allows by itself: whenever it is full, all that is
 * under way is copied, and with sixteen runs at a time that took a quarter of the processor. Under that load
 * its heap reaches 400 MB where it was 280; idle the server holds 3 MB more, since it collects when it has settled
 * (settle.ts). Its threads share two arenas of the allocator, where the C library would give each its own: 2.5 MB less.
 * Both stand in serving.json, by which the bench starts it too.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLI, ROOT, prepare } from './prepare.mjs';

/** @param {string[]} words what was asked of headgate @returns {Promise<{ node: string, args: string[], env: NodeJS.ProcessEnv }>} */
export const command = async (words) => {
  const { node, env } = await prepare({ build: true });
  const { flags, env: fixed } = JSON.parse(readFileSync(new URL('serving.json', import.meta.url), 'utf8'));
  const cache = { NODE_COMPILE_CACHE: join(ROOT, '.tmp', 'compiled') };
  return { node, args: [...flags, CLI, ...words], env: { ...fixed, ...cache, ...env } };
};
