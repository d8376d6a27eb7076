/** What came into a step or out of it in the run that is looked at. How values are shown is sent when one is. */

import { Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';

const InputPane = lazy(() => import('./input-pane.tsx').then((module) => ({ default: module.InputPane })));
const OutputPane = lazy(() => import('./output-pane.tsx').then((module) => ({ default: module.OutputPane })));

export const DataPane = ({ step, side }: { readonly step: string; readonly side: 'in' | 'out' }) => (
  <Suspense fallback={<Skeleton h={160} />}>
    {side === 'in' ? <InputPane step={step} /> : <OutputPane step={step} />}
  </Suspense>
);
