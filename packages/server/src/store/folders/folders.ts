/**
 * Folders of the server's disk that its admin opened to the flows of one workspace (`HEADGATE_FOLDERS`). Flows name what is in
 * them as `disk/NAME/…`, by the same power as their project's own files. How a name becomes a file is walk.ts's alone.
 *
 * FO1 What is not opened is not there: other names, and other workspaces, answer alike.
 * FO2 Written is a whole file or none: under another name first, then put in place at once.
 */

import { randomUUID } from 'node:crypto';
import { type Stats, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import {
  enter,
  isName,
  kindIn,
  lookAt,
  make,
  makeBeside,
  openIn,
  type OpenFolder,
  openRoot,
  pathOf,
  unlinkIn,
} from './walk.ts';

/** One that is open; `path` is absolute and no link. */
export type FolderSetting = {
  readonly name: string;
  readonly workspace: string;
  readonly path: string;
  readonly writable: boolean;
};

/** A file that is open: read it, then close it. */
export type DiskFile = {
  readonly size: number;
  readonly updated: number;
  readonly read: (from: number, to: number) => AsyncIterable<Uint8Array>;
  readonly close: () => Promise<void>;
};

export type DiskEntry = { readonly path: string; readonly size: number; readonly updated: number };

/** Names below one folder, in order. `special`: something stands there that is no regular file. */
export type Folder = {
  readonly writable: boolean;
  readonly open: (names: readonly string[]) => Promise<DiskFile | 'none'>;
  readonly write: (
    names: readonly string[],
    bytes: AsyncIterable<Uint8Array>,
    fresh: boolean,
  ) => Promise<DiskEntry | 'none' | 'special' | 'taken'>;
  readonly list: (names: readonly string[], after: string, most: number) => Promise<DiskEntry[]>;
  readonly remove: (names: readonly string[]) => Promise<'done' | 'none' | 'special'>;
  /**
   * Tells of every regular file below, in no order, without opening any; `tell` answers whether to go on. `none`: the folder
   * itself is not there. Throws where one on the way cannot be read, so that nothing passes for gone that was not seen.
   */
  readonly look: (names: readonly string[], tell: (entry: DiskEntry) => boolean) => Promise<'all' | 'some' | 'none'>;
  /** Calls when the system says that something stirred right in the folder. A hint and no more; null: there are none to be had. */
  readonly stirs: (names: readonly string[], tell: () => void) => Promise<(() => void) | null>;
};

export type Folders = { readonly find: (workspace: string, name: string) => Folder | null };

/** A server whose admin opened none. */
export const NO_FOLDERS: Folders = { find: () => null };

const PIECE = 64 * 1024;
/** Levels that a list goes down. */
const DEEPEST = 16;

export const openFolders = (settings: readonly FolderSetting[]): Folders => ({
  find: (workspace, name) => {
    const found = settings.find((one) => one.name === name && one.workspace === workspace);
    return found === undefined ? null : folderOf(found);
  },
});

/** Walks to the folder that holds the last name, hands it over, and closes whatever was opened on the way. */
const inside = async <T>(
  root: string,
  names: readonly string[],
  making: boolean,
  use: (folder: OpenFolder) => Promise<T>,
): Promise<T | 'none'> => {
  const opened: OpenFolder[] = [];
  try {
    let at = await openRoot(root);
    if (at === null) return 'none';
    opened.push(at);
    for (const name of names) {
      if (making) await make(at, name);
      at = await enter(at, name);
      if (at === null) return 'none';
      opened.push(at);
    }
    return await use(at);
  } finally {
    for (const { handle } of opened) await handle.close();
  }
};

const folderOf = ({ path: root, writable }: FolderSetting): Folder => ({
  writable,
  open: (names) =>
    inside(root, names.slice(0, -1), false, async (folder) => {
      const file = await openIn(folder, names.at(-1) ?? '');
      if (file === null) return 'none' as const;
      const { size, mtimeMs } = await file.stat();
      return {
        size,
        updated: mtimeMs,
        read: async function* (from: number, to: number) {
          for (let at = from; at < to; ) {
            const buffer = new Uint8Array(Math.min(PIECE, to - at));
            const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
            // It became shorter meanwhile.
            if (bytesRead === 0) return;
            at += bytesRead;
            yield buffer.subarray(0, bytesRead);
          }
        },
        close: () => file.close(),
      };
    }),
  write: (names, bytes, fresh) =>
    inside(root, names.slice(0, -1), true, async (folder) => {
      const name = names.at(-1) ?? '';
      if (!isName(name)) return 'none' as const;
      const there = await kindIn(folder, name);
      if (there === 'other') return 'special' as const;
      if (there === 'file' && fresh) return 'taken' as const;
      const beside = await makeBeside(folder, randomUUID());
      try {
        for await (const piece of bytes) await beside.file.writeFile(piece);
        await beside.place(name);
        const { size, mtimeMs } = await beside.file.stat();
        return { path: names.join('/'), size, updated: mtimeMs };
      } finally {
        await beside.drop();
      }
    }),
  list: async (names, after, most) => {
    const found = await inside(root, names, false, async (folder) => {
      const entries: DiskEntry[] = [];
      await gather(folder, names.join('/'), { after, most, entries }, 0);
      return entries;
    });
    return found === 'none' ? [] : found;
  },
  look: (names, tell) =>
    inside(root, names, false, async (folder) => ((await lookThrough(folder, '', tell, 0)) ? 'all' : 'some')),
  stirs: async (names, tell) => {
    const found = await inside(root, names, false, async (folder) => stirring(pathOf(folder), tell));
    return found === 'none' ? null : found;
  },
  remove: (names) =>
    inside(root, names.slice(0, -1), false, async (folder) => {
      const name = names.at(-1) ?? '';
      const there = await kindIn(folder, name);
      if (there !== 'file') return there === 'none' ? ('none' as const) : ('special' as const);
      await unlinkIn(folder, name);
      return 'done' as const;
    }),
});

type Gathering = { readonly after: string; readonly most: number; readonly entries: DiskEntry[] };

/** Regular files below a folder in the order of their paths, those after `after`, until there are `most`. */
const gather = async (folder: OpenFolder, at: string, into: Gathering, depth: number): Promise<void> => {
  const there = await readdir(pathOf(folder), { withFileTypes: true });
  // A folder sorts by its path with the / that its files have.
  const sorted = there
    .filter((one) => isName(one.name) && (one.isFile() || one.isDirectory()))
    .map((one) => ({ name: one.name, key: one.isDirectory() ? `${one.name}/` : one.name, folder: one.isDirectory() }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  for (const { name, folder: isFolder } of sorted) {
    if (into.entries.length >= into.most) return;
    const path = at === '' ? name : `${at}/${name}`;
    if (isFolder) {
      // Nothing in it comes after what the page before ended with.
      if (depth >= DEEPEST || (`${path}/` < into.after && !into.after.startsWith(`${path}/`))) continue;
      const inner = await enter(folder, name);
      if (inner === null) continue;
      try {
        await gather(inner, path, into, depth + 1);
      } finally {
        await inner.handle.close();
      }
      continue;
    }
    if (path <= into.after) continue;
    const file = await openIn(folder, name);
    if (file === null) continue;
    const stat: Stats = await file.stat().finally(() => file.close());
    into.entries.push({ path, size: stat.size, updated: stat.mtimeMs });
  }
};

/** Files looked at together. */
const AT_ONCE = 32;

/** False: `tell` has had enough. */
const lookThrough = async (
  folder: OpenFolder,
  at: string,
  tell: (entry: DiskEntry) => boolean,
  depth: number,
): Promise<boolean> => {
  const there = (await readdir(pathOf(folder), { withFileTypes: true })).filter((one) => isName(one.name));
  const files = there.filter((one) => one.isFile());
  for (let i = 0; i < files.length; i += AT_ONCE) {
    const some = files.slice(i, i + AT_ONCE);
    const seen = await Promise.all(some.map(({ name }) => lookAt(folder, name)));
    for (const [n, one] of seen.entries())
      if (one !== null && !tell({ path: `${at}${some[n]?.name ?? ''}`, ...one })) return false;
  }
  for (const { name } of there.filter((one) => one.isDirectory())) {
    if (depth >= DEEPEST) continue;
    const inner = await enter(folder, name);
    if (inner === null) continue;
    try {
      if (!(await lookThrough(inner, `${at}${name}/`, tell, depth + 1))) return false;
    } finally {
      await inner.handle.close();
    }
  }
  return true;
};

const stirring = (path: string, tell: () => void): (() => void) | null => {
  try {
    const watcher = watch(path, { persistent: false }, tell);
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    // The system has no more of them: looking now and then is enough.
    return null;
  }
};
