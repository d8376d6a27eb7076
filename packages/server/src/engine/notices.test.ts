/** What is written for people to be told of by triggers, schedules, limits and promotions, each once for one cause. */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { countingServer, type Ground, OWNER, openGround } from './testing/ground.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let g: Ground;
const close: (() => Promise<void>)[] = [];
afterEach(async () => {
  await g.close();
  for (const one of close.splice(0)) await one();
});

const written = (kind: string): Record<string, unknown>[] => {
  const db = new DatabaseSync(join(g.dir, 'headgate.db'), { readOnly: true });
  const rows = db.prepare('select flow, name, code, tell, spread from notice where kind = ? order by at').all(kind);
  db.close();
  return rows.map((row) => ({ ...row }));
};

const often = (missed?: string) => ({
  headgate: 1,
  name: 'Often',
  triggers: [
    { id: 'often', kind: 'schedule@1', with: { cron: '0 * * * *', ...(missed === undefined ? {} : { missed }) } },
  ],
  steps: [{ id: 's', kind: 'set@1', with: { value: 1 } }],
});
const looked = async (flow: string): Promise<number> => {
  const row = (await g.store.engine.triggers('schedule@1')).find((one) => one.flow === flow);
  return ((row?.state ?? {}) as { last?: number }).last ?? 0;
};
/** Time passes, and the schedule has looked at it. */
const sleep = async (flow: string, ms: number): Promise<void> => {
  await expect.poll(() => looked(flow), { timeout: 20_000 }).toBeGreaterThan(0);
  g.clock.shift(ms);
  await expect.poll(() => looked(flow), { timeout: 20_000 }).toBeGreaterThan(g.clock.now() - HOUR - MINUTE);
};

test('a schedule that missed its times tells of it once for each sleep, whether it makes up for them or not', async () => {
  g = await openGround();
  const skips = await g.publish(often('skip'));
  const all = await g.publish(often('all'));
  await sleep(skips, 5 * HOUR);
  await sleep(all, 0);
  const one = { flow: skips, name: 'often', code: null, tell: '[]' };
  const of = (flow: string) => written('schedule.missed').filter((notice) => notice['flow'] === flow);
  await expect.poll(() => of(skips)).toMatchObject([one]);
  await expect.poll(() => of(all)).toMatchObject([{ ...one, flow: all }]);
  await sleep(skips, 5 * HOUR);
  await expect.poll(() => of(skips)).toMatchObject([one, one]);
}, 60_000);

test('a limit that lets a schedule begin nothing is told of once a day, and who starts by hand hears of it himself', async () => {
  g = await openGround();
  const flow = await g.publish(often('all'));
  await g.run(flow);
  await g.store.in('default').limits.setQuota({ quota: { runs: { day: 1 } }, updated: 1, by: 'test' });
  await expect
    .poll(async () => {
      const trigger = { kind: 'manual@1' };
      const done = await g.engine.start({ principal: OWNER, flow, which: {}, input: {}, trigger, wait: 0 });
      return done.ok ? 'began' : done.problem.code;
    })
    .toBe('quota.runs');
  expect(written('limit.reached')).toEqual([]);
  const day = (): string => new Date(g.clock.now()).toISOString().slice(0, 10);
  const first = day();
  await expect
    .poll(
      () => {
        g.clock.shift(20 * MINUTE);
        return written('limit.reached');
      },
      { timeout: 20_000 },
    )
    .toMatchObject([{ flow, code: 'quota.runs' }]);
  // The same day again, as far as there is any of it left.
  g.clock.shift(HOUR);
  const days = new Set([first, day()]).size;
  expect(written('limit.reached').length).toBeLessThanOrEqual(days);
}, 60_000);

test('a trigger that keeps failing to ask is told of once until it went well again', async () => {
  let status = 500;
  const peer = await countingServer((_n, _request, response) => {
    response.writeHead(status, { 'content-type': 'application/rss+xml' });
    response.end('<rss version="2.0"><channel><title>News</title></channel></rss>');
  });
  close.push(peer.close);
  g = await openGround();
  const flow = await g.publish(
    {
      ...often(),
      triggers: [{ id: 'hear', kind: 'rss@1', with: { url: `${peer.url}/feed`, every: '10s' } }],
    },
    { grants: [{ step: 'hear', power: `net: GET ${peer.host}/feed` }] },
  );
  const health = async () => (await g.engine.triggers('default', flow))[0];
  const pass = async (is: () => Promise<boolean>): Promise<void> =>
    await expect
      .poll(
        () => {
          g.clock.shift(30_000);
          return is();
        },
        { timeout: 30_000 },
      )
      .toBe(true);
  const fails = (times: number) => pass(async () => ((await health())?.failing?.times ?? 0) >= times);
  await fails(2);
  const one = { flow, name: 'hear', code: 'feed.status', tell: '[]' };
  await fails(6);
  expect(written('trigger.failing')).toMatchObject([one]);
  g = await g.reopen();
  await fails(2);
  expect(written('trigger.failing')).toMatchObject([one]);
  status = 200;
  await pass(async () => (await health())?.failing === null);
  status = 500;
  await fails(4);
  await expect.poll(() => written('trigger.failing')).toMatchObject([one, one]);
}, 120_000);

test('a promotion that is proposed is told of, and what came of it to who proposed it', async () => {
  g = await openGround();
  const { environments, deployments } = g.store.in('default');
  await environments.put('default', 'prod', {}, 1);
  const flow = await g.publish(often());
  const row = {
    ...{ id: 'pr_1', flow, source: 'default', target: 'prod', version: 1, before: null, revision: 0, vars: {} },
    ...{ state: 'proposed' as const, note: null, by: OWNER.id, created: 1, decidedBy: null, decided: null },
  };
  expect(await deployments.propose(row)).toBe(true);
  expect(written('promotion.proposed')).toMatchObject([{ flow, name: 'prod', tell: JSON.stringify([OWNER.id]) }]);
  expect(written('promotion.decided')).toEqual([]);
  const by = { project: 'default', who: 'u_bob', at: 2, proposed: true };
  expect(await deployments.apply(row, by, { triggers: [], grants: [], ends: [] })).toBe(true);
  expect(written('promotion.decided')).toMatchObject([{ flow, name: 'prod', tell: JSON.stringify([OWNER.id]) }]);
}, 60_000);
