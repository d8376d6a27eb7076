/**
 * One search in one base: who asks is let in or not, conditions hold or not, and only then is anything ranked. It runs in the
 * thread that searches, over a connection that only reads.
 *
 * SE1 Workspace, project, base and whom it lets in are read in the transaction that finds: nobody is given what was let go of,
 *     and no piece of another base is ever among what is ranked (row LLM-07).
 * SE2 Words of a question are words: each goes to the index as a quoted text, and nothing of a question is an operator there.
 */

import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { type Described, type DocumentMeta, fits, fuse, type KnowledgeHit, problem } from '@headgate/core';
import type { Looker } from '../knowledge.ts';
import type { SearchAnswer, SearchAsk } from './messages.ts';
import { Neighbours } from './near.ts';
import { LIVE, liveOf, vecOf } from './pieces.ts';
import type { Graphs } from './shelf.ts';
import { vectorOf } from './vectors.ts';

type Row = Record<string, SQLOutputValue>;

/** What of each ranking is joined, for each piece that is wanted; and at least. */
const DEEP = 5;
const LEAST = 50;
/** Words of a question that are looked for. */
const WORDS = 32;
/** Bases whose vectors are in memory at a time, and bytes of them: the one that is asked is, however large. */
const KEPT = 8;
const KEPT_BYTES = 512 * 1024 * 1024;

const text = (value: SQLOutputValue | undefined): string => (typeof value === 'string' ? value : '');
const number = (value: SQLOutputValue | undefined): number | null => (typeof value === 'number' ? value : null);

/** The words as the index takes them: any of them. Empty: there are none. */
export const matchOf = (base: string, words: string): string => {
  const found = [...new Set(words.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])].slice(0, WORDS);
  return found.length === 0
    ? ''
    : `base : "${base}" AND {heading text} : (${found.map((word) => `"${word}"`).join(' OR ')})`;
};

const letsIn = (readers: readonly string[] | null, by: Looker): boolean | 'changed' => {
  if ('reader' in by) return readers === null || readers.includes(by.reader);
  return JSON.stringify(readers) === JSON.stringify(by.judged) ? true : 'changed';
};

type Held = { stamp: number; vectors: Neighbours | null };

export class Search {
  readonly #db: DatabaseSync;
  readonly #held = new Map<string, Held>();
  readonly #statements = new Map<string, StatementSync>();
  readonly #graphs: Graphs;
  readonly #graphFrom: number;
  readonly #vec: ReturnType<typeof vecOf>;
  readonly #keptBytes: number;

  /** `graphFrom`: vectors of a base from which on it has a graph. `keptBytes`: of vectors in memory, besides the base that is asked. */
  constructor(db: DatabaseSync, graphs: Graphs, graphFrom: number, keptBytes = KEPT_BYTES) {
    this.#db = db;
    this.#graphs = graphs;
    this.#graphFrom = graphFrom;
    this.#vec = vecOf(db);
    this.#keptBytes = keptBytes;
  }

