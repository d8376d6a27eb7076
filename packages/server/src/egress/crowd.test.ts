/** The door when many want out at once; how places are shared is tested in places.test.ts. */

import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type Door, openDoor, type OutRequest, parseAllow } from './door.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const serve = async (handle: RequestListener): Promise<{ url: string }> => {
  const server = createServer(handle);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closing.push(() => new Promise((done) => server.close(done).closeAllConnections()));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
};

/** A peer that takes connections and never answers. */
const speechless = async (): Promise<{ url: string; count: () => number }> => {
  const open = new Set<Socket>();
  const server = createTcpServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closing.push(() => {
    for (const socket of open) socket.destroy();
    return new Promise((done) => server.close(done));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, count: () => open.size };
};

const ask = (url: string, more: Partial<OutRequest> = {}): OutRequest => ({
  method: 'GET',
  url,
  timeout: 5000,
  maxBytes: 1_000_000,
  maxRedirects: 5,
  inlineBytes: 100_000,
  judge: () => null,
  ...more,
});

describe('calls under way are bounded', () => {
  const crowded = (most: number): Door => {
    const parsed = parseAllow('127.0.0.0/8');
    if (!parsed.ok) throw new Error(parsed.problem.text);
    const opened = openDoor(parsed.value, { most });
    closing.push(() => opened.close());
    return opened;
  };
  const share = (workspace: string, flow = 'f') => ({ share: { workspace, flow } });

  test('DOS-08 a host that never answers gets a quarter of them; the rest wait, are told so, and others are answered', async () => {
    const silent = await speechless();
    const kind = await serve((_, response) => response.end('ok'));
    const out = crowded(16);
    const all = Array.from({ length: 50 }, () => out.request(ask(silent.url, { timeout: 600, ...share('mine') })));
    await expect.poll(silent.count).toBe(4);
    expect(out.counters()).toMatchObject({ active: 50, waiting: 46 });
    expect((await out.request(ask(kind.url, share('mine', 'other')))).ok).toBe(true);
    expect((await out.request(ask(kind.url, share('yours')))).ok).toBe(true);
    const codes = (await Promise.all(all)).map((one) => (one.ok ? 'ok' : `${one.problem.code} ${one.sent}`));
    expect(codes.filter((code) => code === 'egress.timeout maybe').length).toBeGreaterThanOrEqual(4);
    expect(new Set(codes)).toEqual(new Set(['egress.timeout maybe', 'egress.busy no']));
    expect(out.counters()).toMatchObject({ active: 0, waiting: 0 });
    expect((await out.request(ask(kind.url, share('mine')))).ok).toBe(true);
  });

  test('a call that waits is asked for its authority when its turn comes, and is let go when cancelled', async () => {
    const kind = await serve((_, response) => setTimeout(() => response.end('ok'), 50));
    const out = crowded(4);
    const first = out.request(ask(kind.url, share('mine')));
    const cancel = new AbortController();
    const dropped = out.request(ask(kind.url, { ...share('mine'), signal: cancel.signal }));
    let judged = 0;
    const last = out.request(
      ask(kind.url, {
        ...share('mine'),
        judge: () => {
          judged += 1;
          return null;
        },
      }),
    );
    expect(judged).toBe(0);
    cancel.abort();
    expect(await dropped).toMatchObject({ ok: false, sent: 'no', problem: { code: 'egress.cancelled' } });
    expect((await first).ok && (await last).ok).toBe(true);
    expect(judged).toBe(1);
  });
});
