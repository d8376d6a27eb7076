/** A name, changed where it stands: Enter and leaving keep it, Esc does not. */

import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEditor } from './editor-context.ts';
import classes from './name-field.module.css';

type Props = {
  readonly id: string;
  readonly name: string;
  readonly done: () => void;
  readonly label?: string;
  /** Absent: it is the name of a step, a trigger or a group. */
  readonly save?: (text: string) => void;
};

export const NameField = ({ id, name, done, label, save }: Props) => {
  const { t } = useTranslation();
  const { commands } = useEditor();
  const [text, setText] = useState(name);
  const field = useRef<HTMLInputElement>(null);
  const over = useRef(false);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const end = (keep: boolean): void => {
    if (over.current) return;
    over.current = true;
    // The graph has the focus again before anything is told: a new name may be another box.
    field.current?.closest<HTMLElement>('[data-graph]')?.focus();
    if (keep && text.trim() !== name) (save ?? ((value: string) => commands.call(id, value)))(text);
    done();
  };
  return (
    <input
      ref={field}
      className={`${classes.field} nodrag nopan`}
      aria-label={label ?? t('graph.newName', { name })}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => end(true)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key !== 'Enter' && event.key !== 'Escape') return;
        event.preventDefault();
        end(event.key === 'Enter');
      }}
    />
  );
};
