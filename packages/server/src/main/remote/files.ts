/**
 * `headgate file …`: files of a running server. They are streamed from disk to server and back, whatever their size.
 *
 * FI1 A file of this machine is never written over: a download goes to a name that is not there, or to standard output.
 */

import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { bad, good, problem, type Result } from '@headgate/core';
import type { Upload } from '../client.ts';
import { DONE, note, pretty, print } from '../say.ts';
import { ask, id, pageOf, query, refused, rowOf, rowsOf, type Where } from './ask.ts';

type Project = { readonly project?: string };
type Put = Project & { readonly as?: string; readonly type?: string; readonly new?: true };
type List = Project & { readonly prefix?: string; readonly limit: number; readonly cursor?: string };

/** What files of these endings are; the server believes no type, it only tells it. */
const TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  html: 'text/html',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  md: 'text/markdown',
  pdf: 'application/pdf',
  png: 'image/png',
  txt: 'text/plain',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  xml: 'application/xml',
  zip: 'application/zip',
};

const typeOf = (path: string): string =>
  TYPES[/\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''] ?? 'application/octet-stream';

const opened = (file: string, type: string): Result<Upload> => {
  if (file === '-') return good({ bytes: process.stdin, size: null, type });
  try {
    const stat = statSync(file);
    if (!stat.isFile()) return unreadable(file, 'not a regular file');
    return good({ bytes: createReadStream(file), size: stat.size, type });
  } catch (error) {
    return unreadable(file, error instanceof Error && 'code' in error ? String(error.code) : 'unknown error');
  }
};

const unreadable = (file: string, why: string): Result<never> =>
  bad(problem('file.unreadable', `${file} cannot be read (${why})`, { fix: 'Give the path of a file that exists.' }));

/** Uploads a file; prints its path, size and version. */
export const putFile = async (w: Where, file: string, { as, type, project, new: fresh }: Put): Promise<number> => {
  const path = as ?? (file === '-' ? undefined : basename(file));
  if (path === undefined)
    return refused(
      [problem('usage', 'Standard input has no name', { at: { field: '--as' }, fix: 'Give --as PATH.' })],
      w.json,
    );
  if (file === '-' && process.stdin.isTTY) note('Reading the file from standard input, up to Ctrl-D.');
  const upload = opened(file, type ?? typeOf(path));
  if (!upload.ok) return refused([upload.problem], w.json);
  const asked = query({ path, project, only: fresh === true ? 'new' : undefined });
  const answer = await w.client.send('PUT', `/api/v1/files${asked}`, upload.value);
  if (!answer.ok) return refused(answer.problems, w.json);
  const row = rowOf(answer.value);
  print(
    w.json ? pretty(row) : `${String(row['path'])}  ${String(row['size'])} bytes  version ${String(row['version'])}`,
  );
  return DONE;
};

/** Lists files in the order of their paths. */
export const listFiles = (w: Where, { prefix, project, limit, cursor }: List): Promise<number> =>
  ask(
    w,
    'GET',
    `/api/v1/files${query({ prefix, project, limit, cursor })}`,
    undefined,
    pageOf('files', ['path', 'size', 'type', 'version', 'updated']),
  );

/** The id of the file of this path, or the exit code of why there is none. */
const idOf = async (w: Where, path: string, { project }: Project): Promise<{ id: string } | { code: number }> => {
  const answer = await w.client.call('GET', `/api/v1/files${query({ path, project })}`);
  if (!answer.ok) return { code: refused(answer.problems, w.json) };
  const [row] = rowsOf(answer.value, 'files');
  if (typeof row?.['id'] === 'string') return { id: row['id'] };
  const fix = 'headgate file list shows what there is.';
  return { code: refused([problem('missing', `There is no file ${path}`, { fix })], w.json) };
};

/** Downloads a file: to a file of this machine that is not there yet, or to standard output. */
export const getFile = async (w: Where, path: string, { out, ...of }: Project & { out?: string }): Promise<number> => {
  const found = await idOf(w, path, of);
  if ('code' in found) return found.code;
  const target = out ?? basename(path);
  const save = async (bytes: Readable): Promise<void> => {
    if (target === '-') return pipeline(bytes, process.stdout, { end: false });
    const file = createWriteStream(target, { flags: 'wx' });
    try {
      await pipeline(bytes, file);
    } catch (error) {
      // One that was there is not ours to take away.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) await rm(target, { force: true });
      throw error;
    }
  };
  const answer = await w.client.fetch(`/api/v1/files/${id(found.id)}/content${query(of)}`, save);
  if (!answer.ok) return refused(answer.problems, w.json);
  if (target !== '-') print(w.json ? pretty({ file: target }) : target);
  return DONE;
};

export const deleteFile = async (w: Where, path: string, of: Project): Promise<number> => {
  const found = await idOf(w, path, of);
  if ('code' in found) return found.code;
  return ask(w, 'DELETE', `/api/v1/files/${id(found.id)}${query(of)}`, undefined, () => `deleted ${path}`);
};
