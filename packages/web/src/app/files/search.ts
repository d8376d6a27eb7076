/** What of the page of files stands in its address: the project, the folder, what is looked for, and the file that is shown. */

export type FilesSearch = {
  readonly project?: string | undefined;
  /** Its path, without a `/` at its end; absent: the outermost one. */
  readonly folder?: string | undefined;
  readonly find?: string | undefined;
  readonly file?: string | undefined;
};

const text = (value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && value !== '' ? String(value) : undefined;

export const filesSearch = (search: Readonly<Record<string, unknown>>): FilesSearch => ({
  project: text(search.project),
  folder: text(search.folder),
  find: text(search.find),
  file: text(search.file),
});
