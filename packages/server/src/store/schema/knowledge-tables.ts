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
  };
  /** `tries`: readings that began and did not end. `source` empty: a flow gave it. `ref`: what it is known by within its source. `body`: its text, where nothing else holds it. */
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
