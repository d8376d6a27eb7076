/**
 * Requests through a flow: the floor, the peer and ours, in turn, round after round, with the order rotated; then what
 * ours promised of them: every answer has a durable run with a whole journal.
 */

import { askExactly } from '../kit/ask.ts';
import { startFloor } from '../contenders/floor.ts';
import { ANSWER, BODY, type Contender, type FlowName, FLOWS } from '../contenders/contender.ts';
import { asContender, makeHome, startHeadgate } from '../contenders/headgate.ts';
import { startNodeRed } from '../contenders/node-red.ts';
import { mb, median, ms, pause, ratio, times, whole } from '../kit/figures.ts';
import type { Ground } from '../kit/ground.ts';
import { peak, processorTime } from '../kit/proc.ts';
import { table, type Verdict } from '../kit/table.ts';
import { type Load, load } from '../kit/wrk.ts';
import type { Found, Options } from './part.ts';
import { proveKept } from './kept.ts';

const MANY = 32;

/** After a load the contender gets this long to finish what it put off, and that work is counted as its own. */
const SETTLE = 1_200;

/** Requests whose every answer is read and compared, before the load and again after it. */
const COMPARED = 200;

type Sample = Load & { readonly processor: number };
type Scenario = { readonly flow: FlowName; readonly connections: number };

const SCENARIOS: readonly Scenario[] = [
  { flow: 'a', connections: MANY },
  { flow: 'b', connections: MANY },
  { flow: 'c', connections: MANY },
  { flow: 'a', connections: 1 },
];

const measure = async (who: Contender, { flow, connections }: Scenario, seconds: number): Promise<Sample> => {
  const before = processorTime(who.pid);
  const done = await load(who.url(flow), JSON.stringify(BODY[flow]), connections, seconds);
  await pause(SETTLE);
  return { ...done, processor: (processorTime(who.pid) - before) / Math.max(1, done.requests) };
};

const compare = async (all: readonly Contender[]): Promise<void> => {
  for (const who of all)
    for (const flow of FLOWS) await askExactly(who.url(flow), BODY[flow], COMPARED, 8, ANSWER[flow]);
};

/** Samples of each contender, in the order of the rounds. */
const rounds = async (
  all: readonly Contender[],
  scenario: Scenario,
  options: Options,
): Promise<Map<Contender, Sample[]>> => {
  const samples = new Map<Contender, Sample[]>(all.map((who) => [who, []]));
  for (let round = 0; round < options.rounds; round += 1) {
    for (let i = 0; i < all.length; i += 1) {
      const who = all[(round + i) % all.length];
      if (who !== undefined) samples.get(who)?.push(await measure(who, scenario, options.seconds));
    }
  }
  return samples;
};

const of = (samples: readonly Sample[] | undefined, figure: keyof Sample): number[] =>
  (samples ?? []).map((sample) => sample[figure]);

const rows = (
  all: readonly Contender[],
  found: Map<Contender, Sample[]>,
  floor: Contender,
  peer: Contender,
): string[][] =>
  all.map((who) => {
    const samples = found.get(who);
    const rate = of(samples, 'perSecond');
    const cost = of(samples, 'processor');
    return [
      who.name,
      whole(median(rate)),
      times(ratio(rate, of(found.get(peer), 'perSecond'))),
      times(ratio(rate, of(found.get(floor), 'perSecond'))),
      `${whole(median(cost))} µs`,
      times(ratio(cost, of(found.get(peer), 'processor'))),
      ms(median(of(samples, 'p50'))),
      ms(median(of(samples, 'p99'))),
      whole(of(samples, 'refused').reduce((a, b) => a + b, 0)),
      whole(of(samples, 'broken').reduce((a, b) => a + b, 0)),
    ];
  });

const HEAD = [
  '',
  'requests/s',
  'to Node-RED',
  'to floor',
  'CPU/request',
  'to Node-RED',
  'p50',
  'p99',
  'status >= 400',
  'broken',
];

const GOALS: Readonly<Record<FlowName, { readonly least: number; readonly aim: number }>> = {
  a: { least: 0.8, aim: 1.4 },
  b: { least: 0.7, aim: 1 },
  c: { least: 0.5, aim: 1 },
};

const WHAT: Readonly<Record<FlowName, string>> = {
  a: 'webhook → set → respond',
  b: 'webhook → code that adds 1,000 numbers → respond',
  c: 'webhook → 20 sets, each reading the one before → respond',
};

const title = ({ flow, connections }: Scenario): string =>
  `(${flow}) ${WHAT[flow]}, ${connections === 1 ? '1 connection' : `${connections} connections`}`;

export const http = async (ground: Ground, options: Options): Promise<Found> => {
  const home = await makeHome(ground, 'http');
  const server = await startHeadgate(ground, home);
  const ours = await asContender(ground, server);
  const floor = await startFloor(ground);
  const peer = await startNodeRed(ground);
  const all: readonly Contender[] = [floor, peer, ours];
  await compare(all);
  const text: string[] = [];
  const judged: Verdict[] = [];
  const given = { answers: FLOWS.length * COMPARED, cut: 0 };
  const count = (done: Load, connections: number): void => {
    given.answers += done.requests - done.refused;
    given.cut += connections;
  };
  // Everybody is warm before anybody is measured.
  for (const who of all) {
    for (const flow of FLOWS) {
      const done = await load(who.url(flow), JSON.stringify(BODY[flow]), MANY, 1);
      if (who === ours) count(done, MANY);
    }
  }
  await pause(SETTLE);
  for (const scenario of SCENARIOS) {
    const found = await rounds(all, scenario, options);
    text.push(`${title(scenario)}\n${table(HEAD, rows(all, found, floor, peer))}`);
    for (const sample of found.get(ours) ?? []) count(sample, scenario.connections);
    judged.push(...judge(scenario, found.get(ours) ?? [], found.get(peer) ?? []));
  }
  await compare(all);
  given.answers += FLOWS.length * COMPARED;
  const memory = all.map(
    (who) => `${who.name} ${who.version}: ${mb(peak(who.pid))} at its peak; keeps of a run: ${who.history}`,
  );
  await Promise.all([floor.stop(), peer.stop()]);
  const kept = await proveKept(ground, home, server, ours.ids, given);
  const how = `Medians of ${options.rounds} rounds of ${options.seconds} s each; a ratio is the median of the ratios within a round.`;
  return { text: [how, ...text, memory.join('\n'), kept].join('\n\n'), verdicts: judged };
};

const judge = ({ flow, connections }: Scenario, ours: readonly Sample[], peer: readonly Sample[]): Verdict[] => {
  if (connections === 1) {
    const p50 = median(of(ours, 'p50'));
    const p99 = median(of(ours, 'p99'));
    return [
      { what: '(a) at 1 connection, p50', figure: ms(p50), target: '< 1.5 ms', reached: p50 < 1_500 },
      { what: '(a) at 1 connection, p99', figure: ms(p99), target: '< 10 ms', reached: p99 < 10_000 },
    ];
  }
  const got = ratio(of(ours, 'perSecond'), of(peer, 'perSecond'));
  const { least, aim } = GOALS[flow];
  return [
    {
      what: `(${flow}) requests/s to Node-RED's`,
      figure: times(got),
      target: `>= ${least}, aim ${aim}`,
      reached: got >= least,
    },
  ];
};
