import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply } from './fold.ts';
import type { Event, EventData, EventType } from './journal.ts';
import { plan } from './plan.ts';
import { type Shape, shapeOf } from './shape.ts';
import {
  ACTIVE,
  type Command,
  DONE,
  HELD,
  newState,
  OPEN,
  READY,
  RETRYING,
  runState,
  SKIPPED,
  type State,
  WAITING,
} from './state.ts';
import { flowOf, scriptOf } from './testing/flows.ts';
import { scopesOf, Simulator } from './testing/simulator.ts';

const flows = fc.array(fc.nat(99), { minLength: 20, maxLength: 150, size: 'max' }).map(flowOf);
const held = fc.constantFrom({ value: 1 }, { value: null }, { blob: 'b1', size: 9 });
const problem = fc.constant({ code: 'test.failed', text: 'it failed', retry: 'no' as const });
const attempt = fc.nat(4);
const optional = { requiredKeys: [] };

const data: { [T in EventType]: fc.Arbitrary<EventData[T]> } = {
  'run.created': fc.constant({
    flow: 'f1',
    version: 1,
    hash: 'h',
    plan: 1,
    trigger: { kind: 'api@1' },
    input: { value: null },
    environment: 'dev',
    principal: 'u1',
    depth: 0,
    breakpoints: ['s0', 's1', 's2', 's5', 's8'],
  }),
  'run.started': fc.constant({}),
  'step.started': fc.record({ attempt, repeatable: fc.boolean() }),
  'step.done': fc.oneof(
    fc.record({ out: held }),
    fc.record({ out: held, port: fc.constantFrom('true', 'false', 'problem') }),
  ),
  'step.problem': fc.oneof(fc.record({ problem, attempt }), fc.record({ problem, attempt, retryAt: fc.nat(9) })),
  'step.waiting': fc.record(
    { until: fc.nat(9), token: fc.constant('t'), child: fc.constant('r'), deadline: fc.nat(9) },
    optional,
  ),
  'step.asked': fc.record(
    {
      why: fc.constantFrom('asked', 'reminder', 'escalated', 'delegated'),
      by: fc.constant('u1'),
      to: fc.constant([]),
      told: fc.constant(['inbox']),
      failed: fc.constant([]),
    },
    { requiredKeys: ['why'] },
  ),
  'step.answered': fc.record({ by: fc.constant('u1'), via: fc.constantFrom('inbox', 'page', 'api'), data: held }),
  'step.held': fc.oneof(fc.record({ input: held }), fc.record({ problem })),
  'step.continued': fc.record(
    { mode: fc.constantFrom('continue', 'step'), by: fc.constant('u1'), input: held },
    { requiredKeys: ['mode', 'by'] },
  ),
  'block.opened': fc.record(
    { count: fc.oneof(fc.nat(6), fc.constantFrom(-1, 1.5, 1e15, Number.NaN)), deadline: fc.nat(9) },
    { requiredKeys: ['count'] },
  ),
  'block.item': fc.oneof(
    fc.record({ out: held }),
    fc.record({ problem }),
    fc.record({ out: held, more: fc.boolean() }),
  ),
  'step.said': fc.record({ text: fc.constant('hello'), at: fc.nat(9) }),
  'run.cancel': fc.constant({ by: 'u1' }),
  'run.responded': fc.record({ status: fc.constant(200), headers: fc.constant({}), body: held }),
  'run.log': fc.constant({ level: 'info' as const, text: 'hello' }),
  'run.done': fc.record({ output: held }),
  'run.failed': fc.record({ problem }),
  'run.cancelled': fc.constant({ by: 'u1' }),
  'run.doubted': fc.record({ problem }),
  'run.recovered': fc.constant({}),
  'run.paused': fc.constant({}),
  'run.resolved': fc.record({ choice: fc.constantFrom('repeat', 'skip', 'fail'), by: fc.constant('u1') }),
};

const ENDS: readonly EventType[] = ['run.done', 'run.failed', 'run.cancelled', 'run.cancel'];
const STEPS: readonly EventType[] = [
  'step.started',
  'step.done',
  'step.problem',
  'step.waiting',
  'step.asked',
  'step.answered',
  'step.said',
  'step.held',
  'step.continued',
  'block.opened',
  'block.item',
  'run.doubted',
];

type Odd = {
  readonly type: EventType;
  readonly step: number;
  readonly near: number;
  readonly path: readonly number[];
  readonly data: unknown;
};

const oddOf = <T extends EventType>(type: T): fc.Arbitrary<Odd> =>
  fc.record({
    type: fc.constant(type),
    step: fc.nat(40),
    near: fc.nat(19),
    path: fc.array(fc.nat(3), { minLength: 5, maxLength: 5 }),
    data: data[type],
  });

/** Mostly an event of a step that exists, at an item path of the right length; now and then of none, or of any length. */
const eventOf = (shape: Shape, odd: Odd): Event => {
  const step = shape.steps[odd.step % Math.max(1, shape.steps.length)];
  const depth = odd.near === 0 ? odd.step % 5 : (step?.depth ?? 0) + (odd.type === 'block.item' ? 1 : 0);
  const place = {
    step: odd.near === 1 ? 'ghost' : (step?.id ?? 'ghost'),
    ...(depth === 0 ? {} : { item: odd.path.slice(0, depth) }),
  };
  return { seq: 0, at: 5, type: odd.type, ...place, data: odd.data } as Event;
};

