/**
 * The rows of a table as a grid: one tab stop, arrows move a cell, and only rows on the screen are drawn.
 *
 * GR1 The grid has the focus, and says which cell is meant; only while a cell is edited its field has it.
 * GR2 The row of heads belongs to it: up there, Enter sorts.
 */

import { isPlain, toText } from '@headgate/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CellEditor, type Ending } from './cell-editor.tsx';
import type { ColumnShown } from './conditions.ts';
import { cellKey, type Trouble } from './edits.ts';
import { GridRow } from './grid-row.tsx';
import type { TableRow } from './rows.ts';
import classes from './tables.module.css';

const HEIGHT = 32;
/** More rows are fetched when so few are left below. */
const AHEAD = 40;
const PAGE_KEYS = 15;

/** Row -1 holds the heads, column 0 what chooses the row. */
export type Place = { readonly row: number; readonly column: number };
export type Sort = { readonly column: string; readonly order: 'asc' | 'desc' };

type Props = {
  readonly label: string;
  readonly columns: readonly ColumnShown[];
  readonly rows: readonly TableRow[];
  /** How many there are in all, as far as it is known. */
  readonly total: number | null;
  readonly more: (() => void) | undefined;
  readonly sort: Sort | null;
  readonly onSort: (column: string) => void;
  readonly chosen: ReadonlySet<string>;
  readonly choose: (id: string) => void;
  readonly troubles: ReadonlyMap<string, Trouble>;
  /** Are sealed cells shown? */
  readonly open: boolean;
  /** Why nothing can be written; undefined: it can. */
  readonly off: string | undefined;
  readonly save: (row: string, column: ColumnShown, text: string) => void;
  readonly undo: (() => void) | undefined;
  /** The id of where it is told what is wrong with the cell that is meant. */
  readonly note: string;
  readonly at: Place;
  readonly go: (place: Place) => void;
};

