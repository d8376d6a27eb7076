/**
 * The dry run: what a flow would touch, found by running it for real up to its effects, and never into one.
 *
 * The loop, the plan and the blocks are those of every run. What is different is around them: steps that are not pure are
 * not run at all, only asked what they need for what they were given; nothing is written, and no door is at hand.
 *
 * DR1 No step's code runs but that of pure steps, which reach nothing. There is no door, store, vault or journal here to
 *     be reached by mistake.
 * DR2 An effect gives no value. What hangs on it stays open, and is told as such; nothing is guessed.
 * DR3 It is bounded: by events, by the weight of values and by time. What it did not come to is open.
 */

import {
  type Catalog,
  DONE,
  type Flow,
  narrowedNeeds,
  type Need,
  needsOf,
  type Outcome,
  noDatabases,
  noFiles,
  noKnowledge,
  noTables,
  noValues,
  noMail,
  noMemory,
  noModels,
  problem,
  type Problem,
  type Result,
  SKIPPED,
  type State,
} from '@headgate/core';
import type { Clock } from './clock.ts';
import { type CompiledFlow, type CompiledStep, compileFlow } from './compiled.ts';
import { Live } from './live.ts';
import { Loop } from './loop.ts';
import { checkInput } from './starter.ts';
import { Timers } from './timers.ts';
import { Values } from './values.ts';

const MOST = { events: 100_000, weight: 64 * 1024 * 1024, ms: 3_000 };
/** Items of a block looked at together: nothing waits for anything here. */
const AT_ONCE = 1_000;

/** A need, and how the dry run came to it. */
export type Seen = {
  readonly step: string;
  readonly need: Need;
  readonly how: 'written' | 'known' | 'open';
  readonly comes: 'yes' | 'no' | 'perhaps';
  readonly times: number;
};
export type Driven = {
  readonly seen: readonly Seen[];
  readonly ends: 'done' | 'failed' | 'open';
  readonly problem: Problem | null;
};

/** What the settings alone say. */
export const readNeeds = (flow: Flow, catalog: Catalog): Driven => ({
  seen: needsOf(flow, catalog).map(({ step, need }) => ({ step, need, how: howOf(need), comes: 'perhaps', times: 0 })),
  ends: 'open',
  problem: null,
});

const howOf = (need: Need): 'written' | 'open' => (need.computed === true ? 'open' : 'written');

/** Goes through a flow with an input that was checked. The Problem is that of a flow that does not compile. */
export const drive = async (
  flow: Flow,
  catalog: Catalog,
  input: unknown,
  clock: Clock,
  environment = 'default',
): Promise<Result<Driven>> => {
  const made = compileFlow(flow, 'dry', catalog);
  if ('problems' in made)
    return { ok: false, problem: made.problems[0] ?? problem('flow.invalid', 'This flow does not compile') };
  const given = checkInput(made, input);
  if (!given.ok) return given;
  const noted = new Map<string, { step: string; need: Need; times: number }>();
  const note = (step: string, need: Need): void => {
    const key = `${step}\n${textOf(need)}`;
    const known = noted.get(key);
    if (known === undefined) noted.set(key, { step, need, times: 1 });
    else known.times += 1;
  };
  const values = new Values(() => {
    throw new Error('a dry run reads no blob');
  });
  const live = new Live(baseOf(environment), watched(made.compiled, note));
  const began = clock.now();
  const journal = {
    write: () => {
      const over = live.state.seq > MOST.events || values.taken > MOST.weight || clock.now() - began > MOST.ms;
      if (over) live.abandoned = true;
      return 0;
    },
    used: () => 0,
    audit: () => 0,
    durable: () => 0,
    barrier: () => Promise.resolve(),
    pending: () => 0,
    state: () => ({ ok: true }) as const,
    close: () => Promise.resolve(),
  };
  const timers = new Timers(clock);
  const link = Object.fromEntries(made.compiled.events.map((id) => [id, 'https://dry-run.invalid/']));
  const loop = new Loop({
    clock,
    timers,
    journal,
    values,
    info: { links: () => (made.compiled.events.length === 0 ? null : link) },
    lend: () => ({
      net: { request: () => new Promise(() => undefined) },
      code: { run: () => new Promise(() => undefined) },
      files: noFiles(problem('dry', 'Nothing is touched')),
      tables: noTables(problem('dry', 'Nothing is touched')),
      knowledge: noKnowledge(problem('dry', 'Nothing is touched')),
      values: noValues(problem('dry', 'Nothing is touched')),
      mail: noMail(problem('dry', 'Nothing is touched')),
      formats: { run: () => new Promise(() => undefined) },
      databases: noDatabases(problem('dry', 'Nothing is touched')),
      people: { mayAsk: () => new Promise(() => undefined) },
      models: noModels(problem('dry', 'Nothing is touched')),
      toolServers: { ask: () => new Promise(() => undefined) },
      memory: noMemory(problem('dry', 'Nothing is touched')),
    }),
    call: () => new Promise(() => undefined),
    meter: () => ({ settle: () => undefined }),
    watch: () => undefined,
    held: () => undefined,
    limit: () => undefined,
    orphan: () => undefined,
    tokenHash: () => 'dry',
    asked: () => undefined,
    left: () => undefined,
    ended: () => undefined,
    parked: () => undefined,
    bug: () => {
      live.abandoned = true;
    },
    down: () => undefined,
    drop: () => undefined,
  });
  const held = values.hold(given.value, live.spilled);
  if ('problem' in held) return { ok: false, problem: held.problem };
  live.record(began, 'run.created', {
    flow: 'dry',
    version: null,
    hash: 'dry',
    plan: 1,
    trigger: { kind: 'api@1' },
    input: held.held,
    environment,
    principal: 'dry',
    depth: 0,
  });
  live.record(began, 'run.started', {});
  loop.advance(live);
  // What ended, ended in a microtask; who gave way goes on in a turn of its own.
  for (let before = -1; !live.abandoned && (live.advancing || live.state.seq !== before); ) {
    before = live.state.seq;
    await new Promise((resolve) => setImmediate(resolve));
  }
  timers.close();
  const { phase } = live.state;
  const ends = live.abandoned ? 'open' : phase === 'done' || phase === 'failed' ? phase : 'open';
  const why = ends === 'failed' ? live.state.problem : null;
  return { ok: true, value: { seen: judge(flow, catalog, [...noted.values()], live, ends), ends, problem: why } };
};

