/** Knowledge bases of projects, as Kysely sees them. The index over words is asked by name alone (rows/knowledge-docs.ts). */

import type { ColumnType, GeneratedAlways } from 'kysely';

export type KnowledgeTables = {
  /** `chunker`, `readers`: JSON. `stamp`: raised whenever what can be found in it changed. */
  knowledge_base: {
    id: string;
    workspace: string;
    project: string;
    name: string;
    model: string;
    chunker: string;
    readers: string | null;
    paused: number;
    stamp: number;
    bytes: number;
    by: string;
    created: number;
    updated: number;
  };
  knowledge_source: {
    id: string;
    workspace: string;
    base: string;
    spec: string;
    state: string;
    problem: string | null;
    looked: number | null;
    created: number;
    by: ColumnType<string, string | undefined, string>;
    round: ColumnType<number, number | undefined, number>;
    began: ColumnType<number | null, number | null | undefined, number | null>;
    ended: ColumnType<number | null, number | null | undefined, number | null>;
  };
  /** `links`: JSON. `bytes`: what came of it; `size`: what the row counts for the quota. `at`: when it was settled. */
  knowledge_page: {
    n: GeneratedAlways<number>;
    workspace: string;
    base: string;
    source: string;
    url: string;
    round: number;
    depth: number;
    state: string;
    problem: string | null;
    tries: number;
    etag: string | null;
    modified: string | null;
    hash: string | null;
    links: string;
    bytes: number;
    size: number;
    at: number | null;
  };
  /** `tries`: readings that began and did not end. `source` empty: a flow gave it. `ref`: what it is known by within its source. `body`: its text, where nothing else holds it; as JSON of its parts, where `parts` is 1.  */
  knowledge_doc: {
    n: GeneratedAlways<number>;
    id: string;
    workspace: string;
    base: string;
    source: string;
    ref: string;
    name: string;
    path: string;
    type: string;
    meta: string;
    hash: string;
    body: string | null;
    state: string;
    problem: string | null;
    gen: number;
    pieces: number;
    bytes: number;
    updated: number;
    tries: ColumnType<number, number | undefined, number>;
    parts: ColumnType<number, number | undefined, number>;
  };
  knowledge_chunk: {
    n: GeneratedAlways<number>;
    workspace: string;
    base: string;
    doc: string;
    gen: number;
    hash: string;
    text: string;
    page: number | null;
    heading: string | null;
    line: number | null;
    start: number;
    stop: number;
    vec: Uint8Array;
  };
};
