/**
 * `file: read invoices/`: files of the project's own folder. A path that ends in `/` stands for the folder and all that
 * lies in it, any other for that one file, `*` for everything. `disk/NAME/` is a folder of the server's disk that its admin
 * opened under this name; `*` does not stand for those.
 *
 * It says what is lent. Which file a path leads to is decided by the one resolver, by handle and never by comparing texts.
 *
 * FI1 A path is relative, in Unicode's composed form, and climbs nowhere: no `.` or `..` (escaped ones neither), no empty
 *     segment, backslash, colon or control character, no blank or dot at the end of a segment.
 */

import { named } from '../../flow/text/shown.ts';
import { parseVerbs, type Read, type Scope, texts, wordsCover, wrong } from './scope.ts';

/** `verbs`: `read`, `write` (make, change, delete) or `read,write`. */
export type FileScope = { readonly verbs: string; readonly path: string };

// oxlint-disable-next-line no-control-regex -- they are what has to be found
const NOT_NAME = /[\u0000-\u001f\u007f\\:*?"<>|\u200b-\u200f\u2028-\u202f\u2066-\u2069\ufeff]|%(2e|2f|5c|00|25)|[ .]$/i;

/** The one spelling of a path below a root, or undefined: it climbs, or could be read in more than one way. */
export const normaliseFilePath = (written: string): string | undefined => {
  const path = written.normalize('NFC');
  const segments = path.split('/');
  if (segments.at(-1) === '') segments.pop();
  return segments.length > 0 && segments.every((name) => name !== '' && !NOT_NAME.test(name)) ? path : undefined;
};

/** The longest path of a file, in characters. */
export const LONGEST_PATH = 500;

/** The one spelling of a path that a file, and no folder, may have; undefined: it has none. */
export const filePath = (written: string): string | undefined => {
  const path = written.length > LONGEST_PATH || written.endsWith('/') ? undefined : normaliseFilePath(written);
  return path !== undefined && path.length <= LONGEST_PATH ? path : undefined;
};

/** What paths of folders on the server's disk begin with. */
const DISK = 'disk/';

/** The one spelling of a path that a file of the project itself may have; undefined: it has none. */
export const ownFilePath = (written: string): string | undefined => {
  const path = filePath(written);
  return path?.startsWith(DISK) === true ? undefined : path;
};

const fileCovers = (outer: string, inner: string): boolean => {
  if (outer === inner) return true;
  // Folders of the server's disk are no files of the project: they are lent by their own names.
  if (outer === '*') return !inner.startsWith(DISK);
  return outer.endsWith('/') && inner.startsWith(outer) && normaliseFilePath(inner) === inner;
};

const parse = (text: string): Read<FileScope> => {
  const cut = /^(\S+)\s+(\S.*)$/.exec(text);
  const verbs = cut?.[1] === undefined ? undefined : parseVerbs(cut[1]);
  if (cut?.[2] === undefined || verbs === undefined) return wrong('expected read, write or read,write and a path');
  const path = cut[2] === '*' ? '*' : normaliseFilePath(cut[2]);
  return path === undefined
    ? wrong(`expected a path inside the project’s folder (a folder ends in /) or *, got ${named(cut[2])}`)
    : { scope: { verbs, path } };
};

const DOES: Readonly<Record<string, string>> = {
  read: 'Read',
  write: 'Make, change and delete',
  'read,write': 'Read, make, change and delete',
};

export const file: Scope<FileScope> = {
  form: 'file: read invoices/',
  parse,
  print: ({ verbs, path }) => `${verbs} ${path}`,
  is: (value) => texts(value, 'verbs', 'path'),
  covers: (grant, request) => wordsCover(grant.verbs, request.verbs) && fileCovers(grant.path, request.path),
  sentence: ({ verbs, path }) =>
    `${DOES[verbs] ?? 'Use'} ${path === '*' ? 'every file of the project' : path.endsWith('/') ? `files in the folder ${path}` : `the file ${path}`}`,
  byTyping: ({ path }) => path !== '*',
};
