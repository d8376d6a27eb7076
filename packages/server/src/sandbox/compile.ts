/**
 * From the source of a code step to the one script that runs: TypeScript taken off, libraries taken in, nothing left to
 * load. Done when a flow is saved, checked or first run; running costs nothing of it.
 *
 * What was compiled is kept in memory by its hash, which covers the source, the compiler and the libraries. It is not
 * kept on disk: to compile anew costs less than to prove that a file is still what was written, and whoever could change
 * such a file would run code as any step.
 *
 * CP1 The same source, compiler and libraries give the same hash and the same script.
 * CP2 Every Problem stands at a line and column of the author's text.
 */

import { createHash } from 'node:crypto';
import { TraceMap } from '@jridgewell/trace-mapping';
import { at, bad, type CodeName, good, type Problem, problem, readCode, type Result } from '@headgate/core';
import type { Built, Fault } from './bundler.ts';
import { type Bundler, openBundler } from './compiler.ts';
import { installedLibraries, type Library, named } from './libraries.ts';
import { type OwnPrograms, ownPrograms } from './programs.ts';
import { onlySource, traced } from './source-map.ts';

/** Characters of a source, and of a script with its libraries. */
const LONGEST_SOURCE = 128 * 1024;
const LONGEST_SCRIPT = 4 * 1024 * 1024;
/** Open brackets: far more than anybody writes, far less than what a parser chokes on. */
const DEEPEST = 500;
/** Characters of all scripts that are kept. */
const KEPT = 32 * 1024 * 1024;
/** Of the compiler and of how we ask it: raised when the same source would give another script. */
const FORM = 'esbuild 0.28.2, form 2';

export type Language = 'js' | 'ts';

/** `script` is one expression that gives the module's exports. `steps`: the steps its source names. */
export type Program = {
  readonly hash: string;
  readonly script: string;
  readonly map: string | null;
  readonly steps: readonly CodeName[];
};

/** What compiling tells: the program, when there are no problems; and what the source names either way. */
export type Compiled = {
  readonly program: Program | null;
  readonly names: readonly CodeName[];
  /** Of secrets it asks to see. */
  readonly secrets: readonly CodeName[];
  readonly problems: readonly Problem[];
};

export type Compiler = {
  /** All problems at once, each with line and column. */
  readonly inspect: (source: string, language: Language) => Promise<Compiled>;
  /** The program, or the first Problem, at the step. Codes: `code.*` of the table. */
  readonly compile: (source: string, language: Language, step: string) => Promise<Result<Program>>;
  /** One of our own programs, which read what strangers wrote. */
  readonly own: OwnPrograms;
  readonly close: () => Promise<void>;
};

/** Opens a compiler; it starts nothing before it is asked. `allow`: names of the libraries that code may import; all by default. */
export const openCompiler = (o: { readonly bundler?: Bundler; readonly allow?: readonly string[] } = {}): Compiler => {
  const { bundler = openBundler(), allow } = o;
  const kept = new Map<string, Compiled>();
  const underway = new Map<string, Promise<Compiled>>();
  let size = 0;
  let libraries: readonly Library[] | null = null;

  const keep = (hash: string, made: Compiled): void => {
    kept.set(hash, made);
    size += made.program?.script.length ?? 0;
    for (const [old, { program }] of kept) {
      if (size <= KEPT && kept.size <= 5_000) break;
      kept.delete(old);
      size -= program?.script.length ?? 0;
    }
  };

  const inspect = async (source: string, language: Language): Promise<Compiled> => {
    const early = refusedUnread(source);
    if (early !== undefined) return nothing([early]);
    libraries ??= installedLibraries(allow);
    const list = libraries;
    const hash = createHash('sha256')
      .update(JSON.stringify([FORM, list, language, source]))
      .digest('hex');
    const known = kept.get(hash) ?? underway.get(hash);
    if (known !== undefined) return known;
    const made = bundler
      .run({ source, language, libraries: list.map(({ name }) => name) })
      .then((built) => {
        const compiled = built === 'slow' ? nothing([SLOW]) : compiledOf(hash, built, list);
        if (built !== 'slow') keep(hash, compiled);
        return compiled;
      })
      .finally(() => underway.delete(hash));
    underway.set(hash, made);
    return made;
  };

  return {
    inspect,
    compile: async (source, language, step) => {
      const { program, problems } = await inspect(source, language);
      const [first] = problems;
      return program !== null ? good(program) : bad(at({ step, field: 'with.source' }, first ?? SLOW));
    },
    own: ownPrograms(bundler),
    close: bundler.close,
  };
};

