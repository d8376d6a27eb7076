/**
 * Judges wires: entries of `after` that lead nowhere, ports that do not exist, cycles, and steps that can never run.
 *
 * WI1 Whether a step can run is decided by the ports its ancestors must take: of one step at most one port fires. What is
 *     not sure is not reported; a step behind a disabled one is left alone, since disabling is meant.
 */

import { cyclesOf, type Entry, type Graph, type Level, type Node, splitEntry } from '../graph.ts';
import { PROBLEM_PORT } from '../model.ts';
import { named } from '../text/shown.ts';
import { didYouMean } from '../suggest.ts';
import type { StepKind } from '../../step/define.ts';
import type { Findings } from './findings.ts';

export type Ports = (node: Node) => readonly string[];

/** The ports of a step besides `problem`, as its kind declares them for these settings. */
export const portsOf = (kind: StepKind | undefined, raw: Record<string, unknown>): readonly string[] => {
  const ports = kind?.ports;
  if (ports === undefined) return [];
  return typeof ports === 'function' ? ports(raw) : ports;
};

const PLAIN = '';
const LONGEST_CYCLE = 12;
const MOST_ENTRIES = 64;
const MOST_CONDITIONS = 32;

/** Cycles of all levels, each told once as a path. */
export const checkCycles = (graph: Graph, findings: Findings): void => {
  for (const level of graph.levels) {
    for (const cycle of cyclesOf(level)) {
      const ids = cycle.map((node) => node.id);
      const path =
        ids.length <= LONGEST_CYCLE
          ? ids.join(' → ')
          : `${ids.slice(0, LONGEST_CYCLE - 1).join(' → ')} → … → ${ids[0]}`;
      const [first] = cycle;
      findings.problem(
        'wire.cycle',
        `these steps wait for each other: ${path}`,
        { step: first?.id ?? '', field: 'after' },
        'Remove one of these wires; to do something again, use a repeat@1 block.',
      );
    }
  }
};

/** The entries of one step. */
export const checkEntries = (
  graph: Graph,
  node: Node,
  ports: Ports,
  kindOf: (node: Node) => StepKind | undefined,
  findings: Findings,
): void => {
  const resolved = new Set(node.entries.map((entry) => entry.position));
  for (const [position, text] of (node.step.after ?? []).entries()) {
    if (!resolved.has(position)) dangling(graph, node, splitEntry(text).id, position, findings);
  }
  for (const entry of node.entries) checkPort(node, entry, ports, kindOf, findings);
};

const dangling = (graph: Graph, node: Node, id: string, position: number, findings: Findings): void => {
  const where = { step: node.id, field: `after[${position}]` };
  const elsewhere = graph.byId.get(id);
  if (elsewhere === undefined) {
    const near = didYouMean(findings.suggest(id, siblings(node)));
    findings.problem(
      'wire.dangling',
      `there is no step ${named(id)} to wait for`,
      where,
      near ?? 'Name a step of the same level.',
    );
    return;
  }
  const inside = elsewhere.level.block;
  const text =
    inside === null
      ? `the step ${named(id)} is outside this block`
      : `the step ${named(id)} is inside the block ${named(inside.id)}`;
  const fix =
    inside === null
      ? 'Wires stay within a block: what comes before the block has ended before it begins.'
      : `Wait for the block itself: ${JSON.stringify(inside.id)}.`;
  findings.problem('wire.border', `${text}, and a wire cannot cross its border`, where, fix);
};

function* siblings(node: Node): Generator<string> {
  for (const other of node.level.nodes) if (other !== node) yield other.id;
}

