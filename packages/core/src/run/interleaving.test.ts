import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply, foldAll } from './fold.ts';
import type { Event } from './journal.ts';
import { plan } from './plan.ts';
import { shapeOf } from './shape.ts';
import { newState } from './state.ts';
import { flowOf, scriptOf } from './testing/flows.ts';
import { outcomeOf, Simulator } from './testing/simulator.ts';

const numbers = fc.array(fc.nat(99), { minLength: 10, maxLength: 120, size: 'max' });
const choices = fc.array(fc.nat(1000), { maxLength: 200, size: 'max' });
const seed = fc.nat(100_000);
const trouble = fc.constantFrom(0, 0, 1, 3);

describe('any interleaving of step results', () => {
  it('leads to the same final state, starts nothing twice and keeps every bound', () => {
    fc.assert(
      fc.property(numbers, seed, trouble, choices, choices, (n, s, t, one, two) => {
        const shape = shapeOf(flowOf(n));
        const script = scriptOf(s, t);
        const a = new Simulator(shape, script).begin().run(one);
        const b = new Simulator(shape, script).begin().run(two);
        expect(outcomeOf(b.state)).toEqual(outcomeOf(a.state));
      }),
      { numRuns: 400 },
    );
  });
});

describe('a crash after any event', () => {
  it('leads to the same final state as no crash, and no step with a result runs again', () => {
    fc.assert(
      fc.property(numbers, seed, trouble, choices, choices, (n, s, t, one, two) => {
        const shape = shapeOf(flowOf(n));
        const script = scriptOf(s, t);
        const whole = new Simulator(shape, script).begin().run(one);
        const from = whole.journal.findIndex((event) => event.type === 'run.started') + 1;
        const stride = Math.max(1, Math.floor((whole.journal.length - from) / 25));
        for (let cut = from; cut <= whole.journal.length; cut += stride) {
          const after = new Simulator(shape, script, whole.journal.slice(0, cut)).run(two);
          expect(outcomeOf(after.state)).toEqual(outcomeOf(whole.state));
        }
      }),
      { numRuns: 120 },
    );
  });

  it('may come again and again, after every event', () => {
    fc.assert(
      fc.property(numbers, seed, trouble, choices, (n, s, t, one) => {
        const shape = shapeOf(flowOf(n));
        const script = scriptOf(s, t);
        const whole = new Simulator(shape, script).begin().run(one);
        let journal: readonly Event[] = new Simulator(shape, script).begin().journal;
        for (let crash = 0; crash < 60; crash += 1) {
          const life = new Simulator(shape, script, journal);
          const known = journal.length;
          for (let i = 0; life.journal.length < known + 3 && life.turn(one[crash + i] ?? i); i += 1);
          if (life.state.phase === 'in_doubt') life.record('run.resolved', { choice: 'repeat', by: 'u1' });
          journal = life.journal;
          if (life.over) break;
        }
        expect(outcomeOf(new Simulator(shape, script, journal).run().state)).toEqual(outcomeOf(whole.state));
      }),
      { numRuns: 60 },
    );
  });
});

describe('folding one by one with plan between', () => {
  it('gives the same state as folding all and then planning', () => {
    fc.assert(
      fc.property(numbers, seed, choices, fc.nat(1000), (n, s, one, cut) => {
        const shape = shapeOf(flowOf(n));
        const whole = new Simulator(shape, scriptOf(s)).begin().run(one).journal;
        const journal = whole.slice(0, 1 + (cut % whole.length));
        const single = newState(shape);
        for (const event of journal) {
          apply(single, event);
          plan(single);
        }
        const batch = foldAll(newState(shape), journal);
        plan(batch);
        for (const state of [single, batch]) {
          state.stopped = false;
          state.crowded = 0;
          state.commands.length = 0;
        }
        expect(batch).toEqual(single);
      }),
      { numRuns: 150 },
    );
  });
});
