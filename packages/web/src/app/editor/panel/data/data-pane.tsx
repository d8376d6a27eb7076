/** What came into a step or out of it in the run that is looked at. How values are shown is sent when one is. */

import { Skeleton } from '@mantine/core';
import { Suspense } from 'react';
import { InputPane, OutputPane } from '../../parts.ts';

export const DataPane = ({ step, side }: { readonly step: string; readonly side: 'in' | 'out' }) => (
  <Suspense fallback={<Skeleton h={160} />}>
    {side === 'in' ? <InputPane step={step} /> : <OutputPane step={step} />}
  </Suspense>
);
