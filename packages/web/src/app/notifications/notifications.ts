/** What whoever is signed in is told of: the list, and where each leads. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { useEngine } from '../engine.tsx';
import { paths } from '../router/paths.ts';
import type { Answer } from '../transport/client.ts';

export type Told = Answer<'listNotifications'>['notifications'][number];

export const useNotifications = () => {
  const engine = useEngine();
  return useInfiniteQuery({
    queryKey: ['notifications', 'list'],
    queryFn: ({ pageParam, signal }) =>
      engine.call('listNotifications', { query: pageParam === '' ? {} : { cursor: pageParam } }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
};

/** The page that tells more of it. */
export const pageOf = (one: Told): string => {
  if (one.ask !== null) return paths.inbox({ ask: one.ask });
  if (one.kind.startsWith('connection.')) return paths.trust('connections');
  if (one.run !== null) return paths.run(one.run);
  if (one.flow === null) return paths.notifications();
  return paths.flow(one.flow, one.kind.startsWith('promotion.') ? { page: 'environments' } : {});
};
