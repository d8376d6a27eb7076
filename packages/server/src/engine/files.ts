/**
 * The door to the files of projects: what a `file` need lends a step, and the bytes that the gateway hands out. It is the
 * one place that turns a path of a flow into a file.
 *
 * FD1 A path counts in its one spelling alone; what has none is refused before anything is looked up, and whether something
 *     is there is told only to who may read it (rows FS-01, SBX-09).
 * FD2 Authority is the broker's, at each use. What is read or written is broken off when it is taken back.
 * FD3 A reference leads only to content that the run, one it was made again from or one that called it, refers to (FS-10).
 * FD4 Reading reaches nothing outside and need not wait for the disk; writing and deleting begin when the journal is durable.
 */

import { randomUUID } from 'node:crypto';
import {
  type EnginePort,
  type FileInfo,
  type FileRef,
  type Files,
  filePath,
  normaliseFilePath,
  type OpenFile,
  type Power,
  type Problem,
  problem,
  type Refused,
  type Room,
} from '@headgate/core';
import type { FileContent, FileRow, FileStore } from '../store/file.ts';
import type { Store } from '../store/ports.ts';
import { BlobDamaged } from '../store/vault-open/blob.ts';
import type { Folders } from '../store/folders/folders.ts';
import type { Act, Broker } from './broker.ts';
import { DiskFiles, FileFault, isOnDisk, missingFile, takenFile } from './disk-files.ts';
import { type Content, DAMAGED, partOf, readContent, sizeOf, type StreamBlob } from './file-content.ts';
import { STOPPED, TOO_LARGE, STRANGE, notWritten, badPath, badFolder } from './file-problems.ts';
import type { Live } from './live.ts';
import { Rooms } from './room.ts';
import { holderOf, writtenBy } from './run-content.ts';

type Deps = {
  readonly store: Store;
  readonly broker: Broker;
  readonly stream: StreamBlob;
  /** Folders of the server's disk that its admin opened. */
  readonly folders: Folders;
  readonly room: (workspace: string) => Room;
  readonly now: () => number;
  readonly newId: () => string;
};

type Door = Pick<Deps, 'store' | 'broker' | 'stream' | 'folders' | 'now'> & ConstructorParameters<typeof Rooms>[0];

/** Files of one page of a list. */
const PAGE = 1_000;
/** Bytes of one file. */
const LARGEST_FILE = 16 * 1024 * 1024 * 1024;

type Done<T> = Promise<{ readonly value: T } | Refused>;

const refused = (of: Problem): Refused => ({ problem: of, sent: 'no' });

const infoOf = ({ path, size, type, plain, version, updated }: FileRow): FileInfo => ({
  path,
  size,
  type,
  text: plain,
  version,
  updated: new Date(updated).toISOString(),
});

/** The `files` object of one step instance: made for every step with effects, so that making it costs next to nothing. */
class StepFiles implements Files {
  readonly #deps: Deps;
  readonly #live: Live;
  readonly #step: string;
  readonly #narrow: readonly Power[] | undefined;
  readonly #signal: AbortSignal;

  constructor(deps: Deps, live: Live, step: string, narrow: readonly Power[] | undefined, signal: AbortSignal) {
    this.#deps = deps;
    this.#live = live;
    this.#step = step;
    this.#narrow = narrow;
    this.#signal = signal;
  }

