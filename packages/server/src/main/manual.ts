/**
 * The documentation's files: guides, reference and decisions of the build. Read when they are first asked for.
 *
 * MN1 A page is looked up in the list of what is there; what is asked for is never made into a path.
 */

import { readdirSync, readFileSync } from 'node:fs';
import type { Doc } from '@headgate/core/api';

const DOCS = new URL('../../../../docs/', import.meta.url);

export const manual = (): (() => readonly Doc[]) => {
  let read: readonly Doc[] | undefined;
  return () => (read ??= ['guides/', '', 'decisions/'].flatMap(pagesIn));
};

const pagesIn = (folder: string): readonly Doc[] => {
  const at = new URL(folder, DOCS);
  let names: readonly string[];
  try {
    names = readdirSync(at).sort();
  } catch {
    return [];
  }
  return names
    .filter((name) => /^[a-z0-9-]+\.md$/.test(name))
    .map((name) => ({ name: folder + name.slice(0, -'.md'.length), text: readFileSync(new URL(name, at), 'utf8') }));
};
