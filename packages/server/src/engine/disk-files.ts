/**
 * Files of folders on the server's disk, as steps see them: `disk/NAME/…` is what lies in the folder that the admin opened under
 * this name. Whether a step may is the broker's, as for the project's own files; how a name becomes a file is the store's.
 *
 * DK1 A folder that is not opened, one of another workspace, and a name that leads to nothing are told alike: there is none.
 */

import { type FileInfo, type OpenFile, type Problem, problem } from '@headgate/core';
import type { DiskEntry, Folder, Folders } from '../store/folders/folders.ts';

/** What every path of a folder on disk begins with. */
const DISK = 'disk/';
const TYPE = 'application/octet-stream';

/** Carries a Problem out of an effect under way. */
export class FileFault extends Error {
  readonly problem: Problem;
  readonly sent: 'no' | 'maybe';
  constructor(of: Problem, sent: 'no' | 'maybe' = 'no') {
    super(of.text);
    this.problem = of;
    this.sent = sent;
  }
}

export const isOnDisk = (path: string): boolean => path.startsWith(DISK);

export const missingFile = (path: string): FileFault =>
  new FileFault(problem('file.missing', `There is no file ${path}`, { fix: 'Look at the path, or write it first.' }));

export const takenFile = (path: string): FileFault =>
  new FileFault(
    problem('file.taken', `There is a file ${path} already`, { fix: 'Write to another path, or let it be replaced.' }),
  );

const special = (path: string): FileFault =>
  new FileFault(problem('file.special', `What stands at ${path} is no regular file: a folder, a link or a device`));

/** What the disk refuses: no room, no right to it. Nothing of the server's own paths is told. */
const refusedBy = (error: unknown): FileFault => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return new FileFault(problem('file.disk', `The disk refuses it (${code})`, { retry: 'yes' }), 'maybe');
};

const infoOf = (prefix: string, { path, size, updated }: DiskEntry): FileInfo => ({
  path: `${prefix}${path}`,
  size,
  type: TYPE,
  text: false,
  version: 0,
  updated: new Date(updated).toISOString(),
});

type Place = { readonly folder: Folder; readonly prefix: string; readonly names: readonly string[] };

/** The folders that flows of one workspace find. */
export class DiskFiles {
  readonly #folders: Folders;
  readonly #workspace: string;

  constructor(folders: Folders, workspace: string) {
    this.#folders = folders;
    this.#workspace = workspace;
  }

  /** Lets `use` read a file, and closes it. */
  async read<T>(path: string, use: (file: OpenFile) => Promise<T>): Promise<T> {
    const { folder, names } = this.#place(path);
    const file = await folder.open(names);
    if (file === 'none') throw missingFile(path);
    try {
      const { size } = file;
      const read: OpenFile['read'] = (from = 0, to = size) => file.read(Math.max(0, from), Math.min(size, to));
      return await use({ size, type: TYPE, read });
    } finally {
      await file.close();
    }
  }

  async write(path: string, bytes: AsyncIterable<Uint8Array>, fresh: boolean): Promise<FileInfo> {
    const { folder, prefix, names } = this.#place(path);
    if (!folder.writable) {
      const fix = 'Its admin opens it for writing with :rw in HEADGATE_FOLDERS.';
      throw new FileFault(problem('file.readonly', `The folder ${prefix} is open for reading alone`, { fix }));
    }
    const done = await folder.write(names, bytes, fresh).catch((error: unknown) => {
      throw error instanceof FileFault ? error : refusedBy(error);
    });
    if (done === 'none') throw missingFile(path);
    if (done === 'special') throw special(path);
    if (done === 'taken') throw takenFile(path);
    return infoOf(prefix, done);
  }

  async list(folderPath: string, after: string, most: number): Promise<{ files: FileInfo[]; more: boolean }> {
    const { folder, prefix, names } = this.#place(folderPath.replace(/\/$/, ''));
    const rest = after.startsWith(prefix) ? after.slice(prefix.length) : '';
    const entries = await folder.list(names, rest, most + 1);
    return { files: entries.slice(0, most).map((one) => infoOf(prefix, one)), more: entries.length > most };
  }

  async remove(path: string): Promise<boolean> {
    const { folder, prefix, names } = this.#place(path);
    if (!folder.writable)
      throw new FileFault(problem('file.readonly', `The folder ${prefix} is open for reading alone`));
    const done = await folder.remove(names);
    if (done === 'special') throw special(path);
    return done === 'done';
  }

  #place(path: string): Place {
    const [, name = '', ...names] = path.split('/');
    const folder = this.#folders.find(this.#workspace, name);
    if (folder === null) throw missingFile(path);
    return { folder, prefix: `${DISK}${name}/`, names };
  }
}
