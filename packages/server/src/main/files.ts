/** Reading what a command was given: flow files and JSON. Places in messages name the file. */

import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  at,
  bad,
  type Catalog,
  type Flow,
  good,
  inspectFlow,
  type Inspected,
  parseFlow,
  type Problem,
  readJson,
  type Result,
  scanJson,
} from '@headgate/core';
import type { Compiler } from '../sandbox/compile.ts';
import { takeIn } from './beside.ts';
import { readCodeOf } from './code.ts';
import { readRegular } from './regular-file.ts';

/** The text of a file, or the Problem of reading it. */
export const readText = (path: string): Result<string> => {
  const bytes = readRegular(path);
  return bytes.ok ? good(bytes.value.toString('utf8')) : bytes;
};

const inFile = (path: string, problems: readonly Problem[]): Problem[] => problems.map((p) => at({ flow: path }, p));

/** The text of a flow file with the code in it that lies beside it; or every problem with the form of the JSON and those files. */
const readDocument = (path: string): { text: string } | { problems: readonly Problem[] } => {
  const text = readText(path);
  if (!text.ok) return { problems: [text.problem] };
  const { value, problems } = scanJson(text.value);
  // What is no JSON is told by who reads it, with lines as they are in the file.
  if (problems.length > 0) return { text: text.value };
  const taken = takeIn(path, value);
  if (taken.problems.length > 0) return { problems: inFile(path, taken.problems) };
  return { text: taken.any ? JSON.stringify(value) : text.value };
};

/** A flow file of right form, or every problem with its form. */
export const readFlowFile = (path: string): { flow: Flow } | { problems: readonly Problem[] } => {
  const read = readDocument(path);
  if ('problems' in read) return read;
  const parsed = parseFlow(read.text);
  return parsed.ok ? { flow: parsed.flow } : { problems: inFile(path, parsed.problems) };
};

/** All that is wrong with a flow file, form and meaning; each place names the file. */
export const inspectFile = async (path: string, catalog: Catalog, compiler: Compiler): Promise<Inspected> => {
  const read = readDocument(path);
  if ('problems' in read) return { flow: null, problems: read.problems, warnings: [] };
  const parsed = parseFlow(read.text);
  const context = parsed.ok ? { code: await readCodeOf(parsed.flow, compiler) } : {};
  const { flow, problems, warnings } = inspectFlow(read.text, catalog, context);
  return { flow, problems: inFile(path, problems), warnings: inFile(path, warnings) };
};

/** The files of the flows that a flow file may call: every other `*.flow.json` beside it, and `flow.json`. */
export const neighboursOf = (path: string): string[] =>
  readdirSync(dirname(path))
    .filter((name) => (name === 'flow.json' || name.endsWith('.flow.json')) && name !== basename(path))
    .sort()
    .map((name) => join(dirname(path), name));

/** More than any reader of it takes. */
const MOST_STANDARD = 64 * 1024 * 1024;

/** All of standard input, as text; what is beyond the bound is left, and what was read is too long for its reader. */
export const standardInput = async (): Promise<string> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of process.stdin) {
    parts.push(Buffer.from(part));
    size += part.length;
    if (size > MOST_STANDARD) break;
  }
  return Buffer.concat(parts).toString('utf8');
};

/** JSON given on the command line: itself, `@FILE`, or `-` for standard input. `option` is named when it is wrong. */
export const readInput = async (text: string, option: string): Promise<Result<unknown>> => {
  const given: Result<string> =
    text === '-' ? good(await standardInput()) : text.startsWith('@') ? readText(text.slice(1)) : good(text);
  if (!given.ok) return bad(at({ field: option }, given.problem));
  const read = readJson(given.value);
  if (read.ok) return read;
  const fix = 'Give JSON such as \'{"name": "Ada"}\', @FILE, or - for standard input.';
  return bad({ ...read.problem, at: { field: option }, fix: read.problem.fix ?? fix });
};
