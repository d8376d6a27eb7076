import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { Bodies, type Body } from './bodies.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections();
});

/** A server that reads one body with `bodies`; resolves to what came of it. */
const reading = async (bodies: Bodies, limit: number): Promise<{ port: number; body: Promise<Body> }> => {
  let came: (body: Body) => void = () => undefined;
  const body = new Promise<Body>((resolve) => (came = resolve));
  const server = createServer((incoming, response) =>
    bodies.read(incoming, limit, (got) => {
      came(got);
      response.end('x');
    }),
  );
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, body };
};

const post = (port: number, parts: readonly string[], headers: Record<string, string | number> = {}) => {
  const outgoing = request({ port, host: '127.0.0.1', method: 'POST', agent: false, headers });
  outgoing.on('error', () => undefined);
  for (const part of parts) outgoing.write(part);
  return outgoing;
};

describe('bodies', () => {
  test('B1 a body comes whole, however it is cut, and its memory is given back once', async () => {
    const bodies = new Bodies(1000);
    const { port, body } = await reading(bodies, 100);
    post(port, ['ab', 'cd', 'ef']).end();
    const got = await body;
    if ('code' in got) throw new Error(got.code);
    expect(got.bytes.toString()).toBe('abcdef');
    expect(bodies.held).toBe(6);
    got.release();
    got.release();
    expect(bodies.held).toBe(0);
  });

  test('B1 no body reads as no bytes, at once', async () => {
    const { port, body } = await reading(new Bodies(1000), 100);
    request({ port, host: '127.0.0.1', method: 'GET', agent: false }).end();
    expect(await body).toMatchObject({ bytes: Buffer.alloc(0) });
  });

  test('B1 a declared size above the limit is refused before a byte came, an undeclared one at the byte too many', async () => {
    const bodies = new Bodies(1_000_000);
    const declared = await reading(bodies, 100);
    post(declared.port, [], { 'content-length': 101 }).flushHeaders();
    expect(await declared.body).toEqual({ code: 'body.size' });
    const chunked = await reading(bodies, 100);
    post(chunked.port, ['x'.repeat(60), 'x'.repeat(60)]);
    expect(await chunked.body).toEqual({ code: 'body.size' });
    expect(bodies.held).toBe(0);
  });

  test('B2 above the budget large bodies are turned away, small ones pass', async () => {
    const bodies = new Bodies(50_000);
    const first = await reading(bodies, 1_000_000);
    post(first.port, ['x'.repeat(40_000)]).end();
    const held = await first.body;
    const second = await reading(bodies, 1_000_000);
    post(second.port, ['x'.repeat(40_000)]).end();
    expect(await second.body).toEqual({ code: 'body.busy' });
    const small = await reading(bodies, 1_000_000);
    post(small.port, ['x'.repeat(16_000)]).end();
    expect(await small.body).toHaveProperty('bytes');
    if ('release' in held) held.release();
    expect(bodies.held).toBe(16_000);
  });

  test('a client that leaves in the middle gives its memory back', async () => {
    const bodies = new Bodies(50_000);
    const { port, body } = await reading(bodies, 1000);
    const outgoing = post(port, ['abc'], { 'content-length': 10 });
    setTimeout(() => outgoing.destroy(), 50);
    expect(await body).toEqual({ code: 'body.text' });
    expect(bodies.held).toBe(0);
  });
});
