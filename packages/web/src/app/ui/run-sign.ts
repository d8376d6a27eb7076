/** The state of the run that is looked at, in the tab: its title and its picture, and a notice when a long one ended unseen. */

import type { RunState } from '@headgate/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

const LOOK: Readonly<Record<RunState, readonly [sign: string, color: string]>> = {
  queued: ['○', '#6b7280'],
  running: ['◐', '#1971c2'],
  waiting: ['◔', '#e67700'],
  done: ['✓', '#087f5b'],
  failed: ['✕', '#c92a2a'],
  cancelled: ['–', '#6b7280'],
  in_doubt: ['?', '#c92a2a'],
};

/** A run that took less than this was over before anybody looked elsewhere. */
const LONG = 5_000;

const picture = (color: string): string =>
  `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="${color}"/></svg>`)}`;

const show = (href: string): void => {
  document.querySelector<HTMLLinkElement>('link[rel=icon]')?.setAttribute('href', href);
};

/** `state` null: no run is looked at, and the tab is as it was. */
export const useRunSign = (title: string, state: RunState | null): void => {
  const { t } = useTranslation();
  const since = useRef(0);
  useEffect(() => {
    if (state === null) return undefined;
    const [sign, color] = LOOK[state];
    document.title = `${sign} ${title} · Headgate`;
    show(picture(color));
    const ended = state === 'done' || state === 'failed' || state === 'cancelled' || state === 'in_doubt';
    if (!ended) since.current ||= performance.now();
    else if (since.current > 0 && performance.now() - since.current > LONG && document.hidden)
      tell(title, t(`runs.states.${state}`));
    if (ended) since.current = 0;
    return () => {
      document.title = `${title} · Headgate`;
      show('data:,');
    };
  }, [title, state, t]);
};

/** Only where the person has let this page tell things; it is not asked for out of the blue (`askToTell`). */
const tell = (title: string, state: string): void => {
  if ('Notification' in window && Notification.permission === 'granted') new Notification(title, { body: state });
};

/** Asked by the act of a person: a run was started. */
export const askToTell = (): void => {
  if ('Notification' in window && Notification.permission === 'default') void Notification.requestPermission();
};
