/**
 * The one resolver of names below a folder of the server's disk: from directory handle to directory handle, a name at a
 * time, so that what was judged is what is opened, whatever anybody renames or links meanwhile (row FS-04).
 *
 * WK1 No link is followed, whichever name of the path it is; nothing but folders is walked through, and nothing but a regular
 *     file is opened at the end: no device, pipe or socket, which is opened without waiting for its other side (FS-05).
 * WK2 Nothing on another file system than the folder itself is reached: nothing that somebody mounted in it.
 * WK3 A name that begins with a dot is no name here: those are settings, hooks and start-up files of programs (FS-11).
 */

import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, rename, unlink } from 'node:fs/promises';

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
const MAKE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** A name within an open folder: the kernel starts from the handle, not from any path. */
const within = (folder: FileHandle, name: string): string => `/proc/self/fd/${folder.fd}/${name}`;

export const isName = (name: string): boolean =>
  name !== '' && !name.startsWith('.') && !name.includes('/') && !name.includes('\0');

/** A folder that is open; `device`: its file system. */
export type OpenFolder = { readonly handle: FileHandle; readonly device: number };

export const openRoot = async (path: string): Promise<OpenFolder | null> => {
  const handle = await open(path, FOLDER).catch(() => null);
  return handle === null ? null : { handle, device: (await handle.stat()).dev };
};

/** The folder of this name in another; null: there is none, or what is there is none. Closes nothing. */
export const enter = async ({ handle, device }: OpenFolder, name: string): Promise<OpenFolder | null> => {
  if (!isName(name)) return null;
  const inner = await open(within(handle, name), FOLDER).catch(() => null);
  if (inner === null) return null;
  if ((await inner.stat()).dev === device) return { handle: inner, device };
  await inner.close();
  return null;
};

/** Makes a folder that is missing. */
export const make = async ({ handle }: OpenFolder, name: string): Promise<void> => {
  if (isName(name)) await mkdir(within(handle, name), { mode: 0o750 }).catch(() => undefined);
};

/** Opens a regular file for reading; null: there is none of this name, or it is none. */
export const openIn = async ({ handle, device }: OpenFolder, name: string): Promise<FileHandle | null> => {
  if (!isName(name)) return null;
  const file = await open(within(handle, name), READ).catch(() => null);
  if (file === null) return null;
  const stat = await file.stat();
  if (stat.isFile() && stat.dev === device) return file;
  await file.close();
  return null;
};

/** What stands under a name, without following it: a regular file, something else, or nothing. */
export const kindIn = async ({ handle }: OpenFolder, name: string): Promise<'file' | 'other' | 'none'> => {
  if (!isName(name)) return 'none';
  const stat = await lstat(within(handle, name)).catch(() => null);
  return stat === null ? 'none' : stat.isFile() ? 'file' : 'other';
};

/** Size and time of a regular file on this file system, without opening it; null: there is none of this name, or it is none. */
export const lookAt = async (
  { handle, device }: OpenFolder,
  name: string,
): Promise<{ readonly size: number; readonly updated: number } | null> => {
  const stat = await lstat(within(handle, name)).catch(() => null);
  return stat?.isFile() === true && stat.dev === device ? { size: stat.size, updated: stat.mtimeMs } : null;
};

/** A new file beside the one that is meant, under a name that no path can have; `place` puts it there at once. */
export const makeBeside = async (folder: OpenFolder, unique: string) => {
  const temporary = within(folder.handle, `.headgate-${unique}`);
  const file = await open(temporary, MAKE, 0o640);
  return {
    file,
    place: async (name: string): Promise<void> => {
      await file.sync();
      await rename(temporary, within(folder.handle, name));
      await folder.handle.sync();
    },
    drop: async (): Promise<void> => {
      await file.close();
      await unlink(temporary).catch(() => undefined);
    },
  };
};

export const unlinkIn = ({ handle }: OpenFolder, name: string): Promise<void> => unlink(within(handle, name));

/** The path by which the names in an open folder are read. */
export const pathOf = ({ handle }: OpenFolder): string => `/proc/self/fd/${handle.fd}`;
