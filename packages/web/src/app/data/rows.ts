/** The tree of a value as rows, one under the other: what is open shows what is in it. */

import type { Entry, ValueStore } from './value-store.ts';

export type Row =
  | {
      readonly is: 'entry';
      readonly entry: Entry;
      readonly depth: number;
      readonly opens: boolean;
      readonly open: boolean;
    }
  /** More of what stands at `path`, not fetched yet. */
  | { readonly is: 'more'; readonly path: string; readonly depth: number };

export const opens = ({ kind, length }: Entry): boolean => (kind === 'object' || kind === 'list') && (length ?? 0) > 0;

export const rowsOf = (store: ValueStore, root: Entry, open: ReadonlySet<string>): readonly Row[] => {
  const rows: Row[] = [];
  const walk = (entry: Entry, depth: number): void => {
    const { entries, more } = store.inner(entry);
    for (const one of entries) {
      const isOpen = open.has(one.path) && opens(one);
      rows.push({ is: 'entry', entry: one, depth, opens: opens(one), open: isOpen });
      if (isOpen) walk(one, depth + 1);
    }
    if (more) rows.push({ is: 'more', path: entry.path, depth });
  };
  if (opens(root)) walk(root, 0);
  else rows.push({ is: 'entry', entry: root, depth: 0, opens: false, open: false });
  return rows;
};

/** A value in a few words. */
export const briefOf = ({ kind, value, length, cut }: Entry): string => {
  switch (kind) {
    case 'text': {
      const text = String(value);
      return JSON.stringify(text.length > 200 ? text.slice(0, 200) : text) + (cut || text.length > 200 ? '…' : '');
    }
    case 'list':
      return `[${length ?? 0}]`;
    case 'object':
      return `{${length ?? 0}}`;
    default:
      return JSON.stringify(value ?? null);
  }
};
