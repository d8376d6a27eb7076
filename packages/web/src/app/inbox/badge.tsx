/**
 * How many questions wait for whoever is signed in, beside the way to the inbox. Asked for now and then while the page is looked
 * at; the page of the inbox itself is told by the engine and keeps the number here true (asks.ts).
 */

import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { announce } from '../ui/announce.ts';
import classes from './badge.module.css';

/** A question waits for hours: a few times a minute is soon enough. */
const EACH = 20_000;
const MOST_SHOWN = 99;

export const Badge = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const { data: open } = useQuery({
    queryKey: ['asks', 'open'],
    queryFn: async ({ signal }) => (await engine.call('listAsks', { query: { limit: '1' } }, signal)).open,
    // Who may not answer is refused once, and asks no more.
    refetchInterval: ({ state }) => (state.error === null ? EACH : false),
    retry: false,
  });
  const before = useRef(open);
  useEffect(() => {
    if (open !== undefined && before.current !== undefined && open > before.current)
      announce(t('common.asks', { count: open }));
    before.current = open;
  }, [open, t]);
  if (open === undefined || open === 0) return null;
  return (
    <>
      <span className={classes.badge} aria-hidden>
        {open > MOST_SHOWN ? `${MOST_SHOWN}+` : open}
      </span>
      <span className="hg-hidden">{t('common.asks', { count: open })}</span>
    </>
  );
};
