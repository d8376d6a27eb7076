/**
 * A tracer for the spans that the gateway makes: what of OpenTelemetry's API they use, and no SDK. Spans that ended are
 * handed on; what becomes of them is otlp.ts's matter.
 *
 * SP1 A trace context that a caller sent is taken up by its ids alone (W3C Trace Context, `traceparent`).
 */

import { randomBytes } from 'node:crypto';
import {
  type Attributes,
  type Context,
  type HrTime,
  isSpanContextValid,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  type SpanStatus,
  SpanStatusCode,
  type TextMapPropagator,
  type TimeInput,
  trace,
  TraceFlags,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';

/** A span that is over. Times are milliseconds since the epoch. */
export type Ended = {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  readonly parent: string | undefined;
  readonly began: number;
  readonly ended: number;
  readonly attributes: Attributes;
  readonly status: SpanStatus;
};

const isHr = (time: TimeInput | undefined): time is HrTime => Array.isArray(time);

const millisecondsOf = (time: TimeInput | undefined): number =>
  isHr(time) ? time[0] * 1000 + time[1] / 1e6 : time === undefined ? Date.now() : Number(time);

class Recorded implements Span {
  readonly #context: SpanContext;
  readonly #parent: string | undefined;
  readonly #kind: SpanKind;
  readonly #began: number;
  readonly #attributes: Attributes;
  readonly #done: (span: Ended) => void;
  #name: string;
  #status: SpanStatus = { code: SpanStatusCode.UNSET };
  #over = false;

  constructor(name: string, options: SpanOptions, parent: SpanContext | undefined, done: (span: Ended) => void) {
    const traceId = parent?.traceId ?? randomBytes(16).toString('hex');
    this.#context = { traceId, spanId: randomBytes(8).toString('hex'), traceFlags: TraceFlags.SAMPLED };
    this.#parent = parent?.spanId;
    this.#name = name;
    this.#kind = options.kind ?? SpanKind.INTERNAL;
    this.#began = millisecondsOf(options.startTime);
    this.#attributes = { ...options.attributes };
    this.#done = done;
  }

  spanContext(): SpanContext {
    return this.#context;
  }
  setAttribute(key: string, value: Attributes[string]): this {
    this.#attributes[key] = value;
    return this;
  }
  setAttributes(attributes: Attributes): this {
    Object.assign(this.#attributes, attributes);
    return this;
  }
  addEvent(): this {
    return this;
  }
  addLink(): this {
    return this;
  }
  addLinks(): this {
    return this;
  }
  setStatus(status: SpanStatus): this {
    this.#status = status;
    return this;
  }
  updateName(name: string): this {
    this.#name = name;
    return this;
  }
  isRecording(): boolean {
    return !this.#over;
  }
  recordException(): void {
    this.#status = { code: SpanStatusCode.ERROR };
  }
  end(time?: TimeInput): void {
    if (this.#over) return;
    this.#over = true;
    this.#done({
      name: this.#name,
      kind: this.#kind,
      context: this.#context,
      parent: this.#parent,
      began: this.#began,
      ended: millisecondsOf(time),
      attributes: this.#attributes,
      status: this.#status,
    });
  }
}

/** A provider whose spans go to `done` when they end. */
export const providerOf = (done: (span: Ended) => void): TracerProvider => {
  const startSpan = (name: string, options: SpanOptions = {}, context?: Context): Span => {
    const parent = context === undefined || options.root === true ? undefined : trace.getSpanContext(context);
    return new Recorded(name, options, parent !== undefined && isSpanContextValid(parent) ? parent : undefined, done);
  };
  const tracer: Tracer = {
    startSpan,
    startActiveSpan: (name: string, ...rest: unknown[]) => {
      // The API's three forms end in the function; without a context manager there is nothing to make active.
      const act = rest[rest.length - 1] as (span: Span) => never;
      return act(startSpan(name));
    },
  };
  return { getTracer: () => tracer };
};

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Reads `traceparent`; sends nothing on. */
export const propagator: TextMapPropagator = {
  inject: () => undefined,
  fields: () => ['traceparent'],
  extract: (context, carrier, getter) => {
    const given = getter.get(carrier, 'traceparent');
    const [, traceId, spanId] = TRACEPARENT.exec(typeof given === 'string' ? given : '') ?? [];
    if (traceId === undefined || spanId === undefined) return context;
    const parent = { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
    return isSpanContextValid(parent) ? trace.setSpanContext(context, parent) : context;
  },
};