  async read<T>(source: string | FileRef, use: (file: OpenFile) => Promise<T>): Done<T> {
    if (typeof source !== 'string') return this.#readRef(source, use);
    const path = filePath(source);
    if (path === undefined) return refused(badPath(source));
    return this.#effect('read', path, true, async (stopped) => {
      if (isOnDisk(path)) return this.#disk().read(path, use);
      const row = await this.#found(path);
      return use(this.#opened(row, row.type, stopped));
    });
  }

  async keep(source: string): Done<FileRef> {
    const path = filePath(source);
    if (path === undefined) return refused(badPath(source));
    // Not before the run is durable: what it refers to is kept by its row.
    return this.#effect('read', path, false, async (stopped) => {
      if (isOnDisk(path)) return this.#disk().read(path, (file) => this.#copied(path, file, stopped));
      for (;;) {
        const row = await this.#found(path);
        // Written over between the two: then what it holds now.
        if (await this.#files().lend(this.#live.id, row))
          return { file: row.blob, size: row.size, type: row.type, path };
      }
    });
  }

  async write(
    target: string,
    content: string | Uint8Array | AsyncIterable<Uint8Array>,
    { type = 'application/octet-stream', only }: { readonly type?: string; readonly only?: 'new' } = {},
  ): Done<FileInfo> {
    const path = filePath(target);
    if (path === undefined) return refused(badPath(target));
    return this.#effect('write', path, false, async (stopped) => {
      if (isOnDisk(path)) return this.#disk().write(path, this.#judged(piecesOf(content), stopped), only === 'new');
      const made = await this.#stored(content, stopped);
      return this.#named(path, made, type, only);
    });
  }

  async list(
    folder: string,
    { after, limit = PAGE }: { readonly after?: string; readonly limit?: number } = {},
  ): Done<{ readonly files: readonly FileInfo[]; readonly more: boolean }> {
    const within = folder === '' ? '*' : folder.endsWith('/') ? normaliseFilePath(folder) : undefined;
    if (within === undefined) return refused(badFolder(folder));
    return this.#effect('read', within, true, async () => {
      const most = Math.min(Math.max(1, limit), PAGE);
      if (isOnDisk(within)) return this.#disk().list(within, after ?? '', most);
      const { project } = this.#live.base;
      const asked = { project, prefix: within === '*' ? '' : within, limit: most + 1 };
      const rows = await this.#files().list(after === undefined ? asked : { ...asked, after });
      return { files: rows.slice(0, most).map(infoOf), more: rows.length > most };
    });
  }

  async held(source: FileRef | FileInfo): Done<FileRef> {
    const { workspace } = this.#live.base;
    if ('file' in source) {
      const holder = await this.#holder(source.file);
      if (holder === null) return refused(STRANGE);
      // What another run of its line holds, it holds itself from now on: whoever reads its answer asks this run alone.
      if (holder !== this.#live.id) this.#live.uses.push(source.file);
      try {
        const size = await sizeOf(this.#deps.stream, workspace, source.file);
        return { value: { ...source, size } };
      } catch (error) {
        if (error instanceof FileFault) return refused(error.problem);
        throw error;
      }
    }
    await this.#deps.broker.durable(this.#live);
    const row = await writtenBy(this.#deps.store.in(workspace), this.#live.base, source);
    if (row === null || !(await this.#files().lend(this.#live.id, row))) return refused(notWritten(source.path));
    return { value: { file: row.blob, size: row.size, type: row.type, path: row.path } };
  }

  async remove(target: string): Done<boolean> {
    const path = filePath(target);
    if (path === undefined) return refused(badPath(target));
    return this.#effect('write', path, false, async () => {
      if (isOnDisk(path)) return this.#disk().remove(path);
      const { project } = this.#live.base;
      const row = await this.#files().at(project, path);
      return row !== null && (await this.#files().remove(project, row.id)) !== null;
    });
  }

  #disk(): DiskFiles {
    return new DiskFiles(this.#deps.folders, this.#live.base.workspace);
  }

  /** The same pieces, as long as the power is there and there are not too many. */
  async *#judged(pieces: AsyncIterable<Uint8Array>, stopped: AbortSignal): AsyncGenerator<Uint8Array> {
    let size = 0;
    for await (const piece of pieces) {
      if (this.#signal.aborted || stopped.aborted) throw new FileFault(STOPPED);
      size += piece.length;
      if (size > LARGEST_FILE) throw new FileFault(TOO_LARGE);
      yield piece;
    }
  }

  /** A copy of a file on disk that the run keeps. */
  async #copied(path: string, file: OpenFile, stopped: AbortSignal): Promise<FileRef> {
    const { workspace } = this.#live.base;
    if (file.size > LARGEST_FILE) throw new FileFault(TOO_LARGE);
    const room = this.#deps.room(workspace);
    const sink = this.#deps.store.blobs.sink(workspace, this.#live.id);
    try {
      for await (const piece of this.#judged(file.read(), stopped)) {
        const why = room.more(piece.length);
        if (why !== null) throw new FileFault(why);
        await sink.write(piece);
      }
      const { id, size } = await sink.end();
      return { file: id, size, type: file.type, path };
    } catch (error) {
      await sink.abort();
      throw error;
    } finally {
      room.end();
    }
  }

  #files(): FileStore {
    return this.#deps.store.in(this.#live.base.workspace).files;
  }

  async #effect<T>(
    verbs: 'read' | 'write',
    path: string,
    inside: boolean,
    act: (stopped: AbortSignal) => Promise<T>,
  ): Done<T> {
    const needs: readonly Power[] = [{ power: 'file', verbs, path }];
    const doing: Act<T> = (_again, stopped) => act(stopped);
    try {
      const { broker } = this.#deps;
      const done = await broker.effect(this.#live, this.#step, this.#narrow, needs, doing, undefined, inside);
      return done.ok ? { value: done.value } : { problem: done.problem, sent: done.sent };
    } catch (error) {
      if (error instanceof FileFault) return { problem: error.problem, sent: error.sent };
      throw error;
    }
  }

  async #found(path: string): Promise<FileRow> {
    const row = await this.#files().at(this.#live.base.project, path);
    if (row !== null) return row;
    throw missingFile(path);
  }

  #opened(content: Content, type: string, stopped: AbortSignal | null): OpenFile {
    const { workspace } = this.#live.base;
    const { stream } = this.#deps;
    const over = (): boolean => this.#signal.aborted || stopped?.aborted === true;
    return {
      size: content.size,
      type,
      read: async function* (from = 0, to = content.size) {
        const start = Math.min(Math.max(0, from), content.size);
        const end = Math.min(Math.max(start, to), content.size);
        const bytes = await readContent(stream, workspace, content, start, end);
        if (!bytes.ok) throw new FileFault(bytes.problem);
        try {
          for await (const piece of bytes.value.bytes) {
            if (over()) throw new FileFault(STOPPED);
            yield piece;
          }
        } catch (error) {
          throw error instanceof BlobDamaged ? new FileFault(DAMAGED) : error;
        }
      },
    };
  }

  async #readRef<T>(ref: FileRef, use: (file: OpenFile) => Promise<T>): Done<T> {
    if ((await this.#holder(ref.file)) === null) return refused(STRANGE);
    try {
      const { workspace } = this.#live.base;
      const size = await sizeOf(this.#deps.stream, workspace, ref.file);
      const whole = this.#opened({ blob: ref.file, size }, ref.type, null);
      return { value: await use(partOf(whole, ref)) };
    } catch (error) {
      if (error instanceof FileFault) return refused(error.problem);
      throw error;
    }
  }

  /** The run whose content it is, if it is this run's to read (FD3). */
  async #holder(blob: string): Promise<string | null> {
    const space = this.#deps.store.in(this.#live.base.workspace);
    const known = await holderOf(space, this.#live.base, blob);
    if (known !== null) return known;
    // What was fetched a moment ago is on record with the group that is being written.
    await this.#deps.broker.durable(this.#live);
    return holderOf(space, this.#live.base, blob);
  }

  /** Writes content to the disk, where no name leads to it yet. */
  async #stored(content: string | Uint8Array | AsyncIterable<Uint8Array>, stopped: AbortSignal): Promise<FileContent> {
    const room = this.#deps.room(this.#live.base.workspace);
    const sink = this.#files().sink();
    const judge = (): void => {
      if (this.#signal.aborted || stopped.aborted) throw new FileFault(STOPPED, 'no');
    };
    try {
      let size = 0;
      for await (const piece of piecesOf(content)) {
        judge();
        size += piece.length;
        const why = size > LARGEST_FILE ? TOO_LARGE : room.more(piece.length);
        if (why !== null) throw new FileFault(why, 'no');
        await sink.add(piece);
      }
      const made = await sink.end();
      try {
        judge();
      } catch (error) {
        await this.#files().drop(made);
        throw error;
      }
      return made;
    } catch (error) {
      await sink.abort();
      throw error;
    } finally {
      room.end();
    }
  }

  async #named(path: string, content: FileContent, type: string, only: 'new' | undefined): Promise<FileInfo> {
    const { project } = this.#live.base;
    const row = await this.#files().put({
      id: this.#deps.newId(),
      project,
      path,
      type,
      content,
      by: `run:${this.#live.id}`,
      at: this.#deps.now(),
      ...(only === undefined ? {} : { only }),
    });
    if (row === 'missing') throw new FileFault(problem('file.missing', 'The project of this flow is gone'));
    if (row !== 'taken') return infoOf(row);
    // The step may have written it itself, before a crash: what holds the same is what was asked for.
    const there = await this.#files().at(project, path);
    if (there?.hash === content.hash) return infoOf(there);
    throw takenFile(path);
  }
}