const nothing = (problems: readonly Problem[]): Compiled => ({
  program: null,
  names: [],
  secrets: [],
  problems,
});

const TOP = { line: 1, column: 1 };

const SLOW = problem('code.too_slow', 'The code takes longer to prepare than allowed', {
  at: TOP,
  fix: 'Make it shorter and less deeply nested.',
});

/** What is refused before anybody parses it. Brackets in texts count too: this is a bound, not a reading. */
const refusedUnread = (source: string): Problem | undefined => {
  if (source.length > LONGEST_SOURCE)
    return problem('code.too_large', `The code is longer than ${LONGEST_SOURCE} characters`, {
      at: TOP,
      fix: 'Split it over several steps.',
    });
  let depth = 0;
  for (const mark of source.match(/[([{)\]}]/g) ?? []) {
    depth = '([{'.includes(mark) ? depth + 1 : Math.max(0, depth - 1);
    if (depth > DEEPEST)
      return problem('code.syntax', 'The code is nested too deeply to be read', {
        at: TOP,
        fix: 'Split it into functions.',
      });
  }
  return undefined;
};

const compiledOf = (hash: string, { faults, plain, script }: Built, libraries: readonly Library[]): Compiled => {
  if (faults.length > 0) return nothing(faults.map((fault) => problemOf(fault, libraries)));
  const read = readCode(plain.code, 'js') ?? { names: [], secrets: [], problems: [] };
  const map = new TraceMap(plain.map);
  const spot = (of: { readonly line: number; readonly column: number }) => traced(map, of) ?? TOP;
  const names = read.names.map((name) => ({ ...name, at: spot(name.at) }));
  const secrets = read.secrets.map((name) => ({ ...name, at: spot(name.at) }));
  const problems = read.problems.map((one) => ({ ...one, at: spot({ ...TOP, ...one.at }) }));
  if (script.code.length > LONGEST_SCRIPT)
    problems.push(
      problem('code.too_large', `The code and its libraries are longer than ${LONGEST_SCRIPT} characters`, {
        at: TOP,
        fix: 'Import only what it uses.',
      }) as Problem & { at: typeof TOP },
    );
  if (problems.length > 0) return { program: null, names, secrets, problems };
  const program = { hash, script: script.code, map: onlySource(script.map, 'source'), steps: names };
  return { program, names, secrets, problems };
};

/** A mistake as the author sees it. esbuild counts columns in bytes. */
const problemOf = ({ text, line, column, lineText, refused }: Fault, libraries: readonly Library[]): Problem => {
  const before = Buffer.from(lineText, 'utf8').subarray(0, column).toString('utf8');
  const place = { line, column: before.length + 1 };
  if (refused === undefined)
    return problem('code.syntax', `The code cannot be read: ${text}`, {
      at: place,
      fix: /top-level await/i.test(text) ? 'Await inside the default function.' : 'Mend the code at this place.',
    });
  if (refused.kind !== 'import-statement')
    return problem('code.dynamic', 'Code cannot load other code while it runs', {
      at: place,
      fix: "Import at the top: import { name } from 'package'.",
    });
  return problem('code.import', `Code may not import ${JSON.stringify(refused.path.slice(0, 100))}`, {
    at: place,
    fix: `It may import: ${named(libraries)}.`,
  });
};
