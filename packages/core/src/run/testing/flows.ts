/**
 * Flows and scripts made from numbers, for property tests: every list of natural numbers is a valid flow, and shorter
 * lists with smaller numbers are simpler flows, so that a counterexample shrinks to something one can read.
 */

import type { Flow, Json, Step } from '../../flow/model.ts';
import { type Behaviour, fingerprint, keyOf, type Script } from './simulator.ts';

const DEEPEST = 3;

/** A flow: a DAG with ports, joins, problem settings, disabled steps, and blocks nested up to three deep. */
export const flowOf = (numbers: readonly number[]): Flow => {
  let at = 0;
  const take = (below: number): number => {
    const n = numbers[at] ?? 0;
    at += 1;
    return n % below;
  };
  let made = 0;
  const level = (depth: number): Step[] => {
    const steps: Step[] = [];
    const size = depth === 0 ? take(7) : 1 + take(3);
    for (let i = 0; i < size; i += 1) steps.push(stepOf(steps, depth));
    return steps;
  };
  const stepOf = (before: readonly Step[], depth: number): Step => {
    const step: Step = { id: `s${made}`, kind: 'act@1' };
    made += 1;
    const after: string[] = [];
    for (let n = before.length === 0 ? 0 : take(4); n > 0; n -= 1) {
      const from = before[take(before.length)];
      if (from !== undefined) after.push(`${from.id}${['', '', '.true', '.false', '.problem'][take(5)] ?? ''}`);
    }
    if (after.length > 0) step.after = after;
    const join = (['all', 'any', 'first'] as const)[take(3)];
    if (join !== undefined && join !== 'all') step.join = join;
    const onProblem = (['stop', 'continue', 'port'] as const)[take(3)];
    if (onProblem !== undefined && onProblem !== 'stop') step.onProblem = onProblem;
    if (take(9) === 8) step.disabled = true;
    const kind = take(8);
    const each = {
      over: '{{ input }}',
      concurrency: 1 + take(3),
      onItem: take(2) === 0 ? ('stop' as const) : ('collect' as const),
    };
    if (kind === 5 && depth < DEEPEST) step.each = each;
    if (kind === 6 && depth < DEEPEST) {
      step.kind = 'each@1';
      step.with = { ...each, steps: asJson(level(depth + 1)), ...(take(2) === 0 ? {} : { result: '{{ index }}' }) };
    }
    if (kind === 7 && depth < DEEPEST) {
      step.kind = 'repeat@1';
      step.with = { until: '{{ true }}', max: 1 + take(4), steps: asJson(level(depth + 1)) };
    }
    return step;
  };
  return { headgate: 1, name: 'Made', steps: level(0) };
};

const asJson = (steps: Step[]): Json => JSON.parse(JSON.stringify(steps)) as Json;

/** What each instance of a step does, drawn from its id and item path. `trouble`: in how many of ten something fails. */
export const scriptOf = (seed: number, trouble = 2): Script => {
  return (id: string, item: readonly number[]): Behaviour => {
    const draw = (what: string, below: number): number => fingerprint(`${seed} ${what} ${keyOf(id, item)}`) % below;
    const unlucky = draw('luck', 10) < trouble;
    return {
      pure: draw('pure', 2) === 0,
      fails: unlucky ? 1 + draw('fails', 3) : 0,
      retries: draw('retries', 3),
      waits: draw('waits', 5) === 0,
      port: ['true', 'false', null, null][draw('port', 4)] ?? null,
      repeatable: draw('repeatable', 2) === 0,
      count: draw('count', 5),
      turns: 1 + draw('turns', 4),
      overFails: unlucky && draw('over', 6) === 0,
      resultFails: unlucky && draw('result', 4) === 0,
    };
  };
};
