/**
 * Sends traces to an OpenTelemetry collector (OTLP over HTTP, JSON), when HEADGATE_OTLP_URL asks for it; otherwise this
 * file is not even loaded.
 *
 * OT1 It leaves by the outgoing door, one that opens to the collector's host and port and nothing else; flows cannot use it.
 * OT2 Tracing never holds work up: what does not fit the queue, or is refused, is dropped and counted.
 */

import { type AttributeValue, propagation, trace } from '@opentelemetry/api';
import { bad, good, type Result } from '@headgate/core';
import { openDoor, parseAllow } from '../egress/door.ts';
import { type Ended, propagator, providerOf } from './spans.ts';

export type Tracing = {
  /** Sends what is left, for at most two seconds, and ends. */
  readonly close: () => Promise<void>;
};

type Options = {
  readonly url: string;
  readonly version: string;
  readonly warn: (text: string, data: Record<string, unknown>) => void;
  /** Milliseconds between two batches. */
  readonly every?: number;
};

const QUEUE = 4096;
const BATCH = 512;
const EVERY = 5_000;
const TIMEOUT = 10_000;
const LAST = 2_000;
/** The same trouble is told so often at most, in milliseconds. */
const QUIET = 60_000;

/** The standard's path, when the address names none. */
const targetOf = (url: string): URL => {
  const target = new URL(url);
  if (target.pathname === '/') target.pathname = '/v1/traces';
  return target;
};

/** Registers a tracer provider; must stand before the gateway is built, which looks for one once. */
export const startTracing = (o: Options): Result<Tracing> => {
  const target = targetOf(o.url);
  const port = target.port === '' ? (target.protocol === 'https:' ? 443 : 80) : Number(target.port);
  const allow = parseAllow(`${target.hostname}:${port}`);
  if (!allow.ok) return bad({ ...allow.problem, at: { field: 'HEADGATE_OTLP_URL' } });
  const door = openDoor(allow.value);
  const queue: Ended[] = [];
  let dropped = 0;
  let told = -QUIET;
  let busy: Promise<void> | null = null;

  const trouble = (why: string): void => {
    const now = Date.now();
    if (now - told < QUIET) return;
    told = now;
    o.warn('traces could not be sent', { why, dropped });
  };
  const send = async (spans: readonly Ended[]): Promise<void> => {
    const answer = await door.request({
      method: 'POST',
      url: target.href,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(documentOf(spans, o.version)),
      timeout: TIMEOUT,
      maxBytes: 64 * 1024,
      inlineBytes: 64 * 1024,
      maxRedirects: 0,
      judge: () => null,
    });
    if (answer.ok && answer.value.status < 300) return;
    dropped += spans.length;
    trouble(answer.ok ? `the collector answered ${answer.value.status}` : answer.problem.text);
  };
  const drain = async (): Promise<void> => {
    while (queue.length > 0) await send(queue.splice(0, BATCH));
  };
  /** One batch is on its way at a time; what comes meanwhile waits in the queue, which has an end. */
  const flush = (): void => {
    busy ??= drain().finally(() => {
      busy = null;
    });
  };
  const timer = setInterval(flush, o.every ?? EVERY);
  timer.unref();

  const provider = providerOf((span) => {
    if (queue.length >= QUEUE) dropped += 1;
    else queue.push(span);
    if (queue.length >= BATCH) flush();
  });
  trace.setGlobalTracerProvider(provider);
  propagation.setGlobalPropagator(propagator);
  return good({
    close: async () => {
      clearInterval(timer);
      trace.disable();
      propagation.disable();
      flush();
      await within(busy, LAST);
      if (queue.length > 0) o.warn('traces were left unsent', { unsent: queue.length, dropped });
      await door.close();
    },
  });
};

/** Waits for something, but not for ever. */
const within = async (work: Promise<void> | null, ms: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
};

const nanoseconds = (ms: number): string => (BigInt(Math.round(ms * 1000)) * 1000n).toString();

const valueOf = (value: AttributeValue | undefined): object => {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { stringValue: typeof value === 'string' ? value : JSON.stringify(value) };
};

const attributesOf = (attributes: Ended['attributes']): object[] =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) }));

/** OTLP's document for a batch of spans. Its kinds count from 1 (0 is "unspecified"), the API's from 0. */
const documentOf = (spans: readonly Ended[], version: string): object => ({
  resourceSpans: [
    {
      resource: { attributes: attributesOf({ 'service.name': 'headgate', 'service.version': version }) },
      scopeSpans: [
        {
          scope: { name: 'headgate', version },
          spans: spans.map((span) => ({
            traceId: span.context.traceId,
            spanId: span.context.spanId,
            ...(span.parent === undefined ? {} : { parentSpanId: span.parent }),
            name: span.name,
            kind: span.kind + 1,
            startTimeUnixNano: nanoseconds(span.began),
            endTimeUnixNano: nanoseconds(span.ended),
            attributes: attributesOf(span.attributes),
            status: { code: span.status.code },
          })),
        },
      ],
    },
  ],
});
