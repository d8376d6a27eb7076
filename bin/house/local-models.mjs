/**
 * `./headgate models install`: fills the folder of the add-on that runs GGUF models by npm, from its own lock file. Nobody who
 * does not ask for it downloads it, and no script of a package is run. It is `install` and not `ci`, which wants the parts of
 * every platform in the lock file; what is in it is held to its hashes all the same.
 */
import { join } from 'node:path';
import { npm } from './npm.mjs';
import { ROOT, prepare } from './prepare.mjs';
import { say, step } from './say.mjs';

/** @returns {Promise<number>} the exit code */
export const installLocalModels = async () => {
  const { node, env } = await prepare({ build: false });
  const folder = join(ROOT, 'addons', 'local-models');
  await step('installing the add-on that runs local models (85 MB)', () =>
    npm(node, ['install', '--no-save', '--omit=optional', '--omit=peer'], folder, env, ['--include=dev']),
  );
  say('installed; next: ./headgate models add NAME FILE.gguf');
  return 0;
};
