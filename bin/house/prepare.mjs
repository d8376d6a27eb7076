/**
 * Brings a checkout from whatever state it is in to one that can run: a Node, the packages of the lock file, the
 * compiled sources. What is done already is recognised by stamps and costs a few dozen milliseconds.
 *
 * H1 A stamp is removed before its work begins and written after it ended, so an interrupted start is redone.
 * H2 The packages' stamp is the hash of package-lock.json; the build's is a hash over the path, size and time of every
 *    source file, of what packs them and of the lock file.
 * H3 The build compiles and does not judge types: that is a third of the time and a fifth of the memory on a first start,
 *    and the same files. `npm run check` judges them.
 * H4 Only packages/ and the TypeScript settings are read: a checkout that is prepared may be read-only.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quiet } from './child.mjs';
import { alone } from './lock.mjs';
import { fetchNode, readyNode } from './node24.mjs';
import { npm } from './npm.mjs';
import { Stop, step } from './say.mjs';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The server's and command line's entry, once built. */
export const CLI = join(ROOT, 'packages', 'server', 'dist', 'app', 'main', 'cli.js');

/** The same as tsc writes it, before it is packed. */
const COMPILED = join(ROOT, 'packages', 'server', 'dist', 'main', 'cli.js');

/** The list of the web app's files, once built. */
const APP = join(ROOT, 'packages', 'web', 'dist', 'app', 'manifest.json');

const BUNDLE = join(ROOT, 'bin', 'house', 'bundle.mjs');
const PACKAGES = join(ROOT, 'node_modules', '.headgate-stamp');
const BUILT = join(ROOT, 'packages', 'server', 'dist', '.headgate-built');

/** @param {string} path @returns {string} empty when there is no such file */
const textOf = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** @param {string} text */
const hash = (text) => createHash('sha256').update(text).digest('hex');

const lockHash = () => hash(textOf(join(ROOT, 'package-lock.json')));

/**
 * Files below a folder, without tests, build output and packages.
 * @param {string} folder @returns {string[]}
 */
const sources = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ['dist', 'node_modules', 'testing'].includes(entry.name) ? [] : sources(path);
    return /(?<!\.test)\.tsx?$|\.json$|\.css$/.test(entry.name) ? [path] : [];
  });

const sourceHash = () => {
  const settings = readdirSync(ROOT).filter((name) => /^tsconfig.*\.json$/.test(name));
  const files = [BUNDLE, ...settings.map((name) => join(ROOT, name)), ...sources(join(ROOT, 'packages'))];
  const lines = files.sort().map((path) => {
    const { size, mtimeMs } = statSync(path);
    return `${relative(ROOT, path)} ${size} ${mtimeMs}`;
  });
  return hash([lockHash(), ...lines].join('\n'));
};

const installed = () => textOf(PACKAGES) === lockHash();
const built = () => existsSync(CLI) && existsSync(APP) && textOf(BUILT) === sourceHash();

/** True when npm itself has put the packages of the lock file in place, by the list that it keeps of what it did. */
const broughtByNpm = () => {
  try {
    const want = JSON.parse(textOf(join(ROOT, 'package-lock.json'))).packages;
    const have = JSON.parse(textOf(join(ROOT, 'node_modules', '.package-lock.json'))).packages;
    return Object.entries(want).every(([path, entry]) => {
      if (!path.startsWith('node_modules/')) return true;
      const other = have[path];
      return other === undefined
        ? entry.optional === true
        : other.version === entry.version && other.integrity === entry.integrity;
    });
  } catch {
    return false;
  }
};

/** @param {string} node @returns {NodeJS.ProcessEnv} the environment in which our Node comes first */
const envFor = (node) => {
  const path = [dirname(node), process.env.PATH ?? ''].join(delimiter);
  return { ...process.env, PATH: path };
};

/** @param {string} node */
const install = async (node) => {
  if (broughtByNpm()) {
    writeFileSync(PACKAGES, lockHash());
    return;
  }
  await step('installing packages', async () => {
    rmSync(PACKAGES, { force: true });
    await npm(node, ['ci'], ROOT, envFor(node));
    writeFileSync(PACKAGES, lockHash());
  });
};

/** Removes compiled files whose source is gone: the step loader reads the folder and must not find a deleted step. */
const prune = () => {
  for (const name of ['core', 'server', 'web']) {
    const dist = join(ROOT, 'packages', name, 'dist');
    if (!existsSync(dist)) continue;
    for (const path of readdirSync(dist, { recursive: true }).map(String)) {
      const stem = path.match(/^(.*)\.(?:d\.ts|js|js\.map)$/)?.[1];
      if (stem === undefined || path.startsWith(`app${sep}`)) continue;
      const source = join(ROOT, 'packages', name, 'src', stem);
      if (!existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`)) rmSync(join(dist, path));
    }
  }
};

/** @param {string} node */
const compile = (node) =>
  step('building', async () => {
    const seen = sourceHash();
    rmSync(BUILT, { force: true });
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const done = await quiet(node, [tsc, '-b', '--noCheck', '--pretty', 'false'], { cwd: ROOT, env: envFor(node) });
    if (done.code !== 0) {
      process.stderr.write(done.output);
      throw new Stop('the sources do not compile', 'mend the errors above (`npm run check` shows all of them)');
    }
    if (!existsSync(COMPILED))
      throw new Stop(`the build made no ${relative(ROOT, COMPILED)}`, 'check out the repository again, then try again');
    prune();
    // In a process of its own: the launcher runs without packages.
    const packed = await quiet(node, [BUNDLE], { cwd: ROOT, env: envFor(node) });
    if (packed.code !== 0 || !existsSync(CLI)) {
      process.stderr.write(packed.output);
      throw new Stop('the compiled server cannot be packed', 'check out the repository again, then try again');
    }
    const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
    const web = await quiet(node, [vite, 'build', '--logLevel', 'warn'], {
      cwd: join(ROOT, 'packages', 'web'),
      env: envFor(node),
    });
    if (web.code !== 0) {
      process.stderr.write(web.output);
      throw new Stop('the web app cannot be built', 'mend the errors above');
    }
    mkdirSync(dirname(BUILT), { recursive: true });
    writeFileSync(BUILT, seen);
  });

/**
 * @param {{ build: boolean }} want whether the compiled server is needed, or only Node and the packages
 * @returns {Promise<{ node: string, env: NodeJS.ProcessEnv }>}
 */
export const prepare = async ({ build }) => {
  const ready = () => {
    const node = readyNode(ROOT);
    return node !== undefined && installed() && (!build || built()) ? node : undefined;
  };
  const node =
    ready() ??
    (await alone(join(ROOT, '.tmp'), async () => {
      const found = readyNode(ROOT) ?? (await fetchNode(ROOT));
      if (!installed()) await install(found);
      if (build && !built()) await compile(found);
      return found;
    }));
  return { node, env: envFor(node) };
};
