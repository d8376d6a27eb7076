/** The questions of whoever is signed in: how many wait, the list, one of them. Told of changes by the engine while the page is open. */

import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useEngine } from '../engine.tsx';
import type { Answer } from '../transport/client.ts';

export type Ask = Answer<'listAsks'>['asks'][number];
export type AskLook = Answer<'getAsk'>;

export const ASK_STATES = ['open', 'answered', 'late'] as const;
export type AskState = (typeof ASK_STATES)[number];
export type Whose = 'mine' | 'all';

/** Opened at once after one was sent, and after the list changed. */
export const useAsk = (id: string) => {
  const engine = useEngine();
  return useQuery({
    queryKey: ['asks', 'one', id],
    queryFn: ({ signal }) => engine.call('getAsk', { params: { id } }, signal),
    retry: false,
  });
};

export const useAsks = (state: AskState, whose: Whose) => {
  const engine = useEngine();
  return useInfiniteQuery({
    queryKey: ['asks', 'list', state, whose],
    queryFn: ({ pageParam, signal }) =>
      engine.call('listAsks', { query: { state, whose, ...(pageParam === '' ? {} : { cursor: pageParam }) } }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
};

/** What changed is read again as it changes: the engine tells how many wait whenever a question came or went. */
export const useAskEvents = (): void => {
  const engine = useEngine();
  const queries = useQueryClient();
  useEffect(() => {
    const end = new AbortController();
    void engine.transport.follow({
      path: engine.path('followAsks', {}),
      signal: end.signal,
      on: ({ type, data }) => {
        if (type !== 'asks') return;
        queries.setQueryData(['asks', 'open'], (data as { readonly open: number }).open);
        void queries.invalidateQueries({ queryKey: ['asks', 'list'] });
        void queries.invalidateQueries({ queryKey: ['asks', 'one'] });
      },
    });
    return () => end.abort();
  }, [engine, queries]);
};
