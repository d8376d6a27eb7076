/** Attacks on what a process has few of: files and connections. The built server, with as few as it is left. */

import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { startProcess } from '../fixtures/process.ts';

/** Takes connections and never says a word. */
const silent = async () => {
  const open = new Set<Socket>();
  let most = 0;
  const server = createServer((socket) => {
    open.add(socket);
    most = Math.max(most, open.size);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    most: () => most,
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((done) => server.close(done));
    },
  };
};

test('DOS-08 runs that call a host which never answers leave the door its connections, and other flows their calls', async () => {
  const host = await silent();
  const env = { HEADGATE_EGRESS_ALLOW: '127.0.0.1' };
  const server = await startProcess({ env, under: ['prlimit', '--nofile=300:300', '--'] });
  try {
    const step = {
      id: 'get',
      kind: 'http.request@1',
      with: { method: 'GET', url: `http://127.0.0.1:${host.port}/`, timeout: '1h' },
      each: { over: '{{ input.list }}', concurrency: 1000 },
    };
    const made = await server.call('POST', '/api/v1/flows', { draft: { headgate: 1, name: 'Hang', steps: [step] } });
    const { id } = made.json as { id: string };
    expect((await server.call('POST', `/api/v1/flows/${id}/publish`, { grant: 'needed' })).status).toBe(201);
    const input = { list: Array.from({ length: 1_000 }, (_, i) => i) };
    for (let run = 0; run < 3; run += 1)
      expect((await server.call('POST', `/api/v1/flows/${id}/runs`, { input })).status).toBe(202);
    for (let tries = 0; tries < 500 && host.most() < 15; tries += 1)
      await new Promise((later) => setTimeout(later, 20));
    // A fifth of 300 are for calls, a quarter of those for one flow.
    expect(host.most()).toBe(15);
    const answers = await Promise.all(Array.from({ length: 60 }, () => server.call('GET', '/health')));
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 60 }, () => 200));
    expect(server.alive()).toBe(true);
    expect(host.most()).toBe(15);
  } finally {
    await server.stop({ kill: true });
    await host.close();
  }
});