const anyEvent = fc.oneof(
  ...STEPS.map((type) => ({ weight: 12, arbitrary: oddOf(type) })),
  ...(['run.resolved', 'run.responded', 'run.log', 'run.recovered', 'run.paused'] as const).map((type) => ({
    weight: 3,
    arbitrary: oddOf(type),
  })),
  ...ENDS.map((type) => ({ weight: 1, arbitrary: oddOf(type) })),
  { weight: 1, arbitrary: oddOf('run.created') },
  { weight: 1, arbitrary: oddOf('run.started') },
);

const [created] = fc.sample(oddOf('run.created'), 1);
const [started] = fc.sample(oddOf('run.started'), 1);

/** The counts that fold keeps, counted anew. */
const recount = (state: State): { active: number; waiting: number; held: number } => {
  let active = 0;
  let waiting = 0;
  let held = 0;
  for (const scope of scopesOf(state)) {
    let open = 0;
    scope.status.forEach((status, pos) => {
      if (status === ACTIVE) active += 1;
      if (status === WAITING || status === RETRYING || status === HELD) waiting += 1;
      if (status === HELD) held += 1;
      if (status !== DONE && status !== SKIPPED) open += 1;
      expect(scope.blocks.has(pos)).toBe(status === OPEN);
      expect(scope.carried[pos] ?? 0).toBeLessThanOrEqual(state.shape.steps[scope.steps[pos] ?? -1]?.entries ?? 0);
      expect(scope.left[pos]).toBeGreaterThanOrEqual(0);
    });
    expect(scope.dropped).toBe(false);
    expect(scope.open).toBe(open);
    for (const block of scope.blocks.values()) {
      expect(block.items.size).toBeLessThanOrEqual(block.step.block?.concurrency ?? 0);
      expect(block.ended + block.items.size).toBeLessThanOrEqual(block.count);
      expect(block.next).toBeLessThanOrEqual(block.count);
    }
  }
  return { active, waiting, held };
};

const isOverNow = (state: State): boolean => ['done', 'failed', 'cancelled'].includes(state.phase);

const check = (state: State): void => {
  if (isOverNow(state)) return expect([state.active, state.waiting, state.commands]).toEqual([0, 0, []]);
  const { active, waiting, held } = recount(state);
  expect([state.active, state.waiting, state.holding?.count ?? 0]).toEqual([active, waiting, held]);
};

/** What plan promises of each command it hands out. */
const checkCommands = (state: State, commands: readonly Command[]): void => {
  if (commands.length === 0) return;
  expect(isOverNow(state)).toBe(false);
  const asked = new Set<unknown>();
  for (const command of commands) {
    if (command.do !== 'cancel') expect(state.phase).toBe('running');
    if (command.do === 'fail' || command.do === 'cancel') expect(commands).toHaveLength(1);
    if (command.do === 'start' || command.do === 'hold') expect(command.scope.status[command.step.pos]).toBe(READY);
    if (command.do === 'wait') expect([WAITING, RETRYING]).toContain(command.scope.status[command.step.pos]);
    if (command.do === 'finish') expect(state.root.open).toBe(0);
    if (command.do === 'start' || command.do === 'hold' || command.do === 'wait') {
      expect(command.scope.dropped).toBe(false);
      const instance = `${command.step.index}/${command.scope.item.join('.')}`;
      expect(asked.has(instance)).toBe(false);
      asked.add(instance);
    }
  }
};

describe('P4: any events, in any order, repeated, of unknown steps', () => {
  const sequence = fc.array(fc.tuple(anyEvent, fc.nat(3)), { maxLength: 150, size: 'max' });

  it('never throw, and every count stays true', () => {
    fc.assert(
      fc.property(flows, sequence, fc.nat(9), (flow, events, late) => {
        const shape = shapeOf(flow);
        const state = newState(shape);
        let seq = 0;
        const feed = (odd: Odd): void => {
          seq += 1;
          apply(state, { ...eventOf(shape, odd), seq });
          check(state);
        };
        events.forEach(([event, ask], i) => {
          if (i === late && created !== undefined && started !== undefined) {
            feed(created);
            feed(started);
          }
          feed(event);
          if (ask === 0) checkCommands(state, plan(state));
          runState(state);
        });
        checkCommands(state, plan(state));
        expect(state.seq).toBe(seq);
      }),
      { numRuns: 400 },
    );
  });

  it('never throw when they are strewn into a real journal, and a settled step stays settled', () => {
    fc.assert(
      fc.property(
        flows,
        fc.nat(9999),
        sequence,
        fc.array(fc.nat(99), { maxLength: 60 }),
        (flow, seed, strewn, order) => {
          const shape = shapeOf(flow);
          const journal = new Simulator(shape, scriptOf(seed)).begin().run(order).journal;
          const state = newState(shape);
          let settled: number[] = [];
          const feed = (event: Event): void => {
            apply(state, event);
            check(state);
            const now = [...state.root.status];
            now.forEach((status, pos) => {
              const was = settled[pos] ?? 0;
              expect(was >= DONE && status !== was).toBe(false);
            });
            settled = now;
          };
          journal.forEach((event, i) => {
            feed(event);
            const [odd, ask] = strewn[i] ?? [undefined, 1];
            if (odd !== undefined && !ENDS.includes(odd.type)) feed(eventOf(shape, odd));
            if (ask === 0) checkCommands(state, plan(state));
          });
        },
      ),
      { numRuns: 200 },
    );
  });
});
