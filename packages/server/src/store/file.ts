/** Files of projects as the store keeps them, as types: names in the database, content sealed in blobs that nobody here opens. */

export type FileRow = {
  readonly id: string;
  readonly project: string;
  /** In the one spelling (core/access/scopes/file.ts). */
  readonly path: string;
  readonly blob: string;
  /** Of the content, keyed: the same for the same content within a workspace, and of no use to whoever reads the database. */
  readonly hash: string;
  readonly size: number;
  /** What who wrote it says that it is: a media type, believed by nobody. */
  readonly type: string;
  /** All of it is UTF-8 text without a NUL. */
  readonly plain: boolean;
  /** Raised by every write. */
  readonly version: number;
  readonly by: string;
  readonly created: number;
  readonly updated: number;
};

/** Content that lies in a blob of its own and that no file names yet. */
export type FileContent = Pick<FileRow, 'blob' | 'hash' | 'size' | 'plain'>;

/** Content on its way to the disk; of it no more than a frame is in memory. */
export type FileSink = {
  readonly add: (chunk: Uint8Array) => Promise<void>;
  /** Durable when it resolves. */
  readonly end: () => Promise<FileContent>;
  readonly abort: () => Promise<void>;
};

/** `folder`: its path, with a `/` at its end. */
export type FolderEntry = { readonly file: FileRow } | { readonly folder: string };

/** The files of one workspace. */
export type FileStore = {
  get(project: string, id: string): Promise<FileRow | null>;
  at(project: string, path: string): Promise<FileRow | null>;
  /** In the order of their paths: those whose path begins with `prefix` and holds `text`, after the path `after`. */
  list(q: { project: string; prefix?: string; text?: string; after?: string; limit: number }): Promise<FileRow[]>;
  /** What lies in a folder itself, in the order of the paths. `after`: a path, or that of a folder with its `/`. */
  folder(q: { project: string; folder: string; after?: string; limit: number }): Promise<FolderEntry[]>;
  sink(): FileSink;
  /**
   * Gives content a name, in the place of what had it. `only`: `new`, nothing may have it; or the version that it must have.
   * Content that the workspace has already is shared, and its second copy dropped. `missing`: no such project; `taken`: `only`
   * does not hold. Then, too, the content is gone.
   */
  put(f: {
    /** Of a file that is new. */
    id: string;
    project: string;
    path: string;
    type: string;
    content: FileContent;
    by: string;
    at: number;
    only?: 'new' | number;
  }): Promise<FileRow | 'missing' | 'taken'>;
  /** Lets go of content that gets no name after all. */
  drop(content: Pick<FileContent, 'blob'>): Promise<void>;
  /** Another path for a file; null: no such file. `taken`: another one has it. */
  move(f: { project: string; id: string; path: string; by: string; at: number }): Promise<FileRow | 'taken' | null>;
  /** By id; null: no such file. */
  remove(project: string, id: string): Promise<FileRow | null>;
  /** Does this run refer to the blob? Only then may a reference to it that the run holds be followed. */
  isOf(run: string, blob: string): Promise<boolean>;
  /** Lets a run refer to the blob of a file, so that it lives as long as the run. False: the file has other content by now. */
  lend(run: string, file: Pick<FileRow, 'id' | 'blob'>): Promise<boolean>;
};
