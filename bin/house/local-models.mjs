/**
 * Fills the folder of the add-on that runs GGUF models by npm, from its own lock file: for `./headgate models install`, and for
 * the tests that run one. Nobody who does not ask for it downloads it, and no script of a package is run.
 *
 * H5 Its stamp is the hash of its lock file, removed before the work begins and written after it ended, as H1 and H2 have it.
 */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alone } from './lock.mjs';
import { npm } from './npm.mjs';
import { ROOT, prepare } from './prepare.mjs';
import { say, step } from './say.mjs';

const FOLDER = join(ROOT, 'addons', 'local-models');
const STAMP = join(FOLDER, 'node_modules', '.headgate-stamp');

const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(join(FOLDER, 'package-lock.json')))
    .digest('hex');

const installed = () => {
  try {
    return readFileSync(STAMP, 'utf8') === lockHash();
  } catch {
    return false;
  }
};

/**
 * Installs the add-on where it is missing, or another one than the lock file has.
 * @param {string} node @param {NodeJS.ProcessEnv} env as prepare() gives them
 * @returns {Promise<void>}
 */
export const ensureLocalModels = async (node, env) => {
  if (installed()) return;
  await alone(join(ROOT, '.tmp'), async () => {
    if (installed()) return;
    await step('installing the add-on that runs local models (85 MB)', async () => {
      rmSync(STAMP, { force: true });
      await npm(node, ['ci', '--omit=optional', '--omit=peer'], FOLDER, env, ['--include=dev']);
      writeFileSync(STAMP, lockHash());
    });
  });
};

/** @returns {Promise<number>} the exit code */
export const installLocalModels = async () => {
  const { node, env } = await prepare({ build: false });
  await ensureLocalModels(node, env);
  say('the add-on is there; next: ./headgate models add NAME FILE.gguf');
  return 0;
};
