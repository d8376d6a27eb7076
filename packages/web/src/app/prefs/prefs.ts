/**
 * What a person set for this browser: how dense pages are, and whether single letters are keys. Kept in the browser and
 * nowhere else, and in force at once. Theme and language are kept by those who show them (theme/, i18n/).
 */

import { useSyncExternalStore } from 'react';
import { registry } from '../actions/registry.ts';

export const DENSITIES = ['roomy', 'compact'] as const;
export type Density = (typeof DENSITIES)[number];
type Prefs = { readonly density: Density; readonly letters: boolean };

const KEY = 'headgate.prefs';
const listeners = new Set<() => void>();
let now: Prefs = { density: 'roomy', letters: true };

/** What was kept may be of another release, or of somebody's hand: what is not understood is as if it was not there. */
const kept = (): Partial<Record<keyof Prefs, unknown>> => {
  try {
    return Object(JSON.parse(localStorage.getItem(KEY) ?? '{}')) as Partial<Record<keyof Prefs, unknown>>;
  } catch {
    return {};
  }
};

const enforce = (): void => {
  document.documentElement.dataset.density = now.density;
  registry.letters = now.letters;
  for (const listener of listeners) listener();
};

/** Reads what was kept; another tab of the browser is followed. */
export const startPrefs = (): void => {
  const take = (): void => {
    const { density, letters } = kept();
    now = { density: DENSITIES.find((one) => one === density) ?? 'roomy', letters: letters !== false };
    enforce();
  };
  window.addEventListener('storage', ({ key }) => {
    if (key === KEY) take();
  });
  take();
};

export const setPrefs = (part: Partial<Prefs>): void => {
  now = { ...now, ...part };
  localStorage.setItem(KEY, JSON.stringify(now));
  enforce();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const usePrefs = (): Prefs => useSyncExternalStore(subscribe, () => now);
