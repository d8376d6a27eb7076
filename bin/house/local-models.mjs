/**
 * Fills the folder of the add-on that runs GGUF models by npm, from its own lock file: for `./headgate models install`, and for
 * the tests that run one. Nobody who does not ask for it downloads it, and no script of a package is run.
 *
 * Its package.json lists the machines that there is a part for, each as a package that may be left out; npm takes the one that
 * fits. A machine that is not listed runs no models: its processes could not be locked.
 *
 * H5 Its stamp is the hash of its lock file and the machine, removed before the work begins and written after it ended, as H1 and
 *    H2 have it.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alone } from './lock.mjs';
import { npm } from './npm.mjs';
import { ROOT, prepare } from './prepare.mjs';
import { say, step, Stop } from './say.mjs';

const FOLDER = join(ROOT, 'addons', 'local-models');
const STAMP = join(FOLDER, 'node_modules', '.headgate-stamp');

const MACHINE = `${process.platform}-${process.arch}`;
const PART = `@node-llama-cpp/${MACHINE}`;

/** Is there a part for this machine? On Linux it is linked to the C library of GNU. */
const fits = () => {
  const { optionalDependencies } = JSON.parse(readFileSync(join(FOLDER, 'package.json'), 'utf8'));
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return PART in optionalDependencies && report.header.glibcVersionRuntime !== undefined;
};

const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(join(FOLDER, 'package-lock.json')))
    .update(MACHINE)
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
 * @returns {Promise<boolean>} false: there is none for this machine
 */
export const ensureLocalModels = async (node, env) => {
  if (!fits()) return false;
  if (installed()) return true;
  await alone(join(ROOT, '.tmp'), async () => {
    if (installed()) return;
    await step('installing the add-on that runs local models (57 MB to fetch, 85 MB on the disk)', async () => {
      rmSync(STAMP, { force: true });
      await npm(node, ['ci', '--omit=peer'], FOLDER, env);
      // A package that may be left out is left out without a word, also when what came is not what the lock file promises.
      if (!existsSync(join(FOLDER, 'node_modules', PART, 'package.json')))
        throw new Stop(`npm left ${PART} out`, 'run `npm cache clean --force`, then try again');
      writeFileSync(STAMP, lockHash());
    });
  });
  return true;
};

const NONE = `no part that runs local models is there for ${MACHINE}: there is one for Linux with glibc, on x64 and arm64`;

/**
 * The same for tests: those that need a part that is not there are left out.
 * @param {string} node @param {NodeJS.ProcessEnv} env
 */
export const ensureForTests = async (node, env) => {
  if (!(await ensureLocalModels(node, env))) say(`${NONE}; the tests that run a model are left out`);
};

/** @returns {Promise<number>} the exit code */
export const installLocalModels = async () => {
  const { node, env } = await prepare({ build: false });
  if (!(await ensureLocalModels(node, env)))
    throw new Stop(NONE, 'have a server of models beside it, such as Ollama: docs/guides/ai-without-the-cloud.md');
  say('the add-on is there; next: ./headgate models add NAME FILE.gguf');
  return 0;
};
