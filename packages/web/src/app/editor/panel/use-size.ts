/** A size that a person chose by dragging or by key, remembered in this browser. */

import { useCallback, useState } from 'react';

type Bounds = { readonly least: number; readonly most: number; readonly begin: number };

const within = ({ least, most }: Bounds, size: number): number => Math.round(Math.max(least, Math.min(most, size)));

const kept = (name: string, bounds: Bounds): number => {
  const text = localStorage.getItem(name);
  const size = text === null ? Number.NaN : Number(text);
  return Number.isFinite(size) ? within(bounds, size) : bounds.begin;
};

export const useSize = (name: string, bounds: Bounds): readonly [number, (size: number) => void] => {
  const [size, setSize] = useState(() => kept(name, bounds));
  const resize = useCallback(
    (next: number) => {
      const made = within(bounds, next);
      setSize(made);
      localStorage.setItem(name, String(made));
    },
    [name, bounds],
  );
  return [size, resize];
};
