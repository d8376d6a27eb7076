/**
 * How code reads files: `can.readFile(path, {give, from, to})` by the power of its step, and `can.readReference(reference, …)`
 * what an earlier step gave a reference to. It gets a text, what JSON says, or base64: never more at once than a value may be.
 */

import {
  bad,
  type FileRef,
  fileRef,
  type Files,
  gather,
  good,
  type OpenFile,
  problem,
  readValues,
  type Result,
  textOf,
  toBase64,
} from '@headgate/core';

/** Bytes that one call gives; a larger file is read part by part. */
const MOST = 4 * 1024 * 1024;
const FIELDS: ReadonlySet<string> = new Set(['give', 'from', 'to']);
const AT = { at: { field: 'source' } };

export const FILE_FUNCTIONS: ReadonlySet<string> = new Set(['readFile', 'readReference']);

type How = { readonly give: 'text' | 'json' | 'base64'; readonly from: number; readonly to: number };

/** One call; `args` is the JSON text of its arguments. */
export const readForCode = async (files: Files, name: string, args: string): Promise<Result<string>> => {
  const list = JSON.parse(args) as unknown;
  const [source, options, ...more] = Array.isArray(list) ? (list as readonly unknown[]) : [];
  if (more.length > 0) return wrong(`can.${name} takes what to read, and an object that says how`);
  const what = sourceOf(name, source);
  if (what === undefined)
    return wrong(
      name === 'readFile'
        ? 'The first argument of can.readFile is the path of a file, a text; what a step gave is read by can.readReference'
        : 'The first argument of can.readReference is a reference {file, size, type} that a step gave',
    );
  const how = howOf(name, options);
  if (!how.ok) return how;
  const got = await files.read(what, (file) => taken(file, how.value));
  return 'problem' in got ? bad(got.problem) : got.value;
};

const sourceOf = (name: string, source: unknown): string | FileRef | undefined => {
  if (name === 'readFile') return typeof source === 'string' ? source : undefined;
  const read = fileRef.safeParse(source);
  return read.success ? read.data : undefined;
};

const howOf = (name: string, options: unknown): Result<How> => {
  const given = typeof options === 'object' && options !== null ? (options as Record<string, unknown>) : {};
  const unknown = Object.keys(given).find((field) => !FIELDS.has(field));
  if (unknown !== undefined) return wrong(`can.${name} takes ${[...FIELDS].join(', ')}; not ${unknown}`);
  const { give = 'text', from = 0, to = Number.MAX_SAFE_INTEGER } = given;
  if (give !== 'text' && give !== 'json' && give !== 'base64')
    return wrong(`\`give\` of can.${name} is text, json or base64`);
  if (!isPlace(from) || !isPlace(to)) return wrong(`\`from\` and \`to\` of can.${name} are numbers of bytes`);
  return good({ give, from, to });
};

const isPlace = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** The JSON text of what the call gives. */
const taken = async (file: OpenFile, { give, from, to }: How): Promise<Result<string>> => {
  const end = Math.min(file.size, to);
  const bytes = end - from > MOST ? undefined : await gather(file.read(from, end), MOST);
  if (bytes === undefined)
    return bad(
      problem('file.size', 'Code reads 4 MB of a file at once', {
        ...AT,
        fix: 'Read it part by part, with `from` and `to`, or one part of csv.split at a time.',
      }),
    );
  if (give === 'base64') return good(JSON.stringify(toBase64(bytes)));
  const text = textOf(bytes);
  if (text === undefined)
    return bad(
      problem('file.text', 'The file is no text in UTF-8', { ...AT, fix: 'Take it as base64: give: "base64".' }),
    );
  if (give === 'text') return good(JSON.stringify(text));
  const read = readValues(text, 'The file');
  if (read === undefined) return bad(problem('file.json', 'The file is no JSON', AT));
  return read.ok ? good(text) : bad(read.problem);
};

const wrong = (text: string): Result<never> => bad(problem('code.call', text, AT));