const checkPort = (
  node: Node,
  entry: Entry,
  ports: Ports,
  kindOf: (node: Node) => StepKind | undefined,
  findings: Findings,
): void => {
  const { from, port } = entry;
  const where = { step: node.id, field: `after[${entry.position}]` };
  const kind = kindOf(from);
  if (port === PROBLEM_PORT) {
    if (from.step.onProblem !== 'port')
      findings.problem(
        'wire.problem',
        `the port problem of ${named(from.id)} never fires`,
        where,
        `Set "onProblem": "port" on ${from.id}.`,
      );
    return;
  }
  if (kind === undefined) return;
  if (kind.output._zod.def.type === 'never') {
    findings.problem(
      'wire.unreachable',
      `nothing comes after ${named(from.id)}: it ends the run`,
      where,
      'Remove this wire, or this step.',
    );
    return;
  }
  if (port === null) return;
  const known = ports(from);
  if (from.step.each !== undefined) {
    findings.problem(
      'wire.port',
      `${named(from.id)} runs once for each item, so it has no port ${named(port)}`,
      where,
      `Wait for ${JSON.stringify(from.id)} itself.`,
    );
  } else if (!known.includes(port)) {
    const all = from.step.onProblem === 'port' ? [...known, PROBLEM_PORT] : known;
    const near = didYouMean(findings.suggest(port, all));
    findings.problem(
      'wire.port',
      `${named(from.id)} has no port ${named(port)}`,
      where,
      near ?? (all.length === 0 ? `Wait for ${JSON.stringify(from.id)} itself.` : `It has ${all.join(', ')}.`),
    );
  }
};

/** Under which ports of which steps a step runs; null: it never does. Steps not named do not matter. */
type Conditions = ReadonlyMap<Node, ReadonlySet<string>> | null;

/** Steps that wait for all of several that exclude each other, directly or through their ancestors. */
export const checkExclusive = (level: Level, ports: Ports, findings: Findings): void => {
  const made = new Map<Node, Conditions>();
  for (const node of level.order) made.set(node, conditionsOf(node, made, ports, findings));
};

const conditionsOf = (
  node: Node,
  made: ReadonlyMap<Node, Conditions>,
  ports: Ports,
  findings: Findings,
): Conditions => {
  const entries = node.entries.slice(0, MOST_ENTRIES).map((entry) => ({
    entry,
    under: under(entry, made.get(entry.from) ?? new Map(), ports, made.get(entry.from) === null),
  }));
  if (node.step.join === 'any' || node.step.join === 'first') {
    const alive = entries.flatMap(({ under: one }) => (one === null ? [] : [one]));
    return entries.length > 0 && alive.length === 0
      ? null
      : node.entries.length > MOST_ENTRIES
        ? new Map()
        : either(alive);
  }
  const all = new Map<Node, ReadonlySet<string>>();
  for (const { entry, under: one } of entries) {
    if (one === null) return null;
    for (const [step, taken] of one) {
      const before = all.get(step);
      const both = before === undefined ? taken : new Set([...before].filter((port) => taken.has(port)));
      if (both.size === 0) {
        tell(
          node,
          entry,
          step,
          entries.map((e) => e.entry),
          findings,
        );
        return null;
      }
      if (before !== undefined || all.size < MOST_CONDITIONS) all.set(step, both);
    }
  }
  return all;
};

/** What must hold for an entry to carry on: what its step runs under, and the port it leaves by. */
const under = (
  entry: Entry,
  above: ReadonlyMap<Node, ReadonlySet<string>>,
  ports: Ports,
  never: boolean,
): Conditions => {
  if (never) return null;
  const { from, port } = entry;
  if (from.step.disabled === true) return above;
  const known = ports(from);
  if (port === null && from.step.onProblem !== 'port') return above;
  if (port !== null && port !== PROBLEM_PORT && !known.includes(port)) return null;
  return new Map([[from, new Set(port === null ? [...known, PLAIN] : [port])], ...above]);
};

/** Of alternatives only what every one asks for remains. */
const either = (
  alternatives: readonly ReadonlyMap<Node, ReadonlySet<string>>[],
): ReadonlyMap<Node, ReadonlySet<string>> => {
  const [first, ...others] = alternatives;
  const made = new Map<Node, ReadonlySet<string>>();
  for (const [step, taken] of first ?? []) {
    if (!others.every((other) => other.has(step))) continue;
    made.set(step, new Set([...taken, ...others.flatMap((other) => [...(other.get(step) ?? [])])]));
  }
  return made;
};

const tell = (node: Node, entry: Entry, over: Node, entries: readonly Entry[], findings: Findings): void => {
  const others = entries.filter((other) => other.position < entry.position).map((other) => named(other.text));
  const rest = others.length > 3 ? `${others.slice(0, 3).join(', ')} …` : others.join(', ');
  findings.problem(
    'wire.exclusive',
    `this step waits for ${rest} and ${named(entry.text)}, which never all happen: they follow different ports of ${named(over.id)}`,
    { step: node.id, field: 'after' },
    'Set "join": "any" to go on with whichever happened.',
  );
};
