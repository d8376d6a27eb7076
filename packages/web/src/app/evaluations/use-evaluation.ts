/** One evaluation, asked for again as long as it goes; of its rows those alone that are not done yet. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEngine } from '../engine.tsx';
import type { Answer } from '../transport/client.ts';
import { joined, placesDone } from './places.ts';

export type EvaluationShown = Answer<'getEvaluation'>;

/** Until it is asked for again; longer where each answer is large. */
const pauseOf = ({ rows }: EvaluationShown): number =>
  rows.filter(({ state }) => state !== 'done').length > 100 ? 3_000 : 1_000;

export const useEvaluation = (flow: string, id: string) => {
  const engine = useEngine();
  const queries = useQueryClient();
  const queryKey = ['evaluation', flow, id];
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const known = queries.getQueryData<EvaluationShown>(queryKey);
      // What came of a row that is done stays as it is.
      const without = known === undefined ? '' : placesDone(known.rows);
      const query = without === '' ? {} : { without };
      const answer = await engine.call('getEvaluation', { params: { id: flow, evaluation: id }, query }, signal);
      return known === undefined || without === '' ? answer : { ...answer, rows: joined(known.rows, answer.rows) };
    },
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? pauseOf(state.data) : false),
  });
};
