/** Pages of the sites that knowledge bases read, as the store keeps them, as types. */

import type { PageState, Problem, SourceSpec } from '@headgate/core';

/** A page of a source, and what became of it in its reading `round`. */
export type PageRow = {
  readonly source: string;
  readonly url: string;
  readonly round: number;
  /** Links from where the site begins. */
  readonly depth: number;
  readonly state: PageState;
  readonly problem: Problem | null;
  /** How often a server asked to be asked later. */
  readonly tries: number;
  /** What the next reading asks with. */
  readonly etag: string | null;
  readonly modified: string | null;
  /** Of its text; null: it was not read. */
  readonly hash: string | null;
  /** Addresses of the site that it leads to. */
  readonly links: readonly string[];
  readonly bytes: number;
  readonly at: number | null;
};

/** What became of a page. */
export type Settled = Pick<
  PageRow,
  'url' | 'state' | 'problem' | 'tries' | 'etag' | 'modified' | 'hash' | 'links' | 'bytes'
>;

/** What the pages of a reading come to, by their states, and bytes of those that were read. */
export type PageSums = Readonly<Record<PageState, number>> & { readonly bytes: number };

export type PageStore = {
  /** Goes on with the reading that is under way, or begins one at `start`; its number. Null: no such source. */
  beginReading(base: string, source: string, start: string, at: number): Promise<number | null>;
  /** The next page that the reading is to ask for: fewer links come first. */
  nextPage(source: string): Promise<PageRow | null>;
  /** The page of this address, as the reading has it; null: it has none. */
  pageAt(source: string, url: string): Promise<PageRow | null>;
  /** What the reading comes to so far. */
  pageSums(source: string): Promise<PageSums>;
  /** Another page of the reading that says the same. */
  twinPage(source: string, url: string, hash: string): Promise<string | null>;
  /**
   * Says what became of a page, and has the reading ask for those that `found` names and it did not know, in one
   * transaction: as many as leave it with `most`. How many were left out; null: the source is gone.
   */
  settlePage(
    base: string,
    source: string,
    settled: Settled,
    found: { readonly urls: readonly string[]; readonly depth: number; readonly most: number },
    at: number,
  ): Promise<number | null>;
  /** Pages that wait are passed over, with the reason. */
  skipPages(source: string, why: Problem, at: number): Promise<number>;
  /** Documents of pages that the reading did not find, some of them. */
  lostPages(base: string, source: string): Promise<readonly string[]>;
  /** The reading is over; pages of readings before it are forgotten, unless it broke off. False: no such source. */
  endReading(base: string, source: string, at: number, why: Problem | null): Promise<boolean>;
  /** Pages of the readings of a base as they are now, in the order in which they were found. */
  pages(q: {
    project: string;
    base: string;
    source?: string;
    state?: PageState;
    cursor?: string;
    limit: number;
  }): Promise<{ rows: PageRow[]; next: string | null }>;
};

/** A site that a base reads, of a base that is not stopped. */
export type SiteAtWork = {
  readonly workspace: string;
  readonly project: string;
  readonly base: string;
  readonly source: string;
  readonly spec: Extract<SourceSpec, { kind: 'url' }>;
  readonly by: string;
  /** Somebody wants it to be read. */
  readonly wanted: boolean;
  readonly began: number | null;
  readonly ended: number | null;
};
