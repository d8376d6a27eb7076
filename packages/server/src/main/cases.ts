/** cases.json: what the flow beside it must do. Reading, judging the form, and writing what was recorded. */

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, bad, good, problem, readJson, type Result } from '@headgate/core';
import { readText } from './files.ts';
import type { Exchange } from './replay.ts';

export const CASES = 'cases.json';

export type Case = {
  readonly name: string;
  readonly input?: unknown;
  /** What must come; or `problem`, the code of the Problem the run must end in. */
  readonly output?: unknown;
  readonly problem?: string;
  /** The record of calls to the outside. */
  readonly http?: readonly Exchange[];
  /** Answers to `wait.event` steps, by step id. */
  readonly resume?: Readonly<Record<string, unknown>>;
};

const FIELDS: ReadonlySet<string> = new Set(['name', 'input', 'output', 'problem', 'http', 'resume']);
const SKIPPED: ReadonlySet<string> = new Set(['node_modules', '.git', 'dist']);

/** Every folder at or below `dir` that holds a file of one of these names, in the order of their own. */
export const foldersOf = (dir: string, files: readonly string[] = [CASES]): string[] => {
  const found: string[] = [];
  const walk = (folder: string): void => {
    const entries = readdirSync(folder, { withFileTypes: true });
    if (entries.some((e) => e.isFile() && files.includes(e.name))) found.push(folder);
    for (const e of entries) if (e.isDirectory() && !SKIPPED.has(e.name)) walk(join(folder, e.name));
  };
  walk(dir);
  return found.sort();
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isExchange = (value: unknown): boolean => {
  if (!isObject(value) || !isObject(value['request']) || !isObject(value['response'])) return false;
  const { method, url } = value['request'];
  const { status } = value['response'];
  return typeof method === 'string' && typeof url === 'string' && URL.canParse(url) && Number.isInteger(status);
};

/** What is wrong with the form of a case, or null. */
const wrongWith = (value: unknown, names: ReadonlySet<string>): string | null => {
  if (!isObject(value)) return 'is not an object';
  const { name, http, resume, problem: code } = value;
  if (typeof name !== 'string' || name === '') return 'has no name';
  if (names.has(name)) return `has the name of another one (${name})`;
  const unknown = Object.keys(value).find((key) => !FIELDS.has(key));
  if (unknown !== undefined) return `has an unknown field ${unknown}; known are ${[...FIELDS].join(', ')}`;
  if ('output' in value === 'problem' in value) return 'must expect either an `output` or a `problem`';
  if (code !== undefined && typeof code !== 'string') return 'has a `problem` that is not the code of one';
  if (http !== undefined && !(Array.isArray(http) && http.every(isExchange)))
    return 'has an `http` that is not a list of {"request": {"method", "url"}, "response": {"status"}}';
  return resume === undefined || isObject(resume) ? null : 'has a `resume` that is not an object of answers by step id';
};

/** Reads the cases of a folder; problems name the file and the case. */
export const readCases = (folder: string): Result<Case[]> => {
  const path = join(folder, CASES);
  const text = readText(path);
  if (!text.ok) return text;
  const wrong = (why: string, fix?: string): Result<Case[]> =>
    bad(problem('test.cases', why, { at: { flow: path }, ...(fix === undefined ? {} : { fix }) }));
  const read = readJson(text.value);
  if (!read.ok) return bad(at({ flow: path }, read.problem));
  const cases = isObject(read.value) ? read.value['cases'] : undefined;
  if (!Array.isArray(cases) || cases.length === 0)
    return wrong(
      'expected a list `cases` with at least one case',
      'Write {"cases": [{"name": …, "input": …, "output": …}]}.',
    );
  const names = new Set<string>();
  for (const [i, one] of cases.entries()) {
    const why = wrongWith(one, names);
    if (why !== null) return wrong(`cases[${i}] ${why}`);
    names.add((one as Case).name);
  }
  return good(cases as Case[]); // parse boundary: judged just before
};

/** Writes the cases of a folder back, with what was recorded. */
export const writeCases = (folder: string, cases: readonly Case[]): void =>
  writeFileSync(join(folder, CASES), `${JSON.stringify({ cases }, null, 2)}\n`);
