/**
 * What a source holds now, against what is known of it: new and changed documents are put in to be read, those that are gone
 * are taken out. Both are gone through in one order, a page at a time.
 *
 * LK1 Of a table no more than a page of rows is in memory, and what each is known by.
 * LK2 Columns that are sealed say nothing, whatever a source names: what they said before they were sealed goes with the next
 *     look, and so does all of a table that is gone.
 * LK3 What is kept of texts is within the quota of the workspace before it is kept.
 */

import { randomUUID } from 'node:crypto';
import {
  filePath,
  KNOWLEDGE_LIMITS,
  normaliseFilePath,
  type Problem,
  problem,
  type Result,
  type Room,
  type SourceSpec,
  toText,
} from '@headgate/core';
import type { FoundDoc } from '../../store/knowledge.ts';
import type { WorkspaceStore } from '../../store/ports.ts';

/** Documents of one page, and those put in within one transaction. */
const PAGE = 500;
const PUT = 50;

export type At = {
  readonly space: WorkspaceStore;
  readonly project: string;
  readonly base: string;
  readonly now: number;
  /** Room for what is kept, to be ended. */
  readonly room: () => Room;
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
const MANY = problem('knowledge.many', `A knowledge base has ${KNOWLEDGE_LIMITS.documents} documents at most`, {
  fix: 'Make another base for some of them.',
});

type TableSpec = Extract<SourceSpec, { kind: 'table' }>;
type OwnSpec = Exclude<SourceSpec, { kind: 'url' }>;

/** Pages of the rows that say something in columns that lie open. */
async function* rowPages(
  { space, project }: At,
  spec: TableSpec,
): AsyncGenerator<Result<readonly Seen[]>, void, undefined> {
  const table = await space.tables.named(project, spec.table);
  if (table === null) return yield { ok: false, problem: NO_TABLE };
  const open = spec.columns.filter((name) => table.columns.some((one) => one.name === name && one.sealed !== true));
  for (let cursor: string | undefined; ; ) {
    const asked = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const found = await space.tables.find(project, table.id, asked);
    if (found === null) return yield { ok: false, problem: NO_TABLE };
    if (!found.ok) return yield found;
    const seen = found.value.rows.flatMap(({ id, version, values }): Seen[] => {
      const said = open.flatMap((column) => {
        const text = toText(values[column] ?? null).trim();
        return text === '' ? [] : [`${column}: ${text}`];
      });
      if (said.length === 0) return [];
      return [
        {
          ...{ ref: id, name: `${spec.table} ${id}`, path: `${spec.table}/${id}`, type: 'text/plain' },
          ...{ hash: `${version}.${JSON.stringify(open)}`, meta: {}, body: said.join('\n') },
        },
      ];
    });
    yield { ok: true, value: seen };
    if (found.value.next === null) return;
    cursor = found.value.next;
  }
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

/** Puts documents in, some at a time, and takes those out that are gone. */
class Changes {
  readonly #at: At;
  readonly #source: string;
  readonly #fresh: FoundDoc[] = [];
  readonly #gone: string[] = [];
  any = false;

  constructor(at: At, source: string) {
    this.#at = at;
    this.#source = source;
  }

  async add(one: Seen): Promise<Result<null>> {
    this.any = true;
    this.#fresh.push({ id: newDocId(), ...one });
    return this.#fresh.length < PUT ? DONE : this.#put();
  }

  gone(id: string): void {
    this.any = true;
    this.#gone.push(id);
  }

  async end(): Promise<Result<null>> {
    for (let from = 0; from < this.#gone.length; from += PUT)
      await this.#at.space.knowledge.drop(this.#at.base, this.#gone.slice(from, from + PUT));
    return this.#put();
  }

  async #put(): Promise<Result<null>> {
    const some = this.#fresh.splice(0);
    if (some.length === 0) return DONE;
    const room = this.#at.room();
    try {
      const full = room.more(some.reduce((sum, { body }) => sum + (body?.length ?? 0), 0));
      if (full !== null) return { ok: false, problem: full };
      const done = await this.#at.space.knowledge.put(this.#at.base, this.#source, some, this.#at.now);
      // Nothing is put into a base that is gone.
      return done === null || done.ok ? DONE : done;
    } finally {
      room.end();
    }
  }
}

const DONE: Result<null> = { ok: true, value: null };

/** The rows of a table against what is known of them. */
const lookAtTable = async (at: At, source: string, spec: TableSpec): Promise<Result<boolean>> => {
  const hashes = new Map<string, string>();
  let why: Problem | null = null;
  for await (const page of rowPages(at, spec)) {
    if (!page.ok) {
      if (page.problem !== NO_TABLE) return page;
      why = page.problem;
      hashes.clear();
      break;
    }
    for (const { ref, hash } of page.value) hashes.set(ref, hash);
    if (hashes.size > KNOWLEDGE_LIMITS.documents) return { ok: false, problem: MANY };
  }
  const changes = new Changes(at, source);
  for await (const { id, ref, hash } of knownIn(at, source)) {
    const now = hashes.get(ref);
    if (now === undefined) changes.gone(id);
    else if (now === hash) hashes.delete(ref);
  }
  // What is left is new, or another: its text is asked for again.
  if (hashes.size > 0)
    for await (const page of rowPages(at, spec)) {
      if (!page.ok) return page;
      for (const one of page.value) {
        if (!hashes.delete(one.ref)) continue;
        const done = await changes.add(one);
        if (!done.ok) return done;
      }
      if (hashes.size === 0) break;
    }
  const done = await changes.end();
  if (!done.ok) return done;
  return why === null ? { ok: true, value: changes.any } : { ok: false, problem: why };
};

const lookAtFiles = async (at: At, source: string, path: string): Promise<Result<boolean>> => {
  const changes = new Changes(at, source);
  const known = knownIn(at, source);
  let old = (await known.next()).value ?? null;
  for await (const one of filesIn(at, path)) {
    while (old !== null && before(old.ref, one.ref)) {
      changes.gone(old.id);
      old = (await known.next()).value ?? null;
    }
    const same = old !== null && old.ref === one.ref;
    const changed = !same || old?.hash !== one.hash;
    if (same) old = (await known.next()).value ?? null;
    const done = changed ? await changes.add(one) : DONE;
    if (!done.ok) return done;
  }
  for (; old !== null; old = (await known.next()).value ?? null) changes.gone(old.id);
  const done = await changes.end();
  return done.ok ? { ok: true, value: changes.any } : done;
};

/** Brings what is known of a source of the project up to date. Did anything change? */
export const lookAt = (
  at: At,
  { id, spec }: { readonly id: string; readonly spec: OwnSpec },
): Promise<Result<boolean>> => (spec.kind === 'files' ? lookAtFiles(at, id, spec.path) : lookAtTable(at, id, spec));
