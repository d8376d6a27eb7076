/** A service that is described in YAML, beside a flow file: made a manifest, checked, run and tested with no server at all. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { newHome, problemsOf } from './command.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let api: Server;
let url = '';
beforeAll(async () => {
  api = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ order: (request.url ?? '').split('/').at(-1), paid: true }));
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const address = api.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(() => {
  api.close();
});

const document = (): string => `
openapi: 3.1.0
info: { title: Shop, version: '1' }
servers:
  - url: ${url}/v2
paths:
  /orders/{order}:
    get:
      operationId: getOrder
      summary: Get an order
      parameters:
        - { name: order, in: path, required: true, schema: { type: string } }
`;

const flow = (service: string) => ({
  headgate: 1,
  name: 'Order',
  input: {
    type: 'object',
    properties: { order: { type: 'string' } },
    required: ['order'],
    additionalProperties: false,
  },
  steps: [
    {
      id: 'get',
      kind: 'service.call@1',
      with: { service, operation: 'get_order', input: { order: '{{ input.order }}' } },
    },
  ],
  output: '{{ steps.get }}',
});

test('a document in YAML becomes a manifest beside a flow file, which check, powers, run and test know', async () => {
  const home = newHome();
  try {
    const keyFile = await home.superuser();
    const source = home.write('openapi.yaml', document());
    const printed = await home.run(['service', 'import', source, '--print', '--key-file', keyFile]);
    expect([printed.code, printed.err]).toEqual([0, '']);
    mkdirSync(home.path('shop/services'), { recursive: true });
    writeFileSync(home.path('shop/services/shop.json'), printed.out);
    const file = home.path('shop/flow.json');
    writeFileSync(file, JSON.stringify(flow('shop')));
    const env = { HEADGATE_EGRESS_ALLOW: '127.0.0.1' };

    expect((await home.run(['check', file])).out).toContain('no problems');
    const ran = await home.run(['run', file, '--input', '{"order":"o-7"}', '--allow', 'needed', '--json'], { env });
    expect([JSON.parse(ran.out), ran.code]).toEqual([{ state: 'done', output: { order: 'o-7', paid: true } }, 0]);

    const request = { method: 'GET', url: `${url}/v2/orders/o-8` };
    writeFileSync(
      home.path('shop/cases.json'),
      JSON.stringify({
        cases: [
          {
            name: 'an order',
            input: { order: 'o-8' },
            output: { paid: false },
            http: [{ request, response: { status: 200, body: { paid: false } } }],
          },
        ],
      }),
    );
    const tested = await home.run(['test', home.path('shop')], { env });
    expect([tested.code, tested.err]).toEqual([0, expect.not.stringContaining('failed')]);

    // The same flow without its service, and a manifest that takes the place of one that comes with Headgate.
    const alone = home.write('alone.json', flow('shop'));
    expect(problemsOf(await home.run(['check', alone, '--json']))).toMatchObject([{ code: 'service.unknown' }]);
    const slack = { ...(JSON.parse(printed.out) as object), name: 'slack' };
    writeFileSync(home.path('shop/services/slack.json'), JSON.stringify(slack));
    expect(problemsOf(await home.run(['check', file, '--json']))).toMatchObject([{ code: 'service.taken' }]);
    expect((await home.run(['run', file, '--input', '{"order":"x"}', '--allow', 'needed'], { env })).code).toBe(1);
  } finally {
    await home.leave();
  }
});
