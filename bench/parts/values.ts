/**
 * Values of ten megabytes, as the panel of a step asks for them: the first page, read from the disk, and the next one, over
 * HTTP. The floor is a page of a small value of the same run.
 */

import { createServer } from 'node:http';
import type { Server } from '../contenders/headgate.ts';
import { median } from '../kit/figures.ts';

type Page = { readonly length: number; readonly next: number | null; readonly size: number };
type Journal = { readonly events: readonly { readonly seq: number; readonly type: string; readonly step?: string }[] };
type ValueTimes = {
  readonly what: string;
  readonly first: number;
  readonly next: number;
  readonly size: number;
};

const ROUNDS = 7;

const rows = Array.from({ length: 20_400 }, (_, n) => ({ n, name: `row ${n}`, text: 'words '.repeat(75) }));
const BODIES: Readonly<Record<string, unknown>> = {
  small: { n: 1 },
  list: rows,
  text: 'some words, and then some. '.repeat(390_000),
  deep: { one: { two: { three: { four: { five: rows, six: 6 } } } } },
};
const PLACES = [
  { what: 'a small value', step: 'small', path: '/body' },
  { what: 'a list of 10 MB', step: 'list', path: '/body' },
  { what: 'a text of 10 MB', step: 'text', path: '/body' },
  { what: '10 MB six levels deep', step: 'deep', path: '/body/one/two/three/four/five' },
];

/** Serves the bodies, for steps that fetch them. */
export const serveLarge = async (): Promise<{ readonly url: string; readonly close: () => void }> => {
  const peer = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(BODIES[(request.url ?? '').slice(1)]));
  });
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
  const address = peer.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, close: () => void peer.close() };
};

/** Each round is a run of its own: its values were read by nobody yet. `flow` and `run`: the last of them. */
export const values = async (
  server: Server,
  url: string,
): Promise<{ readonly flow: string; readonly run: string; readonly times: readonly ValueTimes[] }> => {
  const { id: flow } = await server.publish({
    headgate: 1,
    name: 'ten megabytes',
    triggers: [{ id: 'hook', kind: 'webhook@1' }],
    steps: Object.keys(BODIES).map((id) => ({
      id,
      kind: 'http.request@1',
      with: { method: 'GET', url: `${url}/${id}` },
    })),
    output: 'done',
  });
  const times = PLACES.map(({ what }) => ({ what, first: [] as number[], next: [] as number[], size: 0 }));
  let run = { id: '', state: '' };
  for (let round = 0; round < ROUNDS; round += 1) {
    run = await server.ask('POST', `/api/v1/flows/${flow}/runs`, { wait: 60 });
    if (run.state !== 'done') throw new Error(`the run of large values is ${run.state}`);
    const path = `/api/v1/runs/${run.id}`;
    const { events } = await server.ask<Journal>('GET', `${path}/journal`);
    for (const [i, place] of PLACES.entries()) {
      const seq = events.find((event) => event.type === 'step.done' && event.step === place.step)?.seq ?? 0;
      const page = async (offset: number): Promise<{ ms: number; got: Page }> => {
        const began = performance.now();
        const query = `seq=${seq}&path=${encodeURIComponent(place.path)}&offset=${offset}`;
        const got = await server.ask<Page>('GET', `${path}/value?${query}`);
        return { ms: performance.now() - began, got };
      };
      const first = await page(0);
      const next = await page(first.got.next ?? 0);
      const into = times[i];
      if (into === undefined) continue;
      into.first.push(first.ms);
      into.next.push(next.ms);
      into.size = first.got.size;
    }
  }
  return {
    flow,
    run: run.id,
    times: times.map((one) => ({ ...one, first: median(one.first), next: median(one.next) })),
  };
};
