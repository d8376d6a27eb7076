/**
 * Golden journals: what releases wrote, with the state it folded to. Every later version must read them to the same
 * state, because runs outlive upgrades.
 *
 * For each release: add a recipe under a new name, `<release>-<what it is about>`, to testing/recipes.ts for every kind
 * of event or field that is new, run this test (the missing file is written, and the test says so), read the file, run
 * again, and commit it. Never change or remove a file here. A red test means that runs of people who upgrade would
 * read differently: give fold a case for the old form instead.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Flow } from '../flow/model.ts';
import { flowSchema } from '../flow/model.ts';
import { finished, type OldRun } from './finished.ts';
import { apply, foldAll } from './fold.ts';
import type { Event } from './journal.ts';
import { plan } from './plan.ts';
import { shapeOf } from './shape.ts';
import { newState, PENDING, runState, type State, stepAt } from './state.ts';
import { inWords, WORDS } from './testing/hand.ts';
import { recipes } from './testing/recipes.ts';
import { keyOf, scopesOf } from './testing/simulator.ts';

const FOLDER = fileURLToPath(new URL('./golden/', import.meta.url));

type Golden = { readonly flow: Flow; readonly events: readonly Event[]; readonly final: unknown };

/** All of a state that the rest of a run, or a partial run after it, can depend on, as JSON. */
const finalOf = (state: State, flow: Flow): unknown => {
  const { phase, now, seq, active, waiting, output, problem, response } = state;
  const instances: Record<string, unknown> = {};
  const old = finished(state, flow);
  for (const scope of scopesOf(state)) {
    for (const index of scope.steps) {
      const { id, pos } = stepAt(state.shape, index);
      const status = scope.status[pos] ?? PENDING;
      const block = scope.blocks.get(pos);
      instances[keyOf(id, scope.item)] = {
        status: WORDS.get(status),
        value: scope.values[pos],
        attempts: scope.attempts[pos],
        problem: scope.problems.get(pos),
        ...(scope === state.root ? offered(old, id) : {}),
        block: block && { count: block.count, next: block.next, ended: block.ended, results: block.results },
      };
    }
  }
  const wanted = plan(state).filter((command) => command.do !== 'drop');
  const asks = wanted.map(inWords).toSorted();
  const made = { phase, state: runState(state), now, seq, active, waiting, output, problem, response, instances, asks };
  return JSON.parse(JSON.stringify(made)) as unknown;
};

const offered = (old: OldRun, id: string): object => {
  const step = old.values.get(id);
  const items = step?.items ?? undefined;
  return { port: step?.port ?? undefined, items: items && { ...items, done: [...items.done] } };
};

const read = (name: string): Golden => JSON.parse(readFileSync(`${FOLDER}${name}`, 'utf8')) as Golden;

describe('every recipe', () => {
  for (const [name, recipe] of recipes) {
    it(`has its golden journal: ${name}`, () => {
      const path = `${FOLDER}${name}.json`;
      if (existsSync(path)) return expect(read(`${name}.json`).events.length).toBeGreaterThan(0);
      const { flow, events } = recipe();
      const final = finalOf(foldAll(newState(shapeOf(flow)), events), flow);
      writeFileSync(path, `${JSON.stringify({ flow, events, final }, null, 1)}\n`);
      expect.fail(`${name}.json was not there and is written now: read it, run again, and commit it`);
    });
  }
});

describe('a journal of an earlier release', () => {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

  it('is kept for every state a run can be left in', () => {
    const states = new Set(names.map((name) => Reflect.get(Object(read(name).final), 'state')));
    expect(states).toEqual(new Set(['running', 'waiting', 'in_doubt', 'done', 'failed', 'cancelled']));
  });

  it('is kept for every type of event', () => {
    const types = new Set(names.flatMap((name) => read(name).events.map((event) => event.type)));
    expect([...types].toSorted()).toEqual([
      'block.item',
      'block.opened',
      'run.cancel',
      'run.cancelled',
      'run.created',
      'run.done',
      'run.doubted',
      'run.failed',
      'run.log',
      'run.resolved',
      'run.responded',
      'run.started',
      'step.continued',
      'step.done',
      'step.held',
      'step.problem',
      'step.started',
      'step.waiting',
    ]);
  });

  for (const name of names) {
    const { flow, events, final } = read(name);

    it(`folds to the state it had: ${name}`, () => {
      expect(flowSchema.safeParse(flow).error).toBeUndefined();
      expect(finalOf(foldAll(newState(shapeOf(flow)), events), flow)).toEqual(final);
    });

    it(`folds to the same state when plan is asked after every event: ${name}`, () => {
      const state = newState(shapeOf(flow));
      for (const event of events) {
        apply(state, event);
        plan(state);
      }
      expect({ ...Object(finalOf(state, flow)), asks: [], state: '' }).toEqual({
        ...Object(final),
        asks: [],
        state: '',
      });
    });
  }
});
