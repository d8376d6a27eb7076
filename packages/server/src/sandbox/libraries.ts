/**
 * The libraries that code may import: pure ones, each in the one version that the server is installed with. What a step
 * takes of them is put into its script when it is saved; nothing is loaded when it runs.
 */

import { createRequire } from 'node:module';

export const LIBRARIES = [
  '@noble/hashes',
  'date-fns',
  'fast-xml-parser',
  'lodash-es',
  'papaparse',
  'uuid',
  'zod',
] as const;

/** Folders that packages lie in, the nearest first; not all of them are there. */
export const packageFolders = (): readonly string[] =>
  (createRequire(import.meta.url).resolve.paths('zod') ?? []).filter((path) => path.endsWith('/node_modules'));

export type Library = { readonly name: string; readonly version: string };

/** Read from what is installed, which the lock file pins. */
export const installedLibraries = (names: readonly string[] = LIBRARIES): readonly Library[] => {
  const require = createRequire(import.meta.url);
  return names.map((name) => {
    for (const folder of packageFolders()) {
      const version = versionAt(require, `${folder}/${name}/package.json`);
      if (version !== undefined) return { name, version };
    }
    throw new Error(`the library ${name} is not installed`);
  });
};

const versionAt = (require: NodeJS.Require, path: string): string | undefined => {
  try {
    const { version } = require(path) as { readonly version: string };
    return version;
  } catch {
    return undefined;
  }
};

/** `date-fns 4.4.0, zod 4.6.7, …` */
export const named = (libraries: readonly Library[]): string =>
  libraries.length === 0 ? 'nothing' : libraries.map(({ name, version }) => `${name} ${version}`).join(', ');