  /** How many vectors are in memory. */
  get count(): number {
    return [...this.#held.values()].reduce((sum, { vectors }) => sum + (vectors?.count ?? 0), 0);
  }

  /** What they take of it. */
  get bytes(): number {
    return [...this.#held.values()].reduce((sum, { vectors }) => sum + (vectors?.bytes ?? 0), 0);
  }

  answer(ask: SearchAsk): SearchAnswer {
    this.#db.exec('begin');
    try {
      return this.#answer(ask);
    } finally {
      this.#db.exec('commit');
    }
  }

  #answer(ask: SearchAsk): SearchAnswer {
    const { id, workspace, base, project, by, vector, words, where, top, minScore } = ask;
    const row = this.#sql(
      'select readers, stamp from knowledge_base where id = ? and workspace = ? and project = ?',
    ).get(base, workspace, project);
    if (row === undefined) return { id, hits: null };
    const readers = row['readers'] === null ? null : (JSON.parse(text(row['readers'])) as readonly string[]);
    const may = letsIn(readers, by);
    if (may === false) return { id, hits: null };
    if (may === 'changed') return { id, problem: CHANGED };
    const most = Math.max(LEAST, top * DEEP);
    const among = where.length === 0 ? null : this.#among(ask);
    const near =
      vector === null ? [] : (this.#vectors(ask, number(row['stamp']) ?? 0)?.nearest(vector, most, among) ?? []);
    const said = words === null ? [] : this.#said(ask, words, most, among);
    const similar = new Map(near.map(({ n, similarity }) => [n, similarity]));
    const both = vector !== null && words !== null;
    const found = fuse(
      near.map(({ n }) => n),
      said,
    )
      .map((one) => ({ ...one, score: both ? one.score : Math.min(1, one.score * 2) }))
      .filter(({ score }) => score >= minScore)
      .slice(0, top);
    const hits = found.flatMap((one) => {
      const hit = this.#hit(ask, one.id);
      if (hit === null) return [];
      const { score, vector: byMeaning, text: byWords } = one;
      return [{ ...hit, score, similarity: similar.get(one.id) ?? null, ranks: { vector: byMeaning, text: byWords } }];
    });
    return { id, hits };
  }

  /** The pieces for which the conditions hold. */
  #among({ base, workspace, where }: SearchAsk): ReadonlySet<number> {
    const rows = this.#sql(`select c.n, c.page, c.heading, c.line, d.name, d.path, d.type, d.meta ${LIVE}`).iterate(
      base,
      workspace,
    );
    const among = new Set<number>();
    let last = '';
    let meta: DocumentMeta = {};
    for (const row of rows) {
      const written = text(row['meta']);
      if (written !== last) {
        meta = JSON.parse(written) as DocumentMeta; // written by rows/knowledge-docs.ts
        last = written;
      }
      if (fits(describedBy(row, meta), where)) among.add(Number(row['n']));
    }
    return among;
  }

  /** The vectors of a base as they are now. Null: it has none. */
  #vectors({ base, workspace }: SearchAsk, stamp: number): Neighbours | null {
    const held = this.#held.get(base) ?? { stamp: -1, vectors: null };
    // The one that was asked last is the last to go.
    this.#held.delete(base);
    this.#held.set(base, held);
    if (held.stamp !== stamp) this.#renew(held, workspace, base);
    held.stamp = stamp;
    this.#forget(base);
    if (held.vectors !== null && held.vectors.count >= this.#graphFrom) {
      held.vectors.use(this.#graphs.of(base, held.vectors.size));
      if (held.vectors.stale) this.#graphs.want(workspace, base);
    } else held.vectors?.use(null);
    return held.vectors;
  }

  /** Lets go of bases, the one that was asked longest ago first, until the others are within bounds. */
  #forget(but: string): void {
    let { bytes } = this;
    for (const [base, { vectors }] of this.#held) {
      if (base === but || (this.#held.size <= KEPT && bytes <= this.#keptBytes)) return;
      bytes -= vectors?.bytes ?? 0;
      this.#held.delete(base);
      this.#graphs.forget(base);
    }
  }

  #renew(held: Held, workspace: string, base: string): void {
    const live = liveOf(this.#db, workspace, base);
    held.vectors?.keep(new Set(live));
    for (const n of live) {
      if (held.vectors?.has(n) === true) continue;
      const vec = this.#vec(n);
      if (vec === null) continue;
      const vector = vectorOf(vec);
      held.vectors ??= new Neighbours(vector.length);
      held.vectors.add(n, vector);
    }
  }

  /** The pieces that say some of the words, the best first (BM25). */
  #said({ base, workspace }: SearchAsk, words: string, most: number, among: ReadonlySet<number> | null): number[] {
    const match = matchOf(base, words);
    if (match === '') return [];
    const rows = this.#sql(
      `select t.rowid as n from knowledge_text t join knowledge_chunk c on c.n = t.rowid
       join knowledge_doc d on d.id = c.doc and d.gen = c.gen
       where t.knowledge_text match ? and c.base = ? and c.workspace = ? order by bm25(knowledge_text, 0, 1, 1), t.rowid`,
    ).iterate(match, base, workspace);
    const said: number[] = [];
    for (const row of rows) {
      const n = Number(row['n']);
      if (among !== null && !among.has(n)) continue;
      said.push(n);
      if (said.length === most) break;
    }
    return said;
  }

  #hit({ base, workspace }: SearchAsk, n: number): Pick<KnowledgeHit, 'text' | 'citation' | 'meta'> | null {
    const row = this.#sql(
      `select c.text, c.page, c.heading, c.line, c.start, c.stop, d.name, d.path, d.type, d.meta ${LIVE} and c.n = ?`,
    ).get(base, workspace, n);
    if (row === undefined) return null;
    const meta = JSON.parse(text(row['meta'])) as DocumentMeta; // written by rows/knowledge-docs.ts
    const { name, path, page, heading, row: line } = describedBy(row, meta);
    const citation = {
      ...{ document: name, path, page, heading, row: line },
      ...{ start: number(row['start']) ?? 0, end: number(row['stop']) ?? 0 },
    };
    return { text: text(row['text']), citation, meta };
  }

  #sql(written: string): StatementSync {
    const known = this.#statements.get(written) ?? this.#db.prepare(written);
    this.#statements.set(written, known);
    return known;
  }
}

const describedBy = (row: Row, meta: DocumentMeta): Described => ({
  ...{ name: text(row['name']), path: text(row['path']), type: text(row['type']), meta },
  ...{ page: number(row['page']), row: number(row['line']) },
  heading: row['heading'] === null ? null : text(row['heading']),
});

const CHANGED = problem('knowledge.changed', 'Whom the base lets in changed in the middle of the search', {
  retry: 'yes',
});
