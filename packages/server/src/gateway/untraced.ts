/**
 * What the gateway knows of traces, and the answer where nobody asked for any: nothing is made and nothing is called. It
 * stands apart from traces.ts, so that a server without traces does not hold OpenTelemetry in memory.
 */

import type { IncomingHttpHeaders } from 'node:http';
import type { Contract } from '@headgate/core/api';
import type { AnyOutcome } from './outcome.ts';

export type Traces = {
  readonly around: (
    contract: Contract,
    headers: IncomingHttpHeaders,
    act: () => Promise<AnyOutcome>,
  ) => Promise<AnyOutcome>;
  readonly hook: (<T extends { readonly status: number }>(act: () => Promise<T>) => Promise<T>) | null;
};

export const UNTRACED: Traces = { around: (_contract, _headers, act) => act(), hook: null };
