import { ProxyTracerProvider, trace, type Span, type Tracer } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '@headgate/core/api';
import { breaches, startServer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
});
afterAll(() => server.close());

const greet = {
  headgate: 1,
  name: 'Greet',
  triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
  steps: [{ id: 'greet', kind: 'set@1', with: { value: 1 } }],
  output: '{{ steps.greet }}',
};

describe('pages', () => {
  test('without the documentation the reference page is not there, and the others are', async () => {
    const bare = await startServer({ docs: false });
    // As any address of the API that is not there, for who shows no key.
    expect((await bare.ask('GET', '/api/v1/reference')).status).toBe(401);
    expect((await bare.ask('GET', '/')).status).toBe(200);
    expect((await bare.ask('GET', '/runs')).status).toBe(401);
    await bare.close();
  });
});

describe('health', () => {
  test('says that the process answers, and whether it can take work', async () => {
    expect(await server.ask('GET', '/health')).toMatchObject({ status: 200, text: '{"status":"ok"}' });
    const ready = await server.ask('GET', '/health/ready');
    expect(ready).toMatchObject({ status: 200, json: { status: 'ready' } });
    expect(breaches(ROUTES.ready, ready)).toEqual([]);
  });
});

describe('metrics', () => {
  test('count answers by route template and class of status, never by address', async () => {
    const { id } = (await server.ask('POST', '/api/v1/flows', { key, body: { draft: greet } })).json as { id: string };
    const published = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key });
    const { webhooks } = published.json as { webhooks: { url: string }[] };
    const hook = new URL(webhooks[0]?.url ?? '').pathname;
    for (let i = 0; i < 3; i += 1) expect((await server.ask('POST', hook, { body: {} })).status).toBe(200);
    await server.ask('GET', `/api/v1/flows/${id}`, { key });
    const answer = await server.ask('GET', '/metrics', { key });
    expect(answer.headers['content-type']).toContain('text/plain');
    const { text } = answer;
    expect(text).toContain(
      'headgate_http_request_duration_seconds_count{route="/api/v1/webhook/{token}/*",status="2xx"} 3',
    );
    expect(text).toContain(
      'headgate_http_request_duration_seconds_bucket{route="/api/v1/flows/{id}",status="2xx",le="+Inf"} 1',
    );
    expect(text).toMatch(/headgate_runs\{state="done"\} [1-9]/);
    expect(text).toMatch(/nodejs_eventloop_lag_p99_seconds [0-9.e-]+/);
    expect(text).toContain('headgate_build_info{version="0.0.0-canary-version"} 1');
    expect(text).not.toContain(id);
    expect(text).not.toContain(hook.slice(-43));
    for (const line of text.split('\n')) expect(line).toMatch(/^(|#.*|[a-z_][a-z0-9_]*(\{.*\})? \S+)$/i);
  });
});

describe('the description of the API', () => {
  test('is the document made from the contracts, with its schemas', async () => {
    expect((await server.ask('GET', '/api/v1/openapi.json')).json).toMatchObject({
      openapi: '3.1.0',
      info: { version: '1' },
    });
    for (const name of ['flow', 'run', 'event', 'problem'])
      expect((await server.ask('GET', `/api/v1/schemas/${name}.json`)).status, name).toBe(200);
    expect((await server.ask('GET', '/api/v1/schemas/none.json')).status).toBe(404);
    expect((await server.ask('GET', '/api/v1/schemas/..%2f..%2fpackage.json')).status).toBe(404);
  });

  test('the catalogue lists every step and trigger kind with the schema of its settings', async () => {
    const answer = await server.ask('GET', '/api/v1/steps', { key });
    expect(breaches(ROUTES.listSteps, answer)).toEqual([]);
    const { steps, triggers } = answer.json as {
      steps: { kind: string; input: { type?: string } }[];
      triggers: { kind: string }[];
    };
    expect(steps.map((step) => step.kind)).toEqual(
      expect.arrayContaining(['set@1', 'if@1', 'http.request@1', 'each@1', 'respond@1']),
    );
    expect(triggers.map((trigger) => trigger.kind)).toEqual(
      expect.arrayContaining(['webhook@1', 'schedule@1', 'manual@1']),
    );
    for (const step of steps) expect(typeof step.input, step.kind).toBe('object');
  });
});

describe('logs', () => {
  test('one line a request with the template of its route, and no address, body or credential', async () => {
    await server.ask('GET', '/api/v1/runs?flow=flow_canary123', { key });
    await server.ask('POST', '/api/v1/keys', { key, body: { name: 'canary-body-456', permissions: ['run'] } });
    const lines = server
      .log()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string; route?: string; status?: number });
    expect(lines.some((line) => line.route === '/api/v1/runs' && line.status === 200)).toBe(true);
    for (const canary of ['flow_canary123', 'canary-body-456', key]) expect(server.log()).not.toContain(canary);
  });
});

describe('traces', () => {
  test('are made for runs and webhooks when a provider is registered before the server is built, and only then', async () => {
    const spans: { name: string; attributes: Record<string, unknown>; ended: boolean }[] = [];
    const tracer: Tracer = {
      startSpan: (name) => {
        const made = { name, attributes: {} as Record<string, unknown>, ended: false };
        spans.push(made);
        const span = {
          setAttribute: (attribute: string, value: unknown) => {
            made.attributes[attribute] = value;
            return span;
          },
          setStatus: () => span,
          end: () => void (made.ended = true),
          spanContext: () => ({ traceId: '0'.repeat(31) + '1', spanId: '0'.repeat(15) + '1', traceFlags: 1 }),
        } as unknown as Span;
        return span;
      },
      startActiveSpan: () => {
        throw new Error('not used');
      },
    };
    expect(trace.getTracerProvider()).toBeInstanceOf(ProxyTracerProvider);
    trace.setGlobalTracerProvider({ getTracer: () => tracer });
    try {
      const own = await startServer();
      const plain = (await own.key()).plain;
      const { id } = (await own.ask('POST', '/api/v1/flows', { key: plain, body: { draft: greet } })).json as {
        id: string;
      };
      await own.ask('POST', `/api/v1/flows/${id}/runs`, { key: plain, body: { draft: true, wait: 5 } });
      await own.ask('POST', `/api/v1/webhook/${'A'.repeat(43)}`, { body: {} });
      await own.close();
    } finally {
      trace.disable();
    }
    expect(spans).toEqual([
      { name: 'POST /api/v1/flows/{id}/runs', attributes: { 'http.response.status_code': 200 }, ended: true },
      { name: 'webhook', attributes: { 'http.response.status_code': 404 }, ended: true },
    ]);
    await server.ask('GET', '/api/v1/runs', { key });
    expect(spans).toHaveLength(2);
  });
});