export const Grid = (props: Props) => {
  const { label, columns, rows, total, more, sort, onSort, chosen, choose, troubles, open, off, save, go } = props;
  const { t } = useTranslation();
  const id = useId();
  // What is meant is there, whatever was deleted, or looked for, since.
  const at = { row: Math.min(props.at.row, rows.length - 1), column: Math.min(props.at.column, columns.length) };
  const place = useRef<HTMLDivElement>(null);
  const [editing, setEditing] = useState<string | null>(null);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => place.current,
    estimateSize: () => HEIGHT,
    overscan: 10,
    scrollMargin: HEIGHT,
    // What is gone to is not hidden behind the heads.
    scrollPaddingStart: HEIGHT,
  });
  const shown = list.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more !== undefined && last >= rows.length - AHEAD) more();
  }, [more, last, rows.length]);

  const isDrawn = at.row < 0 || shown.some(({ index }) => index === at.row);
  const cellId = (row: number, column: number): string => `${id}-${row}-${column}`;
  const move = (row: number, column: number): void => {
    const next = {
      row: Math.max(-1, Math.min(rows.length - 1, row)),
      column: Math.max(0, Math.min(columns.length, column)),
    };
    go(next);
    if (next.row >= 0) list.scrollToIndex(next.row);
    const cell =
      document.getElementById(cellId(next.row, next.column)) ?? document.getElementById(cellId(-1, next.column));
    cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  const row = rows[at.row];
  const column = columns[at.column - 1];
  const edit = (text?: string): void => {
    if (row === undefined || column === undefined || off !== undefined) return;
    const kept = troubles.get(cellKey(row.id, column.name));
    setEditing(text ?? kept?.text ?? toText(row.values[column.name]));
  };
  const end = (how: Ending, text: string): void => {
    setEditing(null);
    if (how !== 'left') place.current?.focus({ preventScroll: true });
    if (how !== 'given up' && row !== undefined && column !== undefined) save(row.id, column, text);
    if (how === 'down') move(at.row + 1, at.column);
    if (how === 'right') move(at.row, at.column + 1);
    if (how === 'back') move(at.row, at.column - 1);
  };
  const press = (): void => {
    if (at.row < 0 && column !== undefined && isPlain(column)) onSort(column.name);
    else if (at.column === 0 && row !== undefined) choose(row.id);
    else edit();
  };
  const keys = (event: KeyboardEvent): void => {
    if (editing !== null || event.altKey) return;
    const mod = event.ctrlKey || event.metaKey;
    const far: Readonly<Record<string, () => void>> = {
      Home: () => move(0, 0),
      End: () => move(rows.length - 1, columns.length),
      z: () => props.undo?.(),
    };
    const near: Readonly<Record<string, () => void>> = {
      ArrowDown: () => move(at.row + 1, at.column),
      ArrowUp: () => move(at.row - 1, at.column),
      ArrowRight: () => move(at.row, at.column + 1),
      ArrowLeft: () => move(at.row, at.column - 1),
      PageDown: () => move(at.row + PAGE_KEYS, at.column),
      PageUp: () => move(Math.max(0, at.row - PAGE_KEYS), at.column),
      Home: () => move(at.row, 0),
      End: () => move(at.row, columns.length),
      Enter: press,
      F2: () => edit(),
      ' ': () => row !== undefined && choose(row.id),
      Delete: () => row !== undefined && column !== undefined && off === undefined && save(row.id, column, ''),
      Backspace: () => row !== undefined && column !== undefined && off === undefined && save(row.id, column, ''),
    };
    const typed = !mod && event.key.length === 1 && row !== undefined && column !== undefined && off === undefined;
    const todo = (mod ? far : near)[event.key === 'Z' ? 'z' : event.key] ?? (typed ? () => edit(event.key) : undefined);
    if (todo === undefined) return;
    event.preventDefault();
    todo();
  };
  const wide = {
    gridTemplateColumns: `64px repeat(${columns.length}, minmax(150px, 1fr))`,
    minWidth: 64 + columns.length * 150,
  };
  return (
    <div
      ref={place}
      className={classes.grid}
      role="grid"
      aria-label={label}
      aria-rowcount={total === null ? -1 : total + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable
      aria-readonly={off !== undefined}
      tabIndex={0}
      aria-activedescendant={editing === null && isDrawn ? cellId(at.row, at.column) : undefined}
      onKeyDown={keys}
    >
      <div role="rowgroup" className={classes.heads}>
        <div role="row" className={classes.row} style={wide} aria-rowindex={1}>
          <span role="columnheader" id={cellId(-1, 0)} className={classes.cell} data-active={isAt(at, -1, 0)}>
            {t('tables.grid.choose')}
          </span>
          {columns.map((one, index) => {
            const by = sort?.column === one.name ? sort.order : null;
            const plain = isPlain(one);
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys
              <span
                key={one.name}
                role="columnheader"
                id={cellId(-1, index + 1)}
                className={`${classes.cell} ${plain ? classes.sortable : ''}`}
                data-active={isAt(at, -1, index + 1)}
                aria-sort={plain ? (by === null ? 'none' : by === 'asc' ? 'ascending' : 'descending') : undefined}
                title={plain ? t('tables.grid.sort', { column: one.name }) : t('tables.grid.noSort')}
                onClick={() => {
                  go({ row: -1, column: index + 1 });
                  place.current?.focus({ preventScroll: true });
                  if (plain) onSort(one.name);
                }}
              >
                {one.name} <span aria-hidden>{by === 'asc' ? '▲' : by === 'desc' ? '▼' : ''}</span>
                <span className={classes.quiet}>
                  {' '}
                  {t(`tables.types.${one.type}`)}
                  {one.sealed === true && `, ${t('tables.sealed')}`}
                  {one.required === true && `, ${t('tables.required')}`}
                </span>
              </span>
            );
          })}
        </div>
      </div>
      <div role="rowgroup" style={{ position: 'relative', height: list.getTotalSize(), minWidth: wide.minWidth }}>
        {shown.map(({ index, start }) => {
          const one = rows[index];
          if (one === undefined) return null;
          return (
            <GridRow
              key={one.id}
              row={one}
              index={index}
              columns={columns}
              wide={wide}
              top={start - HEIGHT}
              chosen={chosen.has(one.id)}
              active={at.row === index ? at.column : null}
              troubles={troubles}
              open={open}
              cellId={cellId}
              note={props.note}
              press={(to, twice) => {
                if (editing !== null) return;
                go({ row: index, column: to });
                place.current?.focus({ preventScroll: true });
                if (to === 0) choose(one.id);
                else if (twice) edit();
              }}
              editor={
                editing !== null && at.row === index && column !== undefined ? (
                  <CellEditor column={column} text={editing} end={end} />
                ) : null
              }
            />
          );
        })}
      </div>
    </div>
  );
};

const isAt = (at: Place, row: number, column: number): true | undefined =>
  at.row === row && at.column === column ? true : undefined;