/** The same flow, whose steps with effects say what they would need and then never end. */
const watched = (compiled: CompiledFlow, note: (step: string, need: Need) => void): CompiledFlow => ({
  ...compiled,
  timeout: null,
  shape: {
    ...compiled.shape,
    steps: compiled.shape.steps.map((step) =>
      step.block?.kind === 'each' ? { ...step, block: { ...step.block, concurrency: AT_ONCE } } : step,
    ),
  },
  steps: compiled.steps.map((cs, i) => {
    // What asks the model of an agent is of the kind of its block, and has effects.
    const block = cs.kind.block !== undefined && (cs.kind.block !== 'agent' || compiled.shape.steps[i]?.block !== null);
    return cs.pure || block ? cs : silent(cs, note);
  }),
});

const silent = (cs: CompiledStep, note: (step: string, need: Need) => void): CompiledStep => ({
  ...cs,
  retry: null,
  timeout: null,
  kind: {
    ...cs.kind,
    run: (input: unknown): Outcome | Promise<Outcome> => {
      // Time passes by itself, and gives nothing.
      if (cs.step.kind === 'wait@1') return { kind: 'done', value: null };
      const given =
        cs.kind.block !== undefined
          ? (cs.step.with ?? {})
          : typeof input === 'object' && input !== null
            ? { ...input }
            : {};
      for (const need of narrowedNeeds(cs.kind.needs?.(given) ?? [], cs.step.narrow)) note(cs.step.id, need);
      return new Promise(() => undefined);
    },
  },
});

type Noted = { readonly step: string; readonly need: Need; readonly times: number };

const textOf = (need: Need): string => `${need.power}: ${need.scope}`;

/** Every need of the flow in the order of the file, each as the dry run came to it or not. */
const judge = (
  flow: Flow,
  catalog: Catalog,
  noted: readonly Noted[],
  live: Live,
  ends: Driven['ends'],
): readonly Seen[] => {
  const needs = needsOf(flow, catalog);
  const written = new Set(
    needs.flatMap(({ step, need }) => (need.computed === true ? [] : [`${step} ${textOf(need)}`])),
  );
  const byStep = new Map<string, Noted[]>();
  for (const one of noted) byStep.set(one.step, [...(byStep.get(one.step) ?? []), one]);
  const told = new Set<string>();
  return needs.flatMap(({ step, need }): readonly Seen[] => {
    if (step === '*') {
      const comes = ends === 'done' ? 'no' : ends === 'failed' ? 'yes' : 'perhaps';
      return [{ step, need, how: howOf(need), comes, times: ends === 'failed' ? 1 : 0 }];
    }
    const mine = byStep.get(step);
    if (mine === undefined) return [{ step, need, how: howOf(need), comes: passed(live.state, step, ends), times: 0 }];
    if (told.has(step)) return [];
    told.add(step);
    return mine.map((one) => {
      const known = written.has(`${step} ${textOf(one.need)}`) ? 'written' : 'known';
      return { ...one, how: one.need.computed === true ? 'open' : known, comes: 'yes' };
    });
  });
};

/** A step that was not come to: for good, when the run or what holds the step is over; else it hangs on an effect. */
const passed = (state: State, step: string, ends: Driven['ends']): 'no' | 'perhaps' => {
  if (ends !== 'open') return 'no';
  let index = state.shape.byId.get(step) ?? -1;
  for (
    let parent = state.shape.steps[index]?.parent ?? -1;
    parent >= 0;
    parent = state.shape.steps[index]?.parent ?? -1
  )
    index = parent;
  const status = state.root.status[state.shape.steps[index]?.pos ?? -1];
  return status === SKIPPED || status === DONE ? 'no' : 'perhaps';
};

const baseOf = (environment: string): Live['base'] => ({
  id: 'dry',
  workspace: 'dry',
  project: 'dry',
  owner: 'dry',
  flow: 'dry',
  version: null,
  hash: 'dry',
  environment,
  triggerId: null,
  triggerKind: 'api@1',
  principal: 'dry',
  priority: 0,
  limitKey: null,
  idempotencyKey: null,
  parent: null,
  rerunOf: null,
  created: 0,
});
