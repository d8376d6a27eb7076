/**
 * A part of a page that is fetched apart, as with React's `lazy`, and that can be fetched before it is shown. One that is there
 * is drawn at once: `lazy` shows its placeholder even then, and what replaces a placeholder is held back for 300 ms after the
 * last one (React's throttle of fallbacks), which is longer than what is waited for.
 */

import { type ComponentType, createElement, lazy, type ReactNode, useState } from 'react';

type Lazily<P> = ((props: P) => ReactNode) & {
  /** Fetches it, unless it is there. Whether that failed is told when it is shown. */
  readonly warm: () => void;
};

export const lazily = <P extends object>(load: () => Promise<ComponentType<P>>): Lazily<P> => {
  let there: ComponentType<P> | null = null;
  const fetched = async (): Promise<{ readonly default: ComponentType<P> }> => {
    there ??= await load();
    return { default: there };
  };
  const Later: ComponentType<P> = lazy(fetched);
  // Each that is shown stays what it began as: another kind of element would lose what was typed into it.
  const Part = (props: P): ReactNode => createElement(useState(() => there ?? Later)[0], props);
  return Object.assign(Part, { warm: () => void fetched().catch(() => undefined) });
};
