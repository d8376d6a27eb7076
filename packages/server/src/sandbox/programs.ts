/**
 * Programs of ours that read what strangers wrote: put together with their libraries by the compiler of code, as text, and
 * run where code runs. They lie in programs/ and are loaded by nobody in this process.
 *
 * PG1 Nothing of them is evaluated here: their text goes from the disk through the compiler into a runner.
 * PG2 They may use the libraries of this list, which code of flows cannot import.
 */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { FormatProgram } from '@headgate/core';
import type { Bundler } from './compiler.ts';
import type { Program } from './job.ts';

const LIBRARIES = [
  'css-select',
  'domhandler',
  'domutils',
  'fast-png',
  'fflate',
  'jpeg-js',
  'markdown-it',
  'parse5',
  'parse5-htmlparser2-tree-adapter',
  'pdfjs-dist',
  'saxes',
] as const;

/** What they share, by the name that they import it by. */
const SHARED = [
  'bytes',
  'inflate',
  'tar',
  'zip',
  'dom',
  'xml-text',
  'pdf-world',
  'image-world',
  'sheet-read',
  'sheet-write',
] as const;

/** What a library takes for granted of a browser, or of Node; the program puts it there, as far as it is needed. */
const GLOBALS: Partial<Record<FormatProgram, readonly string[]>> = {
  pdf: ['AbortController', 'AbortSignal', 'ReadableStream', 'DOMMatrix', 'Path2D'],
  image: ['Buffer', 'TextDecoder'],
};

const language = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const textOf = (name: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`./programs/${name}.${language}`, import.meta.url)), 'utf8');

export type OwnPrograms = (name: FormatProgram) => Promise<Program | null>;

/** Each is put together once, when it is first used. Null: the compiler did not come up in time; the next use tries again. */
export const ownPrograms = (bundler: Bundler): OwnPrograms => {
  const kept = new Map<FormatProgram, Promise<Program | null>>();
  const make = async (name: FormatProgram): Promise<Program | null> => {
    const modules = Object.fromEntries(
      await Promise.all(SHARED.map(async (one) => [`./${one}.${language}`, await textOf(one)] as const)),
    );
    const built = await bundler.run({
      source: await textOf(name),
      language,
      libraries: LIBRARIES,
      modules,
      globals: GLOBALS[name] ?? [],
    });
    if (built === 'slow') return null;
    const [fault] = built.faults;
    if (fault !== undefined) throw new Error(`the program ${name} does not compile: ${fault.text} ${fault.lineText}`);
    const script = built.script.code;
    return { hash: createHash('sha256').update(script).digest('hex'), script };
  };
  return async (name) => {
    const known = kept.get(name) ?? make(name);
    kept.set(name, known);
    try {
      const made = await known;
      if (made === null) kept.delete(name);
      return made;
    } catch (error) {
      kept.delete(name);
      throw error;
    }
  };
};
