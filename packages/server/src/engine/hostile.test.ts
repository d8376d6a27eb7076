/** What flows and data could do to the engine itself: hold it up, overflow it, or break it for everybody else. */

import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AT_ONCE, RECURSIVE, Families, MOST } from './families.ts';
import { type Ground, openGround, OWNER } from './testing/ground.ts';
import { DEEPEST, HEAVIEST, weigh } from './values.ts';

const flow = (steps: unknown[], more: Record<string, unknown> = {}) => ({
  headgate: 1,
  name: 'Hostile',
  steps,
  ...more,
});
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

let g: Ground;
beforeAll(async () => {
  g = await openGround();
});
afterAll(() => g.close());

describe('values', () => {
  test('a weight is about the length of the JSON, counts what is reached twice twice, and stops above its cap', () => {
    for (const value of [null, 1, 'text', [1, 2, 3], { a: 'b', c: [true, 'd'] }, ['x'.repeat(1000)]]) {
      const length = JSON.stringify(value).length;
      expect(weigh(value, HEAVIEST)).toBeGreaterThanOrEqual(length * 0.5);
      expect(weigh(value, HEAVIEST)).toBeLessThanOrEqual(length * 3 + 10);
    }
    const shared = ['x'.repeat(1000)];
    expect(weigh([shared, shared], HEAVIEST)).toBeGreaterThan(2000);
    let doubled: unknown = 'x'.repeat(64);
    for (let i = 0; i < 60; i += 1) doubled = [doubled, doubled];
    const before = performance.now();
    expect(weigh(doubled, HEAVIEST)).toBeGreaterThan(HEAVIEST);
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  test('depth is bounded by count, not by the stack', () => {
    expect(weigh(JSON.parse(nested(DEEPEST)), HEAVIEST)).toBeLessThan(HEAVIEST);
    expect(weigh(JSON.parse(nested(DEEPEST + 1)), HEAVIEST)).toBe(Number.POSITIVE_INFINITY);
    expect(weigh(JSON.parse(nested(100_000)), HEAVIEST)).toBe(Number.POSITIVE_INFINITY);
  });

  test('a repeat that wraps its own last result is stopped at a depth, as a list and as an object', async () => {
    for (const value of [['{{ item }}'], { a: '{{ item }}' }]) {
      const deep = await g.publish(
        flow([
          {
            id: 'r',
            kind: 'repeat@1',
            with: { until: '{{ false }}', max: 20_000, steps: [{ id: 'v', kind: 'set@1', with: { value } }] },
          },
        ]),
      );
      expect(await g.run(deep)).toMatchObject({
        state: 'failed',
        problem: { code: 'value.too_deep', at: { step: 'v' } },
      });
    }
    const shallow = await g.publish(
      flow([
        {
          id: 'r',
          kind: 'repeat@1',
          with: {
            until: '{{ false }}',
            max: 100,
            steps: [{ id: 'v', kind: 'set@1', with: { value: ['{{ item }}'] } }],
          },
        },
      ]),
    );
    expect((await g.run(shallow)).state).toBe('done');
  });

  test('an answer of another server that is nested without end fails the step that asked, and nobody else', async () => {
    const server = createServer((request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(nested(Number(request.url?.slice(1))));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    try {
      const ask = await g.publish(
        flow([
          { id: 'get', kind: 'http.request@1', with: { method: 'GET', url: `http://${host}/{{ input.levels }}` } },
        ]),
        { grants: [{ step: 'get', power: `net: GET ${host}` }] },
      );
      for (const levels of [9_000, 100_000])
        expect(await g.run(ask, { levels })).toMatchObject({
          state: 'failed',
          problem: { code: 'value.too_deep', at: { step: 'get' } },
        });
      expect(await g.run(ask, { levels: 50 })).toMatchObject({ state: 'done' });
    } finally {
      server.close();
    }
  });
});

test('a damaged value ends the run that reads it, is told in the log, and the engine goes on with all others', async () => {
  let own = await openGround();
  try {
    const waits = await own.publish(
      flow([
        { id: 'big', kind: 'set@1', with: { value: '{{ input.text }}' } },
        { id: 'wait', kind: 'wait@1', after: ['big'], with: { for: '1s' } },
        { id: 'use', kind: 'set@1', after: ['wait'], with: { value: '{{ steps.big.length }}' } },
      ]),
    );
    const other = await own.publish(flow([{ id: 'a', kind: 'set@1', with: { value: 1 } }]));
    const run = await own.run(waits, { text: 'x'.repeat(100_000) }, { wait: 0 });
    await own.until(run.id, 'waiting');
    const blobs = dirname(dirname(own.store.blobs.path('b0000000')));
    own = await own.reopen();
    let damaged = 0;
    for (const name of readdirSync(blobs, { recursive: true }).map(String)) {
      const path = join(blobs, name);
      if (!statSync(path).isFile()) continue;
      writeFileSync(path, 'no blob of ours');
      damaged += 1;
    }
    expect(damaged).toBeGreaterThan(0);
    await own.until(run.id, 'failed');
    expect(await own.engine.view('default', run.id)).toMatchObject({ problem: { code: 'run.bug' } });
    expect(own.logs.some((line) => line.level === 'error' && line.data['run'] === run.id)).toBe(true);
    expect(await own.run(other)).toMatchObject({ state: 'done', output: 1 });
  } finally {
    await own.close();
  }
});

describe('turns', () => {
  test('many runs that compute at the same time let a timer pass between them', async () => {
    const work = '{{ input.list.map(i => i * 2).filter(i => i > 3).length }}';
    const busy = await g.publish(
      flow(
        Array.from({ length: 30 }, (_, i) => ({
          id: `s${i}`,
          kind: 'set@1',
          ...(i > 0 ? { after: [`s${i - 1}`] } : {}),
          with: { value: work },
        })),
      ),
    );
    const list = Array.from({ length: 5_000 }, (_, i) => i);
    let turns = 0;
    let going = true;
    const tick = (): void => {
      turns += 1;
      if (going) setImmediate(tick);
    };
    setImmediate(tick);
    const ends = await Promise.all(Array.from({ length: 30 }, () => g.run(busy, { list })));
    going = false;
    expect(ends.every((end) => end.state === 'done')).toBe(true);
    // 900 steps of about a millisecond each: in turns of 8 ms and one step these are about a hundred.
    expect(turns).toBeGreaterThan(40);
  });

  test('a step of many items gives way before the next one', async () => {
    const where = '{{ [item, item, item].map(x => x + 1).length > 0 }}';
    const busy = await g.publish(
      flow(
        Array.from({ length: 10 }, (_, i) => ({
          id: `f${i}`,
          kind: 'filter@1',
          ...(i > 0 ? { after: [`f${i - 1}`] } : {}),
          with: { items: '{{ input.list }}', where },
        })),
      ),
    );
    let turns = 0;
    let going = true;
    const tick = (): void => {
      turns += 1;
      if (going) setImmediate(tick);
    };
    setImmediate(tick);
    await g.run(busy, { list: Array.from({ length: 30_000 }, (_, i) => i) });
    going = false;
    expect(turns).toBeGreaterThanOrEqual(10);
  });
});

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const runsOf = async (ground: Ground, flow: string) =>
  (await ground.store.in('default').runs.list({ limit: 200, flow })).rows;

describe('reach of a flow', () => {
  test('naming an error flow starts it only when the flow was lent that, and the refusal is on record', async () => {
    const target = await g.publish({ ...flow([{ id: 'a', kind: 'set@1', with: { value: 1 } }]), name: 'Payroll' });
    const failing = flow([{ id: 's', kind: 'stop@1', with: { problem: 'oops', text: 'Oops' } }], {
      settings: { errorFlow: 'Payroll' },
    });
    const run = await g.run(await g.publish(failing));
    await rest(200);
    expect(await runsOf(g, target)).toEqual([]);
    const audit = (await g.store.in('default').audit.list({ limit: 20 })).rows;
    expect(audit.find((entry) => entry.run === run.id)).toMatchObject({
      action: 'power.flow',
      object: `flow: call ${target}`,
      decision: 'deny',
      reason: 'grant.missing',
      step: '*',
    });
    await g.run(await g.publish(failing, { grants: [{ step: '*', power: 'flow: call Payroll' }] }));
    for (let i = 0; i < 100 && (await runsOf(g, target)).length === 0; i += 1) await rest(20);
    expect(await runsOf(g, target)).toHaveLength(1);
  });

  test('a flow that fails, and is called by its own error flow, comes to an end', async () => {
    const failing = await g.publish({
      ...flow([{ id: 's', kind: 'stop@1', with: { problem: 'oops', text: 'Oops' } }], {
        settings: { errorFlow: 'Ring' },
      }),
      name: 'Failing',
    });
    const ring = await g.publish(
      { ...flow([{ id: 'c', kind: 'flow.call@1', with: { flow: 'Failing', input: {} } }]), name: 'Ring' },
      { grants: [{ step: 'c', power: 'flow: call Failing' }] },
    );
    const grant = { flow: failing, step: '*', power: `flow: call ${ring}`, environment: '*', grantor: OWNER.id };
    await g.store.in('default').grants.add([{ ...grant, id: 'g_ring', asCaller: false, created: 1 }]);
    await g.run(failing);
    let count = -1;
    for (let now = 0; now !== count; now = (await runsOf(g, ring)).length) {
      count = now;
      await rest(400);
    }
    expect(count).toBeGreaterThan(3);
    expect(count).toBeLessThanOrEqual(16);
  });

  test('a key that is narrowed to one flow reaches no other by lending the call of it; one that may run it does', async () => {
    const target = await g.publish({ ...flow([{ id: 'a', kind: 'set@1', with: { value: 'paid' } }]), name: 'Pay' });
    const caller = flow([{ id: 'c', kind: 'flow.call@1', with: { flow: 'Pay', input: {} } }]);
    const grants = [{ step: 'c', power: 'flow: call Pay' }];
    const narrow = await g.publish(caller, { grants, grantor: 'narrow' });
    const keys = g.store.in('default').keys;
    const key = (id: string, more: object) =>
      keys.create({
        id,
        workspace: 'default',
        name: id,
        hash: id.padEnd(43, '0'),
        permissions: ['grant.give', 'run'],
        projects: null,
        flows: null,
        expires: null,
        revoked: null,
        created: 1,
        used: null,
        ...more,
      });
    await key('narrow', { flows: [narrow] });
    expect(await g.run(narrow)).toMatchObject({ state: 'failed', problem: { code: 'grant.void' } });
    await key('lender', { permissions: ['grant.give'] });
    const lender = await g.publish(caller, { grants, grantor: 'lender' });
    expect(await g.run(lender)).toMatchObject({ state: 'failed', problem: { code: 'grant.void' } });
    const wide = await g.publish(caller, { grants, grantor: 'wide' });
    await key('wide', { flows: [wide, target] });
    expect(await g.run(wide)).toMatchObject({ state: 'done', output: 'paid' });
  });

  test('a flow that is switched off is not called, not told of failures and not run again', async () => {
    const target = await g.publish({ ...flow([{ id: 'a', kind: 'set@1', with: { value: 1 } }]), name: 'Off' });
    const old = await g.run(target);
    const caller = await g.publish(flow([{ id: 'c', kind: 'flow.call@1', with: { flow: 'Off', input: {} } }]), {
      grants: [{ step: 'c', power: 'flow: call Off' }],
    });
    expect((await g.run(caller)).state).toBe('done');
    await g.store.in('default').flows.patch(target, { enabled: false }, Date.now());
    expect(await g.run(caller)).toMatchObject({ state: 'failed', problem: { code: 'flow.disabled' } });
    const again = await g.engine.rerun({ principal: OWNER, run: old.id, mode: { all: true } });
    expect(again).toMatchObject({ ok: false, problem: { code: 'flow.disabled' } });
    await g.store.in('default').flows.patch(target, { enabled: true }, Date.now());
    expect((await g.engine.rerun({ principal: OWNER, run: old.id, mode: { all: true } })).ok).toBe(true);
  });

  test('a narrowing that cannot be read narrows to nothing: the flow does not run', async () => {
    const id = await g.publish(flow([{ id: 'a', kind: 'set@1', narrow: ['nett: GET a.example'], with: { value: 1 } }]));
    const started = await g.engine.start({
      principal: OWNER,
      flow: id,
      which: {},
      input: {},
      trigger: { kind: 'api@1' },
      wait: 0,
    });
    expect(started).toMatchObject({ ok: false, problem: { code: 'flow.invalid' } });
  });
});

describe('families', () => {
  test('a family has a most, at once and in all, and what ended makes room', () => {
    const families = new Families();
    for (let i = 0; i < AT_ONCE; i += 1) expect(families.join('r1', false)).toBeNull();
    expect(families.join('r1', false)).toMatchObject({ code: 'flow.calls' });
    expect(families.join('r2', false)).toBeNull();
    families.leave('r1');
    expect(families.join('r1', false)).toBeNull();
    for (let i = AT_ONCE + 1; i < MOST; i += 1) {
      families.leave('r1');
      expect(families.join('r1', false)).toBeNull();
    }
    families.leave('r1');
    expect(families.join('r1', false)).toMatchObject({ code: 'flow.calls' });
  });

  test('DOS-07 a flow that fans out into itself ends soon, is cancelled at once, and others get their turn', async () => {
    const own = await openGround();
    const call = { id: 'call', kind: 'flow.call@1', with: { flow: 'Fan', input: {} } };
    const fan = {
      headgate: 1,
      name: 'Fan',
      steps: [{ id: 'all', kind: 'each@1', with: { over: [...'0123456789'], steps: [call] } }],
    };
    const id = await own.publish(fan, { grants: [{ step: '*', power: 'flow: call *' }] });
    const quick = await own.publish({
      headgate: 1,
      name: 'Quick',
      steps: [{ id: 's', kind: 'set@1', with: { value: 1 } }],
    });
    const run = await own.run(id, {}, { wait: 0 });
    for (let i = 0; i < 10; i += 1) expect((await own.run(quick, {}, { wait: 5_000 })).state).toBe('done');
    const end = await own.until(run.id, 'failed', 60_000);
    expect(end.problem?.code).toMatch(/^flow\.(calls|depth)$/);
    expect(end.problem?.text.match(/The called flow failed/g)).toHaveLength(1);
    const count = async (): Promise<number> =>
      (await own.store.in('default').runs.list({ flow: id, limit: 5_000 })).rows.length;
    expect(await count()).toBeLessThanOrEqual(RECURSIVE + 1);
    await own.close();
  }, 120_000);

  test('the first run stays known through calls and error flows, after a restart too', async () => {
    let own = await openGround();
    try {
      await own.publish({
        ...flow([
          { id: 'w', kind: 'wait@1', with: { for: '1s' } },
          { id: 's', kind: 'stop@1', after: ['w'], with: { problem: 'oops', text: 'Oops' } },
        ]),
        name: 'Leaf',
      });
      const top = await own.publish(flow([{ id: 'c', kind: 'flow.call@1', with: { flow: 'Leaf', input: {} } }]), {
        grants: [{ step: 'c', power: 'flow: call Leaf' }],
      });
      const run = await own.run(top, {}, { wait: 0 });
      await own.until(run.id, 'waiting');
      own = await own.reopen();
      await own.until(run.id, 'failed');
      const { rows } = await own.store.in('default').runs.list({ limit: 10 });
      const child = rows.find((row) => row.parent === run.id);
      const page = await own.engine.journal('default', child?.id ?? '', 0, 1);
      expect(page?.events[0]?.data).toMatchObject({ first: run.id });
    } finally {
      await own.close();
    }
  });
});
