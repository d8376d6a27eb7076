/** A small HTTP client for what the bench asks itself: checks, exact counts, set-up. Connections are kept. */

import { Agent, request } from 'node:http';

export type Answer = { readonly status: number; readonly text: string };

const agent = new Agent({ keepAlive: true, maxSockets: 32 });

/** One request to a loopback server. Rejects when no whole answer comes within 30 s. */
export const ask = (
  method: string,
  url: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const raw = body === undefined ? undefined : JSON.stringify(body);
    const type =
      raw === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(raw) };
    const asked = request(url, { method, agent, headers: { ...type, ...headers }, timeout: 30_000 }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }),
      );
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer from ${url} within 30 s`)));
    asked.on('error', reject);
    asked.end(raw);
  });

/** Exactly `count` requests over `lanes` connections; every answer must be 200 with the text `expected`. */
export const askExactly = async (
  url: string,
  body: unknown,
  count: number,
  lanes: number,
  expected: string,
): Promise<void> => {
  let left = count;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const answer = await ask('POST', url, body);
      if (answer.status !== 200 || answer.text !== expected)
        throw new Error(`${url} answered ${answer.status} ${answer.text}, not 200 ${expected}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
};

/** Asks until the answer is 200; the milliseconds it took. Throws after `limit` ms. */
export const untilReady = async (method: string, url: string, limit: number, body?: unknown): Promise<number> => {
  const began = performance.now();
  for (;;) {
    const status = await ask(method, url, body).then(
      (answer) => answer.status,
      () => 0,
    );
    const took = performance.now() - began;
    if (status === 200) return took;
    if (took > limit) throw new Error(`${url} is not ready after ${limit} ms (${status})`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};

/** A loopback port that nobody has just now. */
export const freePort = async (): Promise<number> => {
  const { createServer } = await import('node:net');
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
};
