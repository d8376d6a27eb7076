/**
 * Packs the compiled server into some sixty files, as it is started: reading 1,600 modules one by one took a second of each
 * start, and 11 MB for as long as it runs (decision 0070).
 *
 * BU1 What is packed is what tsc wrote: dist/ stays whole beside it, and workers, children of the sandbox and tests read that.
 * BU2 A module that looks for files beside itself finds those of its own place in dist/, for the place of the packed file says
 *     nothing. Only the step kinds are looked for among the packed ones: beside them, each would be loaded a second time.
 * BU3 Of packages only those in PACKED go in. They have no state and no files of their own; all others are found in
 *     node_modules, as their programs expect it.
 */
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const DIST = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'packages', 'server', 'dist');
const APP = join(DIST, 'app');

/** Those that an idle server holds. */
const PACKED = new Set([
  '@headgate/core',
  '@headgate/web',
  '@jridgewell/resolve-uri',
  '@jridgewell/sourcemap-codec',
  '@jridgewell/trace-mapping',
  '@noble/hashes',
  'acorn',
  'commander',
  'croner',
  'ipaddr.js',
  'kysely',
  'luxon',
  're2js',
  'zod',
]);

/** @param {string} path of a module below dist/ @returns {string} where it looks for what lies beside it, from dist/ */
const placeOf = (path) => {
  const own = relative(DIST, path).split(sep).join('/');
  return own === 'main/steps.js' ? `app/${own}` : own;
};

/** @type {import('esbuild').Plugin} */
const places = {
  name: 'places',
  setup: (on) => {
    on.onLoad({ filter: /\.js$/ }, ({ path }) => {
      if (!path.startsWith(DIST + sep)) return undefined;
      const text = readFileSync(path, 'utf8');
      const place = `(import.meta.url.slice(0, import.meta.url.lastIndexOf('/app/') + 1) + ${JSON.stringify(placeOf(path))})`;
      return { contents: text.replaceAll('import.meta.url', place), loader: 'js' };
    });
  },
};

/** @type {import('esbuild').Plugin} */
const packages = {
  name: 'packages',
  setup: (on) => {
    on.onResolve({ filter: /^[^./]/ }, ({ path }) => {
      const name = /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path;
      return PACKED.has(name) ? undefined : { path, external: true };
    });
  },
};

const STEPS = join(DIST, 'steps');
const steps = (existsSync(STEPS) ? readdirSync(STEPS, { recursive: true }) : [])
  .map(String)
  .filter((path) => /(?:^|[\\/])(?:step|trigger)\.js$/.test(path));

rmSync(APP, { recursive: true, force: true });
await build({
  entryPoints: [join(DIST, 'main', 'cli.js'), ...steps.map((path) => join(STEPS, path))],
  outdir: APP,
  outbase: DIST,
  chunkNames: 'parts/[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // What is not Latin text would be kept with two bytes a letter.
  charset: 'ascii',
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [places, packages],
});
