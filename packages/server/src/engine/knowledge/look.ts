/**
 * What a source holds now, against what is known of it: new and changed documents are put in to be read, those that are gone
 * are taken out. Both are gone through in one order, a page at a time.
 */

import { randomUUID } from 'node:crypto';
import {
  filePath,
  normaliseFilePath,
  type Problem,
  problem,
  type Result,
  type SourceSpec,
  toText,
} from '@headgate/core';
import type { FoundDoc, SourceRow } from '../../store/knowledge.ts';
import type { WorkspaceStore } from '../../store/ports.ts';

/** Documents of one page, and those put in within one transaction. */
const PAGE = 500;
const PUT = 50;

export type At = {
  readonly space: WorkspaceStore;
  readonly project: string;
  readonly base: string;
  readonly now: number;
};

type Seen = Omit<FoundDoc, 'id'>;

export const newDocId = (): string => `kbd_${randomUUID().replaceAll('-', '')}`;

/** What a path of a source means: a folder's beginning, or one file. Null: it is none. */
export const placeOf = (path: string): { readonly prefix: string } | { readonly file: string } | null => {
  if (path === '*') return { prefix: '' };
  if (path.endsWith('/')) {
    const prefix = normaliseFilePath(path);
    return prefix === undefined ? null : { prefix };
  }
  const file = filePath(path);
  return file === undefined ? null : { file };
};

const seenOf = (file: { path: string; hash: string; type: string }): Seen => ({
  ref: file.path,
  name: file.path.slice(file.path.lastIndexOf('/') + 1),
  path: file.path,
  type: file.type.slice(0, 200),
  hash: file.hash,
  meta: {},
});

async function* filesIn({ space, project }: At, path: string): AsyncGenerator<Seen> {
  const place = placeOf(path);
  if (place === null) return;
  if ('file' in place) {
    const file = await space.files.at(project, place.file);
    if (file !== null) yield seenOf(file);
    return;
  }
  for (let after: string | undefined; ; ) {
    const files = await space.files.list({
      ...{ project, prefix: place.prefix, limit: PAGE },
      ...(after === undefined ? {} : { after }),
    });
    for (const file of files) yield seenOf(file);
    after = files.at(-1)?.path;
    if (files.length < PAGE || after === undefined) return;
  }
}

const NO_TABLE = problem('table.missing', 'The project has no table of this name any more');

/** Rows in the order of their ids, so that they can be compared with what is known. */
const rowsIn = async (
  { space, project }: At,
  spec: Extract<SourceSpec, { kind: 'table' }>,
): Promise<Seen[] | Problem> => {
  const table = await space.tables.named(project, spec.table);
  if (table === null) return NO_TABLE;
  const seen: Seen[] = [];
  for (let cursor: string | undefined; ; ) {
    const found = await space.tables.find(project, table.id, {
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (found === null) return NO_TABLE;
    if (!found.ok) return found.problem;
    for (const { id, version, values } of found.value.rows) {
      const body = spec.columns
        .flatMap((column) => {
          const said = toText(values[column] ?? null).trim();
          return said === '' ? [] : [`${column}: ${said}`];
        })
        .join('\n');
      if (body === '') continue;
      seen.push({
        ...{ ref: id, name: `${spec.table} ${id}`, path: `${spec.table}/${id}`, type: 'text/plain' },
        ...{ hash: `${version}.${JSON.stringify(spec.columns)}`, meta: {}, body },
      });
    }
    if (found.value.next === null) break;
    cursor = found.value.next;
  }
  return seen.toSorted((a, b) => (a.ref < b.ref ? -1 : 1));
};

async function* listed(seen: readonly Seen[]): AsyncGenerator<Seen> {
  yield* seen;
}

async function* knownIn(
  { space, base }: At,
  source: string,
): AsyncGenerator<{ id: string; ref: string; hash: string }> {
  for (let after = ''; ; ) {
    const docs = await space.knowledge.known(base, source, after, PAGE);
    yield* docs;
    after = docs.at(-1)?.ref ?? '';
    if (docs.length < PAGE) return;
  }
}

/** As the store compares texts: by their UTF-8. */
const before = (a: string, b: string): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;

/** Nothing is put into a base that is gone. */
const wasPut = (done: Result<true> | null): Result<null> =>
  done === null || done.ok ? { ok: true, value: null } : done;

/** Brings what is known of a source up to date. Did anything change? */
export const lookAt = async (
  at: At,
  { id: source, spec }: Pick<SourceRow, 'id' | 'spec'>,
): Promise<Result<boolean>> => {
  let changed = false;
  const found = spec.kind === 'files' ? filesIn(at, spec.path) : await rowsIn(at, spec);
  if ('code' in found) return { ok: false, problem: found };
  const seen = Array.isArray(found) ? listed(found) : found;
  const known = knownIn(at, source);
  const fresh: FoundDoc[] = [];
  const gone: string[] = [];
  const put = async (): Promise<Result<null>> =>
    fresh.length === 0
      ? { ok: true, value: null }
      : wasPut(await at.space.knowledge.put(at.base, source, fresh.splice(0), at.now));
  let old = (await known.next()).value ?? null;
  for await (const one of seen) {
    while (old !== null && before(old.ref, one.ref)) {
      gone.push(old.id);
      old = (await known.next()).value ?? null;
    }
    const same = old !== null && old.ref === one.ref;
    if (!same || old?.hash !== one.hash) {
      fresh.push({ id: newDocId(), ...one });
      changed = true;
    }
    if (same) old = (await known.next()).value ?? null;
    if (fresh.length < PUT) continue;
    const done = await put();
    if (!done.ok) return done;
  }
  for (; old !== null; old = (await known.next()).value ?? null) gone.push(old.id);
  for (let from = 0; from < gone.length; from += PUT)
    await at.space.knowledge.drop(at.base, gone.slice(from, from + PUT));
  const done = await put();
  return done.ok ? { ok: true, value: changed || gone.length > 0 } : done;
};
