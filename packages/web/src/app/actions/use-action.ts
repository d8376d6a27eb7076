/** How a page says what an action does while it is open, and how a button takes one over. */

import { useEffect, useRef, useSyncExternalStore } from 'react';
import { type Doing, registry } from './registry.ts';
import type { ActionName } from './table.ts';

/** `off`: why it cannot be done now; undefined: it can. */
export const useAction = (name: ActionName, run: () => void, off?: string): void => {
  const latest = useRef(run);
  latest.current = run;
  useEffect(
    () => registry.register(name, { run: () => latest.current(), ...(off === undefined ? {} : { off }) }),
    [name, off],
  );
};

/** What the action does now; null: not on this page. */
export const useDoing = (name: ActionName): Doing | null => {
  useSyncExternalStore(registry.subscribe, registry.version);
  return registry.of(name);
};

/** One listener for the whole page. */
export const useKeys = (): void => {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const inGraph = event.target instanceof Element && event.target.closest('[data-keys="graph"]') !== null;
      if (registry.key(event, inGraph, performance.now())) {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
};
