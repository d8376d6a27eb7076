/** The field of a cell that is edited. Enter, Tab and leaving it write; Escape gives it up. */

import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ColumnShown } from './conditions.ts';
import classes from './tables.module.css';

/** `down`, `right`, `back`: written, and where to go on; `left`: written, and the focus is elsewhere already. */
export type Ending = 'down' | 'right' | 'back' | 'left' | 'given up';

type Props = {
  readonly column: ColumnShown;
  readonly text: string;
  readonly end: (how: Ending, text: string) => void;
};

export const CellEditor = ({ column, text: begun, end }: Props) => {
  const { t } = useTranslation();
  const [text, setText] = useState(begun);
  const field = useRef<HTMLElement | null>(null);
  const over = useRef(false);
  useEffect(() => {
    field.current?.focus({ preventScroll: true });
  }, []);
  const finish = (how: Ending): void => {
    if (over.current) return;
    over.current = true;
    end(how, text);
  };
  const keys = (event: KeyboardEvent): void => {
    const how: Ending | undefined =
      event.key === 'Escape'
        ? 'given up'
        : event.key === 'Enter' && !event.shiftKey && !event.altKey
          ? 'down'
          : event.key === 'Tab'
            ? event.shiftKey
              ? 'back'
              : 'right'
            : undefined;
    event.stopPropagation();
    if (how === undefined) return;
    event.preventDefault();
    finish(how);
  };
  const common = {
    'aria-label': t('tables.grid.edit', { column: column.name }),
    onKeyDown: keys,
    onBlur: () => finish('left'),
  };
  const choices =
    column.type === 'boolean' ? ['true', 'false'] : column.type === 'choice' ? (column.choices ?? []) : null;
  if (choices !== null)
    return (
      <select
        {...common}
        ref={(element) => void (field.current = element)}
        className={classes.editor}
        value={choices.includes(text) ? text : ''}
        onChange={(event) => setText(event.currentTarget.value)}
      >
        <option value="">{t('tables.grid.empty')}</option>
        {choices.map((one) => (
          <option key={one} value={one}>
            {column.type === 'boolean' ? t(one === 'true' ? 'tables.grid.yes' : 'tables.grid.no') : one}
          </option>
        ))}
      </select>
    );
  const placeholder = column.type === 'date-time' ? '2026-03-01T09:30:00Z' : undefined;
  return (
    <textarea
      {...common}
      ref={(element) => void (field.current = element)}
      className={`${classes.editor} ${classes.tall}`}
      rows={1}
      placeholder={placeholder}
      inputMode={column.type === 'number' ? 'decimal' : undefined}
      value={text}
      onFocus={({ currentTarget }) => currentTarget.setSelectionRange(text.length, text.length)}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  );
};
