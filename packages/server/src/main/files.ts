/** Reading what a command was given: flow files and JSON. Places in messages name the file. */

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { bad, type Flow, good, parseFlow, type Problem, problem, readJson, type Result } from '@headgate/core';

/** The text of a file, or the Problem of reading it. */
export const readText = (path: string): Result<string> => {
  try {
    return good(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return bad(problem('file.unreadable', `${path} cannot be read (${why})`, { fix: 'Give the path of a file that exists.' }));
  }
};

/** A flow file, or every problem with it. */
export const readFlowFile = (path: string): { flow: Flow } | { problems: readonly Problem[] } => {
  const text = readText(path);
  if (!text.ok) return { problems: [text.problem] };
  const parsed = parseFlow(text.value);
  if (parsed.ok) return { flow: parsed.flow };
  return { problems: parsed.problems.map((p) => ({ ...p, at: { flow: basename(path), ...p.at } })) };
};

/** JSON given on the command line. */
export const readJsonOption = (text: string, option: string): Result<unknown> => {
  const read = readJson(text);
  return read.ok ? read : bad({ ...read.problem, at: { field: option } });
};
