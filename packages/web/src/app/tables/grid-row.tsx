/** One row of the grid: what chooses it, and its cells. A sealed one says that it is, until it is to be shown. */

import { toText } from '@headgate/core';
import type { CSSProperties, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ColumnShown } from './conditions.ts';
import { cellKey, type Trouble } from './edits.ts';
import type { TableRow } from './rows.ts';
import classes from './tables.module.css';

/** Characters of a cell that are drawn. */
const DRAWN = 200;

type Props = {
  readonly row: TableRow;
  readonly index: number;
  readonly columns: readonly ColumnShown[];
  readonly wide: CSSProperties;
  readonly top: number;
  readonly chosen: boolean;
  /** The column that is meant, when it is this row. */
  readonly active: number | null;
  readonly troubles: ReadonlyMap<string, Trouble>;
  readonly open: boolean;
  readonly cellId: (row: number, column: number) => string;
  /** Where what is wrong with the cell that is meant is told. */
  readonly note: string;
  readonly press: (column: number, twice: boolean) => void;
  readonly editor: ReactNode;
};

export const GridRow = (props: Props) => {
  const { row, index, columns, wide, top, chosen, active, troubles, open, cellId, note, press, editor } = props;
  const { t, i18n } = useTranslation();
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={chosen}
      className={classes.row}
      data-body
      style={{ ...wide, transform: `translateY(${top}px)` }}
    >
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys */}
      <span
        role="rowheader"
        id={cellId(index, 0)}
        className={`${classes.cell} ${classes.quiet}`}
        data-active={active === 0 ? true : undefined}
        onClick={() => press(0, false)}
      >
        <span className={classes.mark} aria-hidden>
          {chosen ? '☑' : '☐'}
        </span>
        {index + 1}
      </span>
      {columns.map((column, at) => {
        const value = row.values[column.name] ?? null;
        const wrong = troubles.get(cellKey(row.id, column.name));
        const isEdited = active === at + 1 && editor !== null;
        const sealed = column.sealed === true && value !== null && !open;
        return (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys
          <span
            key={column.name}
            role="gridcell"
            id={cellId(index, at + 1)}
            className={classes.cell}
            data-active={active === at + 1 ? true : undefined}
            data-editing={isEdited ? true : undefined}
            data-number={column.type === 'number' ? true : undefined}
            aria-invalid={wrong === undefined ? undefined : true}
            aria-describedby={wrong === undefined ? undefined : note}
            title={wrong?.problem.text}
            onClick={() => press(at + 1, false)}
            onDoubleClick={() => press(at + 1, true)}
          >
            {isEdited
              ? editor
              : sealed
                ? t('tables.grid.hidden')
                : shownOf(column, wrong?.text ?? value, i18n.language, t('tables.grid.yes'), t('tables.grid.no'))}
          </span>
        );
      })}
    </div>
  );
};

const shownOf = ({ type }: ColumnShown, value: unknown, language: string, yes: string, no: string): string => {
  if (typeof value === 'boolean') return value ? yes : no;
  if (type === 'date-time' && typeof value === 'string' && !Number.isNaN(Date.parse(value)))
    return new Date(value).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'medium' });
  return toText(value).slice(0, DRAWN);
};
