/** Knowledge bases as the store keeps them, as types. What is found is found within one base, by who may look into it. */

import type { PageStore, PageSums } from './knowledge-page.ts';
import type {
  Chunker,
  DocumentMeta,
  DocumentState,
  KnowledgeCondition,
  KnowledgeHit,
  Piece,
  Problem,
  Result,
  SourceSpec,
} from '@headgate/core';

export type BaseRow = {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  readonly model: string;
  readonly chunker: Chunker;
  /** Accounts that it lets in; null: all who may read knowledge of the project. */
  readonly readers: readonly string[] | null;
  readonly paused: boolean;
  readonly bytes: number;
  readonly by: string;
  readonly created: number;
  readonly updated: number;
};

export type BaseCount = {
  readonly waiting: number;
  readonly ready: number;
  readonly failed: number;
  readonly pieces: number;
};

export type SourceRow = {
  readonly id: string;
  readonly base: string;
  readonly spec: SourceSpec;
  readonly state: 'waiting' | 'ready' | 'failed';
  readonly problem: Problem | null;
  readonly looked: number | null;
  /** Who lent what it is read by; empty: nobody had to. */
  readonly by: string;
  /** The reading of its pages that is under way, or was the last one; 0: there was none. */
  readonly round: number;
  readonly began: number | null;
  readonly ended: number | null;
};

export type DocRow = {
  readonly id: string;
  readonly base: string;
  /** Empty: a flow gave it. */
  readonly source: string;
  readonly ref: string;
  readonly name: string;
  readonly path: string;
  readonly type: string;
  readonly meta: DocumentMeta;
  /** Of what it was read from; another one: it has to be read again. */
  readonly hash: string;
  readonly state: DocumentState;
  readonly problem: Problem | null;
  readonly pieces: number;
  readonly updated: number;
};

/** What a source holds now. */
export type FoundDoc = Pick<DocRow, 'ref' | 'name' | 'path' | 'type' | 'hash' | 'meta'> & {
  /** Of one that is new. */
  readonly id: string;
  readonly body?: string;
  /** The body is JSON of its parts. */
  readonly parts?: boolean;
};

/** A document that is to be read, and the generation that its pieces will have. */
export type DocWork = DocRow & { readonly body: string | null; readonly parts: boolean; readonly gen: number };

/** A piece with its vector: numbers of four bytes, the least first, of length 1 together. */
export type NewPiece = Piece & { readonly hash: string; readonly vec: Uint8Array };

/** Who looks: an account, which the base must let in; or a step, when those it lets in are still those that were judged by. */
export type Looker = { readonly reader: string } | { readonly judged: readonly string[] | null };

export type KnowledgeAsk = {
  readonly project: string;
  readonly base: string;
  readonly by: Looker;
  /** Of the question; null: only words count. */
  readonly vector: Float32Array | null;
  /** Null: only the vector counts. */
  readonly words: string | null;
  readonly where: readonly KnowledgeCondition[];
  readonly top: number;
  readonly minScore: number;
};

/** The knowledge bases of one workspace. */
export type KnowledgeStore = PageStore & {
  list(project: string): Promise<BaseRow[]>;
  get(project: string, id: string): Promise<BaseRow | null>;
  named(project: string, name: string): Promise<BaseRow | null>;
  counts(id: string): Promise<BaseCount>;
  create(b: {
    id: string;
    project: string;
    name: string;
    model: string;
    chunker: Chunker;
    readers: readonly string[] | null;
    by: string;
    at: number;
  }): Promise<Result<BaseRow> | null>;
  /** With another chunker, or `again`, all its documents wait to be read anew. */
  change(
    project: string,
    id: string,
    change: {
      name?: string;
      chunker?: Chunker;
      readers?: readonly string[] | null;
      paused?: boolean;
      again?: true;
    },
    at: number,
  ): Promise<Result<BaseRow> | null>;
  /** With all that was read into it. */
  remove(project: string, id: string): Promise<boolean>;

  sources(base: string): Promise<(SourceRow & { readonly documents: number; readonly pages: PageSums })[]>;
  /** Null: no such base. One that is there already is lent by `by` from now on. */
  addSource(
    project: string,
    source: { id: string; base: string; spec: SourceSpec; at: number; by?: string },
  ): Promise<Result<SourceRow> | null>;
  /** With its documents. */
  removeSource(project: string, base: string, id: string): Promise<boolean>;
  /** All sources of the base wait to be looked at; null: no such base. */
  lookAgain(project: string, base: string): Promise<boolean>;
  /** False: no such source. */
  looked(source: string, at: number, problem: Problem | null): Promise<boolean>;

  documents(q: {
    project: string;
    base: string;
    state?: DocumentState;
    cursor?: string;
    limit: number;
  }): Promise<{ rows: DocRow[]; next: string | null }>;
  /** Documents of a source after `ref`, in the order of their `ref`s, as little as is compared. */
  known(base: string, source: string, after: string, limit: number): Promise<Pick<DocRow, 'id' | 'ref' | 'hash'>[]>;
  /** Puts in what is new or has another hash, to be read. All or none; `knowledge.many`. Null: no such base. */
  put(base: string, source: string, docs: readonly FoundDoc[], at: number): Promise<Result<true> | null>;
  /** The document that a flow gave under this key; null: none. */
  given(base: string, ref: string): Promise<DocRow | null>;
  /** Takes documents out. How many there were. */
  drop(base: string, docs: readonly string[]): Promise<number>;

  /** The next document that waits to be read, after the number `after`. */
  next(base: string, after: number): Promise<(DocWork & { readonly n: number }) | null>;
  /** This document, if it waits to be read. */
  waiting(base: string, doc: string): Promise<DocWork | null>;
  /**
   * Notes that a reading begins, before anything of it is read: how many began since one ended. Null: it is not as it was.
   */
  begin(work: Pick<DocWork, 'id' | 'base' | 'hash' | 'gen'>): Promise<number | null>;
  /** The reading was left in good order: it does not count. False: the document is not as it was. */
  leave(work: Pick<DocWork, 'id' | 'base' | 'hash' | 'gen'>): Promise<boolean>;
  /** Vectors that pieces of this document have already, by the hash of their text. */
  vectors(doc: string): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Some of the pieces of the coming generation; false: the document is not as it was when the reading began. */
  addPieces(work: Pick<DocWork, 'id' | 'base' | 'hash' | 'gen'>, pieces: readonly NewPiece[]): Promise<boolean>;
  /** Pieces of the coming generation that an earlier try left; were there any? */
  dropPieces(work: Pick<DocWork, 'id' | 'gen'>): Promise<boolean>;
  /** The coming generation is the document's from now on; with a Problem, it could not be read and has no pieces. */
  finish(work: Pick<DocWork, 'id' | 'base' | 'hash' | 'gen'>, at: number, problem: Problem | null): Promise<boolean>;

  /** Null: no such base, or it does not let in who looks. Problems `knowledge.changed`, `knowledge.down`. */
  search(ask: KnowledgeAsk): Promise<Result<readonly KnowledgeHit[]> | null>;
};

/** A base that has something to do. */
export type BaseAtWork = { readonly workspace: string; readonly project: string; readonly base: string };
