import { createServer, type Server } from 'node:http';
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTracing, type Tracing } from './otlp.ts';

type Batch = { readonly names: readonly string[]; readonly document: unknown };

let server: Server;
let url: string;
let status: number;
let batches: Batch[];
let warnings: Record<string, unknown>[];

beforeEach(async () => {
  batches = [];
  warnings = [];
  status = 200;
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      const document = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: { name: string }[] }[] }[] };
      const spans = document.resourceSpans.flatMap((r) => r.scopeSpans.flatMap((s) => s.spans));
      batches.push({ names: spans.map((s) => s.name), document });
      response.statusCode = status;
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const started = (more: { url?: string; every?: number } = {}): Tracing => {
  const warn = (_text: string, data: Record<string, unknown>): void => void warnings.push(data);
  const made = startTracing({ url, version: '1.2.3', warn, every: 60_000, ...more });
  if (!made.ok) throw new Error(made.problem.text);
  return made.value;
};
const spans = (count: number): void => {
  for (let i = 0; i < count; i += 1) trace.getTracer('t').startSpan(`span ${i}`).end();
};

test('a span is sent as OTLP has it: ids, times in nanoseconds, attributes by type, its parent', async () => {
  const tracing = started();
  const tracer = trace.getTracer('t');
  const parent = tracer.startSpan('parent', { startTime: 1_700_000_000_123 });
  const child = tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, parent));
  child.setAttributes({ text: 'a', whole: 3, part: 0.5, yes: true, list: ['a'] });
  child.setStatus({ code: SpanStatusCode.ERROR });
  child.end();
  child.end();
  parent.end(1_700_000_001_123);
  await tracing.close();
  expect(batches).toHaveLength(1);
  const { traceId, spanId } = parent.spanContext();
  expect(batches[0]?.document).toEqual({
    resourceSpans: [
      {
        resource: {
          attributes: [
            { key: 'service.name', value: { stringValue: 'headgate' } },
            { key: 'service.version', value: { stringValue: '1.2.3' } },
          ],
        },
        scopeSpans: [
          {
            scope: { name: 'headgate', version: '1.2.3' },
            spans: [
              {
                traceId,
                spanId: child.spanContext().spanId,
                parentSpanId: spanId,
                name: 'child',
                kind: 1,
                startTimeUnixNano: expect.stringMatching(/^\d{19}$/),
                endTimeUnixNano: expect.stringMatching(/^\d{19}$/),
                attributes: [
                  { key: 'text', value: { stringValue: 'a' } },
                  { key: 'whole', value: { intValue: '3' } },
                  { key: 'part', value: { doubleValue: 0.5 } },
                  { key: 'yes', value: { boolValue: true } },
                  { key: 'list', value: { stringValue: '["a"]' } },
                ],
                status: { code: 2 },
              },
              {
                traceId,
                spanId,
                name: 'parent',
                kind: 1,
                startTimeUnixNano: '1700000000123000000',
                endTimeUnixNano: '1700000001123000000',
                attributes: [],
                status: { code: 0 },
              },
            ],
          },
        ],
      },
    ],
  });
});

test('spans go in batches: when there are enough of them, after a while, and at the end', async () => {
  const tracing = started({ every: 50 });
  spans(600);
  while (batches.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(batches.map((b) => b.names.length)).toEqual([512, 88]);
  spans(1);
  await tracing.close();
  expect(batches.flatMap((b) => b.names)).toHaveLength(601);
});

test('OT2 a collector that refuses is told of once, and the spans are counted as dropped', async () => {
  status = 503;
  const tracing = started();
  spans(1025);
  await tracing.close();
  expect(batches).toHaveLength(3);
  expect(warnings).toEqual([{ why: 'the collector answered 503', dropped: 512 }]);
});

test('OT2 a collector that never answers holds up nothing, and the end for two seconds at most', async () => {
  await new Promise((resolve) => server.close(resolve));
  server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(Number(new URL(url).port), '127.0.0.1', resolve));
  const tracing = started();
  spans(20_000);
  const began = Date.now();
  await tracing.close();
  expect(Date.now() - began).toBeLessThan(3_000);
  // One batch was on its way, the queue was full, and nothing else was kept.
  expect(warnings).toContainEqual({ unsent: 4096, dropped: 20_000 - 4096 - 512 });
  server.closeAllConnections();
});

test('OT1 traces go to the address given and nowhere else: a redirect is not followed', async () => {
  let reached = 0;
  const other = createServer((_request, response) => {
    reached += 1;
    response.end();
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  server.removeAllListeners('request');
  server.on('request', (_request, response) => {
    response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end();
  });
  const tracing = started();
  spans(1);
  await tracing.close();
  expect(reached).toBe(0);
  expect(warnings).toMatchObject([{ why: 'the collector answered 307' }]);
  await new Promise((resolve) => other.close(resolve));
});
