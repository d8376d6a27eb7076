/** One evaluation, asked for again as long as it goes. */

import { useQuery } from '@tanstack/react-query';
import { useEngine } from '../engine.tsx';
import type { Answer } from '../transport/client.ts';

export type EvaluationShown = Answer<'getEvaluation'>;

/** Until it is asked for again; longer where each answer is large. */
const pauseOf = ({ rows }: EvaluationShown): number => (rows.length > 100 ? 3_000 : 1_000);

export const useEvaluation = (flow: string, id: string) => {
  const engine = useEngine();
  return useQuery({
    queryKey: ['evaluation', flow, id],
    queryFn: ({ signal }) => engine.call('getEvaluation', { params: { id: flow, evaluation: id } }, signal),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? pauseOf(state.data) : false),
  });
};
