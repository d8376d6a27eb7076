/** Files in memory, for a step author's tests: what the engine lends, without its judgement and without a disk. */

import { filePath } from '../access/scopes/file.ts';
import { problem } from '../problem.ts';
import { fromBase64, gather, textOf, toBase64 } from './bytes.ts';
import type { FileInfo, FileRef, Files, OpenFile } from './files.ts';

const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content;

const missing = (path: string) => ({
  problem: problem('file.missing', `There is no file ${path}`),
  sent: 'no' as const,
});
const badPath = (path: string) => ({ problem: problem('file.path', `${path} is no path`), sent: 'no' as const });

const MARK = 'trial_ref_';
const NONE = new Uint8Array();

/** A reference to the file of this path; as real ones, it says nothing of it to whoever reads it. */
const refOf = (path: string): string =>
  MARK + toBase64(bytesOf(path)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** The pieces are this long, so that a test sees what is cut between two. */
const PIECE = 1000;

/** Files that live in `held`, by path; what a step writes stands there afterwards.. */
export const trialFiles = (held: Map<string, string | Uint8Array>, piece = PIECE): Files => {
  const info = (path: string): FileInfo => ({
    path,
    size: bytesOf(held.get(path) ?? '').length,
    type: 'application/octet-stream',
    text: typeof held.get(path) === 'string',
    version: 1,
    updated: '2026-01-01T00:00:00.000Z',
  });
  const opened = (bytes: Uint8Array): OpenFile => ({
    size: bytes.length,
    type: 'application/octet-stream',
    read: async function* (from = 0, to = bytes.length) {
      for (let at = from; at < to; at += piece) yield bytes.subarray(at, Math.min(to, at + piece));
    },
  });
  const found = (source: string | FileRef): Uint8Array | undefined => {
    const path = typeof source === 'string' ? source : textOf(fromBase64(source.file.slice(MARK.length)) ?? NONE);
    if (path === undefined) return undefined;
    const content = held.get(path);
    if (content === undefined) return undefined;
    const bytes = bytesOf(content);
    return typeof source === 'string' ? bytes : bytes.subarray(source.from ?? 0, source.to ?? bytes.length);
  };
  return {
    read: async (source, use) => {
      if (typeof source === 'string' && filePath(source) === undefined) return badPath(source);
      const bytes = found(source);
      return bytes === undefined ? missing(String(source)) : { value: await use(opened(bytes)) };
    },
    keep: async (path) =>
      held.has(path)
        ? { value: { file: refOf(path), size: info(path).size, type: info(path).type, path } }
        : missing(path),
    write: async (path, content) => {
      if (filePath(path) === undefined) return badPath(path);
      const whole =
        typeof content === 'string' || content instanceof Uint8Array
          ? content
          : ((await gather(content, Number.MAX_SAFE_INTEGER)) ?? '');
      held.set(path, whole);
      return { value: info(path) };
    },
    list: async (folder, { after = '', limit = 1000 } = {}) => {
      const paths = [...held.keys()].filter((path) => path.startsWith(folder) && path > after).toSorted();
      return { value: { files: paths.slice(0, limit).map(info), more: paths.length > limit } };
    },
    held: async (source) => {
      const path = 'file' in source ? textOf(fromBase64(source.file.slice(MARK.length)) ?? NONE) : source.path;
      if (path === undefined || !held.has(path)) return missing(String(path));
      return { value: { file: refOf(path), size: info(path).size, type: source.type, path } };
    },
    remove: async (path) => ({ value: held.delete(path) }),
  };
};
