/** The data of the run that is looked at, or of the last run of the flow, for expressions of the open step. */

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useEditor, useFlow, useWatched } from '../../editor-context.ts';
import { folded, NOTHING_YET, type RunEvent } from '../../run/fold.ts';
import { useBeside } from '../../run/use-beside.ts';
import { type Data, dataFor, type Shown } from './data.ts';

/** Of the last run, so many events are read at most: a longer one is opened by who wants to see it. */
const MOST_EVENTS = '1000';

const useLastRun = (wanted: boolean): Shown | null => {
  const { client, draft } = useEditor();
  const { data } = useQuery({
    queryKey: ['last-run', draft.id],
    enabled: wanted,
    staleTime: 30_000,
    retry: false,
    queryFn: async ({ signal }): Promise<Shown | null> => {
      const { runs } = await client.call('listRuns', { query: { flow: draft.id, limit: '10' } }, signal);
      // What only looked at tools elsewhere gave nothing that a step of the flow would.
      const run = runs.find(({ trigger }) => trigger.kind !== 'mcp.look@1')?.id;
      if (run === undefined) return null;
      const { events } = await client.call(
        'getJournal',
        { params: { id: run }, query: { limit: MOST_EVENTS } },
        signal,
      );
      const read: readonly RunEvent[] = events;
      return { run, fold: read.reduce(folded, NOTHING_YET), created: read.find(({ type }) => type === 'run.created') };
    },
  });
  return data ?? null;
};

export const useData = (step: string): Data => {
  const flow = useFlow();
  const { run, fold, events } = useWatched();
  const beside = useBeside();
  const last = useLastRun(run === null);
  const created = events[0];
  return useMemo(
    () => dataFor(flow, step, run === null ? last : { run, fold, created }, beside),
    [flow, step, run, fold, created, last, beside],
  );
};