/** `by`: who writes it. */
export type Kept = {
  readonly project: string;
  readonly path: string;
  readonly type: string;
  readonly by: string;
  readonly bytes: Uint8Array;
};

/** The door: what the gateway asks of it, and what steps are lent of it. */
export const fileDoor = ({ store, broker, stream, folders, ledger, full, now }: Door) => {
  const rooms = new Rooms({ ledger, full });
  const room = (workspace: string): Room => rooms.begin(workspace);
  const newId = (): string => `file_${randomUUID().replaceAll('-', '')}`;
  const deps: Deps = { store, broker, stream, folders, room, now, newId };
  const port: EnginePort['files'] = { room, read: (...asked) => readContent(stream, ...asked) };
  /** Writes a file of a project, which was judged already; a Problem: there is no room for it. */
  const keep = async (workspace: string, put: Kept): Promise<Problem | null> => {
    const files = store.in(workspace).files;
    const coming = room(workspace);
    try {
      const why = coming.more(put.bytes.length);
      if (why !== null) return why;
      const sink = files.sink();
      await sink.add(put.bytes);
      const { bytes: _bytes, ...about } = put;
      const made = await files.put({ id: newId(), ...about, content: await sink.end(), at: now() });
      return made === 'missing' || made === 'taken'
        ? problem('file.missing', 'The project of this flow is gone')
        : null;
    } finally {
      coming.end();
    }
  };
  return {
    port,
    keep,
    lend: (live: Live, step: string, narrow: readonly Power[] | undefined, signal: AbortSignal): Files =>
      new StepFiles(deps, live, step, narrow, signal),
  };
};

async function* piecesOf(content: string | Uint8Array | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (typeof content === 'string') yield new TextEncoder().encode(content);
  else if (content instanceof Uint8Array) yield content;
  else yield* content;
}
