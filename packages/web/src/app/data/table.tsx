/** A list as a table: a row an item, a column a field. A grid of one tab stop; rows are fetched and drawn as they come into sight. */

import { useVirtualizer } from '@tanstack/react-virtual';
import { inPointer } from '@headgate/core';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './data.module.css';
import { briefOf } from './rows.ts';
import type { Entry, ValueStore } from './value-store.ts';

const HEIGHT = 26;
const AHEAD = 10;
const COLUMNS = 60;

type Props = {
  readonly store: ValueStore;
  readonly root: Entry;
  readonly chosen: string | null;
  readonly choose: (entry: Entry) => void;
  readonly label: string;
  readonly text: ((path: string) => string) | null;
};

/** Fields of the items there are, in the order they were first seen. Null: some item is no object. */
export const columnsOf = (entries: readonly Entry[]): readonly string[] | null => {
  const names = new Set<string>();
  for (const { kind, value } of entries) {
    if (kind !== 'object') return null;
    for (const name of Object.keys(value as object)) if (names.size < COLUMNS) names.add(name);
  }
  return names.size === 0 ? null : [...names];
};

export const Table = ({ store, root, chosen, choose, label, text }: Props) => {
  const { t } = useTranslation();
  const id = useId();
  const version = useSyncExternalStore(store.subscribe, store.version);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store says by its version that it changed
  const { entries, more } = useMemo(() => store.inner(root), [store, root, version]);
  const columns = useMemo(() => columnsOf(entries), [entries]);
  const place = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: entries.length,
    getScrollElement: () => place.current,
    estimateSize: () => HEIGHT,
    overscan: 10,
    scrollMargin: HEIGHT,
  });
  const shown = list.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= entries.length - AHEAD && !store.isLoading(root.path) && store.error === null)
      store.more(root.path);
  }, [more, last, entries.length, store, root.path]);

  const cellOf = (entry: Entry, column: string | null): Entry | null =>
    column === null
      ? entry
      : (store.inner({ ...entry, cut: false }).entries.find(({ path }) => path === entry.path + inPointer(column)) ??
        null);
  const heads = columns ?? [null];
  const atRow = entries.findIndex(({ path }) => chosen === path || chosen?.startsWith(`${path}/`) === true);
  const inRow = entries[atRow];
  const atColumn = Math.max(
    0,
    heads.findIndex((one) => one !== null && inRow !== undefined && chosen === inRow.path + inPointer(one)),
  );
  const go = (row: number, column: number): void => {
    const entry = entries[Math.max(0, Math.min(entries.length - 1, row))];
    const head = heads[Math.max(0, Math.min(heads.length - 1, column))] ?? null;
    if (entry === undefined) return;
    choose(cellOf(entry, head) ?? entry);
    list.scrollToIndex(entries.indexOf(entry));
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act: Readonly<Record<string, () => void>> = {
      ArrowDown: () => go(atRow + 1, atColumn),
      ArrowUp: () => go(Math.max(0, atRow - 1), atColumn),
      ArrowRight: () => go(Math.max(0, atRow), atColumn + 1),
      ArrowLeft: () => go(Math.max(0, atRow), atColumn - 1),
      Home: () => go(0, atColumn),
      End: () => go(entries.length - 1, atColumn),
    };
    const todo = act[event.key];
    if (todo === undefined) return;
    event.preventDefault();
    todo();
  };
  const wide = {
    gridTemplateColumns: `56px repeat(${heads.length}, minmax(90px, 1fr))`,
    minWidth: 56 + heads.length * 110,
  };
  return (
    <div
      ref={place}
      className={classes.scroll}
      role="grid"
      aria-label={label}
      aria-rowcount={(root.length ?? 0) + 1}
      tabIndex={0}
      aria-activedescendant={atRow < 0 ? undefined : `${id}-${atRow}-${atColumn}`}
      onKeyDown={keys}
    >
      <div role="rowgroup" className={classes.heads}>
        <div role="row" className={classes.cells} style={wide} aria-rowindex={1}>
          <span role="columnheader">{t('data.number')}</span>
          {heads.map((one) => (
            <span role="columnheader" key={one ?? ''} title={one ?? undefined}>
              {one ?? t('data.value')}
            </span>
          ))}
        </div>
      </div>
      <div
        role="rowgroup"
        style={{ position: 'relative', height: list.getTotalSize(), ...{ minWidth: wide.minWidth } }}
      >
        {shown.map(({ index, start }) => {
          const entry = entries[index];
          if (entry === undefined) return null;
          return (
            <div
              key={entry.path}
              role="row"
              aria-rowindex={index + 2}
              className={classes.cells}
              data-body
              style={{ ...wide, transform: `translateY(${start - HEIGHT}px)` }}
            >
              <span role="rowheader" className={classes.quiet}>
                {entry.name}
              </span>
              {heads.map((one, column) => {
                const cell = cellOf(entry, one);
                return (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys
                  <span
                    role="gridcell"
                    key={one ?? ''}
                    id={`${id}-${index}-${column}`}
                    tabIndex={-1}
                    aria-selected={index === atRow && column === atColumn}
                    data-kind={cell?.kind}
                    className={classes.value}
                    draggable={text !== null && cell !== null}
                    onDragStart={(event) => event.dataTransfer.setData('text/plain', text?.(cell?.path ?? '') ?? '')}
                    onClick={() => {
                      choose(cell ?? entry);
                      place.current?.focus({ preventScroll: true });
                    }}
                  >
                    {cell === null ? '' : cell.kind === 'text' ? String(cell.value) : briefOf(cell)}
                  </span>
                );
              })}
            </div>
          );
        })}
      </div>
    </div>
  );
};
