/** How many notifications are not read, and hearing of more while the page is looked at: what the bell needs. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useEngine } from '../engine.tsx';

export const useUnread = () => {
  const engine = useEngine();
  return useQuery({
    queryKey: ['notifications', 'unread'],
    queryFn: async ({ signal }) => (await engine.call('listNotifications', { query: { limit: '1' } }, signal)).unread,
    retry: false,
  });
};

/** A page has other things to do when it is opened; and a browser has few lines to one engine, so hidden pages hold none. */
const SOON = 2_000;

/** `more`: called with how many are not read when there are more than before. */
export const useNotificationEvents = (more: (unread: number) => void): void => {
  const engine = useEngine();
  const queries = useQueryClient();
  const told = useRef(more);
  useEffect(() => {
    told.current = more;
  });
  useEffect(() => {
    let end: AbortController | null = null;
    const begin = (): void => {
      if (document.visibilityState === 'hidden' || end !== null) return;
      end = new AbortController();
      void engine.transport.follow({
        path: engine.path('followNotifications', {}),
        signal: end.signal,
        on: ({ type, data }) => {
          if (type !== 'notifications') return;
          const { unread } = data as { readonly unread: number };
          const before = queries.getQueryData<number>(['notifications', 'unread']);
          queries.setQueryData(['notifications', 'unread'], unread);
          if (before === unread) return;
          void queries.invalidateQueries({ queryKey: ['notifications', 'list'] });
          if (before !== undefined && unread > before) told.current(unread);
        },
      });
    };
    const look = (): void => {
      if (document.visibilityState !== 'hidden') return begin();
      end?.abort();
      end = null;
    };
    const timer = setTimeout(begin, SOON);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
      end?.abort();
    };
  }, [engine, queries]);
};
