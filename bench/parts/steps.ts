/**
 * Durable steps per second: a chain of 200 sets a run, and one run of a set for each of 10,000 items. The floor is what
 * the disk gives: how often it takes a small write durably, one after another.
 */

import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { chainOf, FLOW_EACH, makeHome, startHeadgate } from '../contenders/headgate.ts';
import { ask } from '../kit/ask.ts';
import { median, ms, pause, whole } from '../kit/figures.ts';
import type { Ground } from '../kit/ground.ts';
import { processorTime } from '../kit/proc.ts';
import { table } from '../kit/table.ts';
import { load } from '../kit/wrk.ts';
import type { Found, Options } from './part.ts';

const CHAIN = 200;
const ITEMS = 10_000;
const SYNCS = 500;

/** Durable writes of 4 KB a second, one at a time. */
const syncs = (dir: string): number => {
  const file = openSync(join(dir, 'sync'), 'w');
  const page = Buffer.alloc(4096, 1);
  const began = performance.now();
  let done = 0;
  for (; done < SYNCS && performance.now() - began < 2_000; done += 1) {
    writeSync(file, page);
    fdatasyncSync(file);
  }
  const took = performance.now() - began;
  closeSync(file);
  return (done * 1000) / took;
};

export const steps = async (ground: Ground, options: Options): Promise<Found> => {
  const disk = syncs(ground.dir);
  const server = await startHeadgate(ground, await makeHome(ground, 'steps'));
  const chain = await server.publish(chainOf('chain', CHAIN));
  const items = await server.publish(FLOW_EACH);
  const rates: number[] = [];
  const costs: number[] = [];
  await load(chain.url, '{"n":1}', 32, 1);
  for (let round = 0; round < options.rounds; round += 1) {
    await pause(500);
    const before = processorTime(server.pid);
    const done = await load(chain.url, '{"n":1}', 32, Math.min(options.seconds, 3));
    if (done.refused + done.broken > 0)
      throw new Error(`${done.refused} answers of 400 or above, ${done.broken} broken connections`);
    await pause(500);
    rates.push(done.perSecond * (CHAIN + 1));
    costs.push((processorTime(server.pid) - before) / (done.requests * (CHAIN + 1)));
  }
  const list = { items: Array.from({ length: ITEMS }, (_, i) => i) };
  const took: number[] = [];
  const burnt: number[] = [];
  for (let round = 0; round < options.rounds + 2; round += 1) {
    const before = processorTime(server.pid);
    const began = performance.now();
    const answer = await ask('POST', items.url, list);
    if (answer.status !== 200 || answer.text !== String(ITEMS))
      throw new Error(`the run over ${ITEMS} items answered ${answer.status} ${answer.text.slice(0, 500)}`);
    took.push(performance.now() - began);
    await pause(300);
    burnt.push((processorTime(server.pid) - before) / ITEMS);
  }
  await server.stop();
  const rows = [
    ['one durable write of 4 KB after another (the floor of the disk)', whole(disk), ''],
    [`runs of ${CHAIN} sets, 32 at a time`, whole(median(rates)), `${median(costs).toFixed(1)} µs`],
    [
      `a set for each of ${whole(ITEMS)} items, one run of ${ms(median(took) * 1000)}`,
      whole((ITEMS * 1000) / median(took)),
      `${median(burnt).toFixed(1)} µs`,
    ],
  ];
  return { text: table(['', 'steps/s', 'CPU/step'], rows), verdicts: [] };
};
