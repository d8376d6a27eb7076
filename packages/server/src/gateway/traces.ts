/**
 * OpenTelemetry spans, on demand: when whoever composes the server registered a tracer provider and hands this to the
 * gateway, requests to the run API and webhooks get a span each. Without one nothing is made and nothing is called.
 *
 * A span carries the route's template and the status, never an address, a header or a body.
 */

import {
  context,
  propagation,
  ProxyTracerProvider,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { statusOf } from '@headgate/core/api';
import { isRefused } from './outcome.ts';
import { type Traces, UNTRACED } from './untraced.ts';

/** Looks for a registered provider, once. */
export const traces = (): Traces => {
  const tracer = registered();
  if (tracer === undefined) return UNTRACED;
  return {
    around: async (contract, headers, act) => {
      if (!contract.tags.includes('runs')) return act();
      const parent = propagation.extract(context.active(), headers);
      return spanned(tracer, `${contract.method} ${contract.path}`, parent, act, (outcome) =>
        isRefused(outcome) ? statusOf(outcome.refused.code) : outcome.status,
      );
    },
    // A stranger's trace context is not taken up.
    hook: (act) => spanned(tracer, 'webhook', context.active(), act, (answer) => answer.status),
  };
};

const registered = (): Tracer | undefined => {
  const provider = trace.getTracerProvider();
  return provider instanceof ProxyTracerProvider
    ? provider.getDelegateTracer('headgate')
    : provider.getTracer('headgate');
};

const spanned = async <T>(
  tracer: Tracer,
  name: string,
  parent: ReturnType<typeof context.active>,
  act: () => Promise<T>,
  statusOfIt: (value: T) => number,
): Promise<T> => {
  const span = tracer.startSpan(name, { kind: SpanKind.SERVER }, parent);
  try {
    const value = await context.with(trace.setSpan(parent, span), act);
    const status = statusOfIt(value);
    span.setAttribute('http.response.status_code', status);
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    return value;
  } catch (fault) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw fault;
  } finally {
    span.end();
  }
};
