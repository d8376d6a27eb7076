/** What the engine says of the draft as it stands on the screen: every problem, soon after the last edit. */

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Problem } from '@headgate/core';
import { useEffect, useState } from 'react';
import { useEditor, useFlow } from '../editor-context.ts';

const PAUSE = 400;
const NONE: readonly Problem[] = [];

export const useChecked = (): readonly Problem[] => {
  const { client, draft } = useEditor();
  const flow = useFlow();
  const [asked, setAsked] = useState(flow);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(flow), PAUSE);
    return () => clearTimeout(timer);
  }, [flow]);
  const { data } = useQuery({
    queryKey: ['check', draft.id, asked],
    queryFn: ({ signal }) => client.call('checkFlow', { body: { draft: asked } }, signal),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30_000,
  });
  return (data?.problems as readonly Problem[] | undefined) ?? NONE;
};
