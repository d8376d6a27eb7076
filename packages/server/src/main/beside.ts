/**
 * Code of a flow that lies in a file of its own beside the flow file: `"source": {"file": "steps/greet.ts"}` in a `code@1`
 * step. The command line reads it into the flow before anything else looks at it, and writes it so when it exports; a
 * server is never sent such a reference, and reads no file for one.
 *
 * BE1 Only files in the folder of the flow file, or below it, are read: no absolute path, no `..`, and no link that leads
 *     out. A flow file from somebody else must not carry a file of this machine into a flow.
 * BE2 Whatever text a flow may hold is the same text after export and import.
 */

import { realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { at, bad, everyStep, type Flow, good, isObject, type Problem, problem, type Result } from '@headgate/core';
import { readRegular } from './regular-file.ts';

/** More than a flow takes: its own check says how much that is. */
const MOST = 5_000_000;

const ENDINGS: Readonly<Record<string, string>> = { js: 'js', ts: 'ts', python: 'py' };

/** A relative path of plain names. */
const PATH = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

const refuse = (text: string, fix: string): Result<never> => bad(problem('file.unreadable', text, { fix }));

const textOf = (folder: string, name: string): Result<string> => {
  if (!PATH.test(name))
    return refuse(
      `expected the path of a file beside the flow file, got ${JSON.stringify(name.slice(0, 200))}`,
      'Write names joined by "/", such as "steps/greet.ts": no "..", no link and no absolute path.',
    );
  const path = join(folder, name);
  try {
    const real = realpathSync(path);
    if (!real.startsWith(realpathSync(folder) + sep))
      return refuse(`${path} leads out of the folder of the flow file`, 'Put a copy of the file into that folder.');
  } catch {
    // Reading it says what is wrong.
  }
  const bytes = readRegular(path, MOST);
  if (!bytes.ok) return bytes;
  try {
    return good(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.value));
  } catch {
    return refuse(`${path} is not UTF-8 text`, 'Save it as UTF-8.');
  }
};

/** Steps of a raw document, those inside blocks included; what is no step is passed over. */
function* stepsIn(value: unknown): Generator<Record<string, unknown>> {
  const open: unknown[] = [value];
  for (let holder = open.pop(); holder !== undefined; holder = open.pop()) {
    const steps = isObject(holder) ? holder['steps'] : undefined;
    if (!Array.isArray(steps)) continue;
    for (const step of steps) {
      if (!isObject(step)) continue;
      yield step;
      if (isObject(step['with'])) open.push(step['with']);
    }
  }
}

/**
 * Reads the code that a flow document refers to into it, in place. `path`: of the flow file. True when there was any.
 * Problems: `file.unreadable`, with the step.
 */
export const takeIn = (
  path: string,
  document: unknown,
): { readonly any: boolean; readonly problems: readonly Problem[] } => {
  const problems: Problem[] = [];
  let any = false;
  for (const step of stepsIn(document)) {
    const given = step['kind'] === 'code@1' ? step['with'] : undefined;
    if (!isObject(given) || !isObject(given['source'])) continue;
    const { file, ...more } = given['source'];
    // Anything else is judged like any other value that is no text.
    if (typeof file !== 'string' || Object.keys(more).length > 0) continue;
    const read = textOf(dirname(path), file);
    const place = { step: String(step['id'] ?? ''), field: 'with.source' };
    if (read.ok) {
      given['source'] = read.value;
      any = true;
    } else problems.push(at(place, read.problem));
  }
  return { any, problems };
};

/** A file to be written beside a flow file; `name` is relative to it. */
export type Beside = { readonly name: string; readonly text: string };

/**
 * A flow with its longer code (more than a line) taken out into files, `steps/ID.ts` and so on. Code that a file would not
 * give back as it is, such as one with half a surrogate pair, stays where it is.
 */
export const takeOut = (flow: Flow): { readonly document: unknown; readonly files: readonly Beside[] } => {
  const document = JSON.parse(JSON.stringify(flow)) as Flow; // parse boundary: a copy of what was judged
  const files: Beside[] = [];
  for (const step of everyStep(document)) {
    const given = step.kind === 'code@1' ? step.with : undefined;
    const source = given?.['source'];
    if (!isObject(given) || typeof source !== 'string' || !source.includes('\n') || !source.isWellFormed()) continue;
    const language = given['language'];
    const name = `steps/${step.id}.${(typeof language === 'string' ? ENDINGS[language] : undefined) ?? 'js'}`;
    files.push({ name, text: source });
    Reflect.set(given, 'source', { file: name });
  }
  return { document, files };
};
