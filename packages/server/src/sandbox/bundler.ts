/**
 * Compiles code by esbuild, in a process of its own: a line that it is up, then one line of JSON in, one out, in order. What it reads is data: it
 * runs none of it.
 *
 * B1 The source reaches no file: a library of the list, by its plain name, is the only thing it can import.
 * B2 Libraries are read by esbuild's own resolver from where they are installed, and by nobody's path.
 * B3 On Linux it is locked before it reads anything, and esbuild with it: it reads packages alone, writes nothing and
 *    reaches nobody.
 *
 * Arguments: two words of the launcher, its own file, then the folders that packages lie in.
 */

import { createInterface } from 'node:readline';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions, type Message, type Plugin, transform } from 'esbuild';

/** `modules`: texts of ours that the source may import besides, by the name it imports them by. */
export type Job = {
  readonly source: string;
  readonly language: 'js' | 'ts';
  readonly libraries: readonly string[];
  readonly modules?: Readonly<Record<string, string>>;
  /** Names that it finds on a global object of its own, where it puts them itself. */
  readonly globals?: readonly string[];
};

/** `column` counts bytes from 0, in `lineText`. `refused`: what was to be imported, and how. */
export type Fault = {
  readonly text: string;
  readonly line: number;
  readonly column: number;
  readonly lineText: string;
  readonly refused?: Refused;
};
type Refused = { readonly path: string; readonly kind: string };
type Output = { readonly code: string; readonly map: string };
/** `plain`: the module alone, as JavaScript. `script`: with its libraries, one expression that gives the exports. */
export type Built = { readonly faults: readonly Fault[]; readonly plain: Output; readonly script: Output };

const USER = 'source';
const NOTHING: Output = { code: '', map: '' };
const SETTINGS = { target: 'es2023', charset: 'utf8', logLevel: 'silent', tsconfigRaw: {} } as const;
const here = dirname(fileURLToPath(import.meta.url));
/** Named, since the folders around them cannot be listed behind the lock. */
const [, , , , , ...packages] = process.argv;

/** A name of a package, or of a file that it publishes: no way up, and nothing of a URL. */
const SPECIFIER = /^(?<name>(?:@[a-z0-9-]+\/)?[a-z0-9-]+)(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

const only = (job: Job): Plugin => ({
  name: 'only-listed',
  setup: (on) => {
    on.onResolve({ filter: /.*/ }, async ({ path, kind, namespace, pluginData }) => {
      if (kind === 'entry-point') return { path, namespace: USER };
      if (namespace === USER && Object.hasOwn(job.modules ?? {}, path)) return { path, namespace: USER };
      if (namespace !== USER || pluginData === USER) return undefined;
      const name = SPECIFIER.exec(path)?.groups?.['name'] ?? '';
      const refused: Refused = { path, kind };
      if (kind !== 'import-statement' || !job.libraries.includes(name))
        return { errors: [{ text: 'not to be imported', detail: refused }] };
      const found = await on.resolve(path, { kind, resolveDir: here, pluginData: USER });
      return found.errors.length > 0 ? { errors: [{ text: 'not to be imported', detail: refused }] } : found;
    });
    on.onLoad({ filter: /.*/, namespace: USER }, ({ path }) => ({
      contents: job.modules?.[path] ?? job.source,
      loader: job.language,
    }));
  },
});

const bundling = (job: Job): BuildOptions & { readonly write: false } => ({
  ...SETTINGS,
  entryPoints: [USER],
  bundle: true,
  write: false,
  outdir: '/',
  platform: 'browser',
  format: 'cjs',
  // An expression whose value is the exports: as a script it leaves no name behind.
  // The global object it sees is its own, over the one of the realm, which is frozen: a library that keeps something
  // there keeps it for this one run.
  banner: { js: '((module,$global)=>{"use strict";' },
  footer: { js: 'return module.exports})({},Object.create(globalThis))' },
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  define: {
    global: '$global',
    globalThis: '$global',
    ...Object.fromEntries((job.globals ?? []).map((name) => [name, `$global.${name}`])),
  },
  // Nobody maps what a program of ours says to its source; a large one takes twice as long with a map.
  sourcemap: job.modules === undefined ? 'external' : false,
  sourcesContent: false,
  nodePaths: [...packages],
  plugins: [only(job)],
});

const faultOf = ({ text, location, detail }: Message): Fault => ({
  text,
  line: location?.line ?? 1,
  column: location?.column ?? 0,
  lineText: location?.lineText ?? '',
  ...(typeof detail === 'object' && detail !== null ? { refused: detail as Refused } : {}),
});

/** The mistakes in what esbuild threw; anything else is a fault of ours. */
const faultsOf = (error: unknown): readonly Fault[] => {
  const { errors } = error as { readonly errors?: readonly Message[] };
  if (errors === undefined) throw error;
  return errors.map(faultOf);
};

const compile = async (job: Job): Promise<Built> => {
  try {
    const plain = await transform(job.source, {
      ...SETTINGS,
      loader: job.language,
      format: 'esm',
      sourcemap: 'external',
      sourcefile: USER,
      sourcesContent: false,
    });
    const { outputFiles } = await build(bundling(job));
    const textOf = (end: string): string => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '';
    return { faults: [], plain, script: { code: textOf('.js'), map: textOf('.map') } };
  } catch (error) {
    return { faults: faultsOf(error), plain: NOTHING, script: NOTHING };
  }
};

process.stdout.write('up\n');
for await (const line of createInterface({ input: process.stdin })) {
  const built = await compile(JSON.parse(line) as Job);
  process.stdout.write(`${JSON.stringify(built)}\n`);
}
process.exit(0);
