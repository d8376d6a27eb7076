/** The edge between the canvas and the panel: dragged by pointer, moved by arrow keys. */

import { useRef } from 'react';
import classes from './panel.module.css';

type Props = {
  readonly label: string;
  readonly size: number;
  readonly least: number;
  readonly most: number;
  /** `1`: growing to the right; `-1`: to the left. */
  readonly grows: 1 | -1;
  readonly resize: (size: number) => void;
};

const STEP = 24;

export const Resizer = ({ label, size, least, most, grows, resize }: Props) => {
  const from = useRef<{ readonly x: number; readonly size: number } | null>(null);
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={size}
      aria-valuemin={least}
      aria-valuemax={most}
      tabIndex={0}
      className={classes.resizer}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, size };
      }}
      onPointerMove={(event) => {
        if (from.current !== null) resize(from.current.size + grows * (event.clientX - from.current.x));
      }}
      onPointerUp={() => {
        from.current = null;
      }}
      onKeyDown={(event) => {
        const by = { ArrowRight: STEP, ArrowLeft: -STEP }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        resize(size + grows * by);
      }}
    />
  );
};
