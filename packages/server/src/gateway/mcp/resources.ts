/**
 * Resources: the files of a project, as the caller may read them. Listed and read through the routes of files, so that the
 * permission, the guard over what leaves and the record are theirs.
 */

import { type GuardPort, isObject, type Reader } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import { FileContent } from '../file-content.ts';
import { isRefused } from '../outcome.ts';
import type { Content, DescribedResource, Resources } from './desk.ts';
import type { Inside } from './inside.ts';

/** Bytes of the largest that is read: it goes into the context of a model. */
const LARGEST = 1_000_000;
const PAGE = '100';
const SCHEME = 'headgate://';

type File = {
  readonly id: string;
  readonly path: string;
  readonly size: number;
  readonly type: string;
  readonly text: boolean;
};

export const uriOf = (project: string, path: string): string =>
  `${SCHEME}${project}/${path.split('/').map(encodeURIComponent).join('/')}`;

/** The path that an address names in this project; null: it is none of ours. */
export const pathOf = (project: string, uri: string): string | null => {
  const root = `${SCHEME}${project}/`;
  if (!uri.startsWith(root) || uri.length > 4_000) return null;
  try {
    return uri.slice(root.length).split('/').map(decodeURIComponent).join('/');
  } catch {
    return null;
  }
};

/** `guard`, `reader`: bytes pass it before they are written as base64, in which no form of a key is seen any more. */
export const resourcesOf = (inside: Inside, project: string, guard: GuardPort, reader: Reader): Resources => {
  const files = async (query: Record<string, string>): Promise<{ files: readonly File[]; next?: string } | null> => {
    const listed = await inside(ROUTES.listFiles, { query: { project, ...query } });
    return isRefused(listed) || !('body' in listed) || !isObject(listed.body)
      ? null
      : (listed.body as { files: readonly File[]; next?: string });
  };
  return {
    list: async (cursor) => {
      const page = await files({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
      if (page === null) return { resources: [] };
      const resources = page.files.map((file) => described(project, file));
      return { resources, ...(page.next === undefined ? {} : { next: page.next }) };
    },
    read: async (uri) => {
      const path = pathOf(project, uri);
      const file = path === null ? undefined : (await files({ path }))?.files[0];
      if (file === undefined) return null;
      if (file.size > LARGEST)
        return `${file.path} has ${file.size} bytes, and at most ${LARGEST} are given to a client: let a flow read it`;
      const got = await inside(ROUTES.downloadFile, { params: { id: file.id }, query: { project } });
      if (isRefused(got)) return got.refused.text;
      if (!('bytes' in got) || got.status !== 200) return null;
      return contentOf(uri, file, new FileContent(got).through(guard, reader), got.left);
    },
  };
};

const described = (project: string, { path, size, type }: File): DescribedResource => ({
  uri: uriOf(project, path),
  name: path,
  mimeType: type,
  size,
});

const contentOf = async (
  uri: string,
  { type, text }: File,
  bytes: AsyncIterable<Uint8Array>,
  left: (() => void) | undefined,
): Promise<Content> => {
  try {
    const parts: Uint8Array[] = [];
    for await (const part of bytes) parts.push(part);
    const whole = Buffer.concat(parts);
    return { uri, mimeType: type, ...(text ? { text: whole.toString('utf8') } : { blob: whole.toString('base64') }) };
  } finally {
    left?.();
  }
};
