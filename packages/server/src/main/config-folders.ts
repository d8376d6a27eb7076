/**
 * `HEADGATE_FOLDERS`: folders of the server's disk that its admin opens to flows, as `NAME=/PATH`, with `:rw` after it where flows
 * may write, and `NAME@WORKSPACE=…` for another workspace than `default`; commas between them.
 *
 * HF1 Nothing of the server itself is opened: not its state, its keys or what holds them, and no file system of the kernel.
 */

import { realpathSync, statSync } from 'node:fs';
import { bad, good, problem, type Problem, type Result } from '@headgate/core';
import type { FolderSetting } from '../store/folders/folders.ts';

const ONE = /^([a-z][a-z0-9_-]{0,62})(?:@([A-Za-z0-9_-]{1,64}))?=(\/.*?)(:rw)?$/;
const KERNEL = ['/proc', '/sys', '/dev', '/run', '/etc', '/boot'];

const wrong = (text: string, fix: string): Result<never> =>
  bad(problem('config.folders', text, { at: { field: 'HEADGATE_FOLDERS' }, fix }));

const contains = (outer: string, inner: string): boolean =>
  outer === inner || inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`);

/** `own`: paths of the server that no opened folder may hold, or lie in. */
export const readFolders = (text: string, own: readonly string[]): Result<readonly FolderSetting[]> => {
  const made: FolderSetting[] = [];
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '') continue;
    const one = folderOf(part, own.map(realOf));
    if (!one.ok) return one;
    if (made.some(({ name, workspace }) => name === one.value.name && workspace === one.value.workspace))
      return wrong(`The folder ${one.value.name} is named twice`, 'Give each folder of a workspace a name of its own.');
    made.push(one.value);
  }
  return good(made);
};

const realOf = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
};

const folderOf = (part: string, own: readonly string[]): Result<FolderSetting> => {
  const [, name, workspace = 'default', written, rw] = ONE.exec(part) ?? [];
  if (name === undefined || written === undefined)
    return wrong(`${JSON.stringify(part.slice(0, 80))} opens no folder`, 'Write NAME=/PATH, or NAME=/PATH:rw.');
  const path = realOf(written);
  try {
    if (!statSync(path).isDirectory()) return wrong(`${written} is no folder`, 'Name a folder that is there.');
  } catch {
    return wrong(`There is no folder ${written}`, 'Make it first, or take it out.');
  }
  if (path === '/' || KERNEL.some((one) => contains(one, path)))
    return wrong(`${written} belongs to the system`, 'Open a folder that holds data alone.');
  if (own.some((one) => contains(path, one) || contains(one, path)))
    return wrong(`${written} holds the state or a key of this server, or lies in it`, 'Open a folder apart from them.');
  return good({ name, workspace, path, writable: rw !== undefined });
};

/** What the start tells of a setting that cannot be kept. */
export const foldersOrProblem = (
  text: string | undefined,
  own: readonly (string | null)[],
  problems: Problem[],
): readonly FolderSetting[] => {
  const read = readFolders(
    text ?? '',
    own.filter((one) => one !== null),
  );
  if (read.ok) return read.value;
  problems.push(read.problem);
  return [];
};
