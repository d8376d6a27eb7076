/**
 * A value as a tree. One tab stop: arrows walk, right and left open and close, Home and End go to the ends; only the rows on
 * the screen are drawn, and what is not there yet is fetched when it comes into sight.
 */

import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './data.module.css';
import { briefOf, type Row, rowsOf } from './rows.ts';
import type { Entry, ValueStore } from './value-store.ts';

const HEIGHT = 24;
const PAGE = 12;

type Props = {
  readonly store: ValueStore;
  readonly root: Entry;
  readonly chosen: string | null;
  readonly choose: (entry: Entry) => void;
  readonly label: string;
  /** What is put into a field when a row is dropped there; null: rows are not dragged. */
  readonly text: ((path: string) => string) | null;
};

export const Tree = ({ store, root, chosen, choose, label, text }: Props) => {
  const { t } = useTranslation();
  const id = useId();
  const version = useSyncExternalStore(store.subscribe, store.version);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store says by its version that it changed
  const rows = useMemo(() => rowsOf(store, root, open), [store, root, open, version]);
  const place = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => place.current,
    estimateSize: () => HEIGHT,
    overscan: 10,
  });
  const at = rows.findIndex((row) => row.is === 'entry' && row.entry.path === chosen);
  const shown = list.getVirtualItems();
  useEffect(() => {
    for (const { index } of shown) {
      const row = rows[index];
      if (row?.is === 'more' && !store.isLoading(row.path) && store.error === null) store.more(row.path);
    }
  }, [shown, rows, store]);

  const go = (index: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row === undefined) return;
    if (row.is === 'more') return store.more(row.path);
    choose(row.entry);
    list.scrollToIndex(rows.indexOf(row));
  };
  const toggle = (row: Row | undefined, to?: boolean): void => {
    if (row?.is !== 'entry' || !row.opens) return;
    const { path } = row.entry;
    const next = new Set(open);
    if (to ?? !row.open) {
      next.add(path);
      if (row.entry.cut) store.ensure(path);
    } else next.delete(path);
    setOpen(next);
  };
  const parentOf = (index: number): number => {
    const depth = rows[index]?.depth ?? 0;
    for (let i = index - 1; i >= 0; i -= 1) if ((rows[i]?.depth ?? 0) < depth) return i;
    return index;
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows[at];
    const act: Readonly<Record<string, () => void>> = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(Math.max(0, at - 1)),
      PageDown: () => go(at + PAGE),
      PageUp: () => go(Math.max(0, at - PAGE)),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      Enter: () => toggle(row),
      ArrowRight: () => (row?.is === 'entry' && row.open ? go(at + 1) : toggle(row, true)),
      ArrowLeft: () => (row?.is === 'entry' && row.open ? toggle(row, false) : go(parentOf(at))),
    };
    const todo = act[event.key];
    if (todo === undefined) return;
    event.preventDefault();
    todo();
  };

  return (
    <div
      ref={place}
      className={classes.scroll}
      role="tree"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={at < 0 ? undefined : `${id}-${at}`}
      onKeyDown={keys}
    >
      <div role="none" style={{ position: 'relative', height: list.getTotalSize() }}>
        {shown.map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const style = { transform: `translateY(${start}px)`, paddingInlineStart: 8 + row.depth * 14 };
          if (row.is === 'more')
            return (
              <div key={`${row.path} more`} role="none" className={classes.row} style={style}>
                <span className={classes.quiet}>{t('data.loading')}</span>
              </div>
            );
          const { entry } = row;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the tree takes the keys
            <div
              key={entry.path}
              id={`${id}-${index}`}
              role="treeitem"
              tabIndex={-1}
              aria-level={row.depth + 1}
              aria-selected={index === at}
              aria-expanded={row.opens ? row.open : undefined}
              className={classes.row}
              style={style}
              draggable={text !== null}
              onDragStart={(event) => event.dataTransfer.setData('text/plain', text?.(entry.path) ?? '')}
              onClick={() => {
                choose(entry);
                toggle(row);
                place.current?.focus({ preventScroll: true });
              }}
            >
              <span aria-hidden className={classes.caret}>
                {row.opens ? (row.open ? '▾' : '▸') : ''}
              </span>
              {entry.path !== root.path && <span className={classes.name}>{entry.name}</span>}
              <span className={classes.value} data-kind={entry.kind}>
                {briefOf(entry)}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
};
