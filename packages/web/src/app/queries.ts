/**
 * What the app has asked of the engine, and when it asks again.
 *
 * QU1 What changed while a first answer was on its way is asked for once more when that answer is there. The library asks
 *     anew at once only where it holds an answer already; else it takes the one on its way, which may be of before the change.
 * QU2 What a click sets is on the screen before anything else happens. By itself the library tells the page with a timer, until
 *     which a box that was ticked shows what it showed before.
 */

import {
  type InvalidateOptions,
  type InvalidateQueryFilters,
  notifyManager,
  QueryClient,
  type QueryKey,
} from '@tanstack/react-query';
import { Refusal } from './transport/refusal.ts';

export class Queries extends QueryClient {
  override invalidateQueries<K extends QueryKey = QueryKey>(
    filters?: InvalidateQueryFilters<K>,
    options?: InvalidateOptions,
  ): Promise<void> {
    const first = this.getQueryCache()
      .findAll(filters as InvalidateQueryFilters)
      .filter(({ state }) => state.data === undefined && state.fetchStatus !== 'idle');
    const all = super.invalidateQueries(filters, options);
    for (const { promise, queryKey } of first) {
      const again = (): void => void super.invalidateQueries({ queryKey, exact: true }, options);
      promise?.then(again, again);
    }
    return all;
  }
}

export const queries = (): QueryClient => {
  notifyManager.setScheduler(queueMicrotask);
  return new Queries({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // What was refused is refused again; what could not be reached may be soon.
        retry: (count, error) => !(error instanceof Refusal && error.status < 500) && count < 3,
      },
    },
  });
};
