/**
 * Judges wires: entries of `after` that lead nowhere, ports that do not exist, cycles, and steps that can never run.
 *
 * WI1 Whether a step can run is decided by the ports its ancestors must take: of one step at most one port fires. What is
 *     not sure is not reported; a step behind a disabled one is left alone, since disabling is meant.
 * WI2 What is followed of a step is bounded (entries, conditions, ports, and comparisons of a whole level), so that no
 *     flow costs more than its size: beyond the bound nothing is said. What a join makes whole again is forgotten.
 */

import { cyclesOf, type Entry, type Graph, type Level, type Node, splitEntry } from '../graph.ts';
import { PROBLEM_PORT } from '../model.ts';
import { named } from '../text/shown.ts';
import { didYouMean } from '../suggest.ts';
import type { StepKind } from '../../step/define.ts';
import type { Findings } from './findings.ts';

/** The ports of a step besides `problem`: one set a step, however often it is asked for. */
export type Ports = (node: Node) => ReadonlySet<string>;

/** The ports of a step besides `problem`, as its kind declares them for these settings. */
export const portsOf = (kind: StepKind | undefined, raw: Record<string, unknown>): readonly string[] => {
  const ports = kind?.ports;
  if (ports === undefined) return [];
  return typeof ports === 'function' ? ports(raw) : ports;
};

const PLAIN = '';
const LONGEST_CYCLE = 12;
const MOST_NAMED = 12;
const MOST_ENTRIES = 64;
const MOST_CONDITIONS = 32;
/** Ports of one step that are followed by name. */
const MOST_PORTS = 64;
/** Comparisons of one level. */
const MOST_WORK = 2_000_000;

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
  } else if (!known.has(port)) {
    const all = from.step.onProblem === 'port' ? [...known, PROBLEM_PORT] : [...known];
    const near = didYouMean(findings.suggest(port, all));
    const some = `${all.slice(0, MOST_NAMED).join(', ')}${all.length > MOST_NAMED ? ' and more' : ''}`;
    findings.problem(
      'wire.port',
      `${named(from.id)} has no port ${named(port)}`,
      where,
      near ?? (all.length === 0 ? `Wait for ${JSON.stringify(from.id)} itself.` : `It has ${some}.`),
    );
  }
};

/** Ports a step may have left by; a set shared by many conditions is the same object. */
type Taken = ReadonlySet<string>;

/** Under which ports of which steps a step runs; null: it never does. Steps not named do not matter. */
type Conditions = ReadonlyMap<Node, Taken> | null;

const ALWAYS: ReadonlyMap<Node, Taken> = new Map();

/** How much may still be compared; nothing left: nothing more is said (WI2). */
type Work = { left: number };

/**
 * Steps that wait for all of several that exclude each other, directly or through their ancestors. Gives how many ports
 * it compared, which is at most MOST_WORK a level and what one step adds.
 */
export const checkExclusive = (level: Level, ports: Ports, findings: Findings): number => {
  const made = new Map<Node, Conditions>();
  const work = { left: MOST_WORK };
  const taken = takenOf(ports);
  for (const node of level.order) made.set(node, conditionsOf({ node, made, taken, work, findings }));
  return MOST_WORK - work.left;
};

type At = {
  readonly node: Node;
  readonly made: ReadonlyMap<Node, Conditions>;
  readonly taken: ReturnType<typeof takenOf>;
  readonly work: Work;
  readonly findings: Findings;
};

/** The ways out of each step, made once a step however many wait for it. */
const takenOf = (ports: Ports) => {
  const sets = new Map<Node, Taken>();
  return (node: Node): Taken => {
    const known = sets.get(node) ?? new Set([...ports(node), PLAIN]);
    sets.set(node, known);
    return known;
  };
};

const conditionsOf = (at: At): Conditions => {
  const { node, made, work } = at;
  if (work.left <= 0) return ALWAYS;
  const entries = node.entries.slice(0, MOST_ENTRIES).map((entry) => ({ entry, under: under(entry, at) }));
  if (node.step.join === 'any' || node.step.join === 'first') {
    const alive = entries.flatMap(({ under: one }) => (one === null ? [] : [one]));
    if (entries.length > 0 && alive.length === 0) return null;
    return node.entries.length > MOST_ENTRIES ? ALWAYS : either(alive, at);
  }
  const [only] = node.entries;
  if (only !== undefined && node.entries.length === 1) {
    const one = entries[0]?.under ?? null;
    return one === null || one === made.get(only.from) ? one : cut(one, work);
  }
  const all = new Map<Node, Taken>();
  for (const { entry, under: one } of entries) {
    if (one === null) return null;
    for (const [step, ways] of one) {
      const before = all.get(step);
      const both = before === undefined ? ways : common(before, ways, work);
      work.left -= 1;
      if (both.size === 0) {
        const waits = entries.map((e) => e.entry);
        tell(node, entry, step, waits, at.findings);
        return null;
      }
      if (before !== undefined || all.size < MOST_CONDITIONS) all.set(step, both);
    }
  }
  return all;
};

/** What must hold for an entry to carry on: what its step runs under, and the port it leaves by. */
const under = (entry: Entry, { made, taken, work }: At): Conditions => {
  const { from, port } = entry;
  const known = made.get(from);
  if (known === null) return null;
  const above = known ?? ALWAYS;
  if (from.step.disabled === true) return above;
  if (port === null && from.step.onProblem !== 'port') return above;
  const ways = taken(from);
  if (port !== null && port !== PROBLEM_PORT && !ways.has(port)) return null;
  work.left -= above.size + 1;
  return new Map([[from, port === null ? ways : new Set([port])], ...above]);
};

/** The conditions of the nearest steps: those above come after them, and the farthest are forgotten. */
const cut = (conditions: ReadonlyMap<Node, Taken>, work: Work): ReadonlyMap<Node, Taken> => {
  if (conditions.size <= MOST_CONDITIONS) return conditions;
  work.left -= MOST_CONDITIONS;
  return new Map([...conditions].slice(0, MOST_CONDITIONS));
};

const common = (one: Taken, other: Taken, work: Work): Taken => {
  if (one === other) return one;
  const [few, many] = one.size <= other.size ? [one, other] : [other, one];
  work.left -= few.size;
  const both = [...few].filter((port) => many.has(port));
  return both.length === few.size ? few : new Set(both);
};

/** Of alternatives only what every one asks for remains. */
const either = (alternatives: readonly ReadonlyMap<Node, Taken>[], at: At): ReadonlyMap<Node, Taken> => {
  const [first, ...others] = alternatives;
  const made = new Map<Node, Taken>();
  for (const [step, taken] of first ?? []) {
    if (made.size >= MOST_CONDITIONS) break;
    const joined = others.length === 0 ? taken : joinedOf(step, taken, others, at);
    if (joined !== undefined) made.set(step, joined);
  }
  return made;
};

/** All ports by which a step may have been left; undefined where that says nothing, or more than is worth following. */
const joinedOf = (
  step: Node,
  first: Taken,
  others: readonly ReadonlyMap<Node, Taken>[],
  { taken, work }: At,
): Taken | undefined => {
  let joined = first;
  for (const other of others) {
    work.left -= 1;
    const more = other.get(step);
    if (more === undefined) return undefined;
    if (more === joined) continue;
    work.left -= joined.size + more.size;
    if (joined.size + more.size > MOST_PORTS) return undefined;
    joined = new Set([...joined, ...more]);
  }
  return isWhole(step, joined, taken(step)) ? undefined : joined;
};

/** Every way out of a step together is no condition: x.true or x.false is always. */
const isWhole = (step: Node, joined: Taken, ways: Taken): boolean => {
  if (step.step.onProblem === 'port' && !joined.has(PROBLEM_PORT)) return false;
  if (joined.size + 1 < ways.size) return false;
  for (const port of ways) if (port !== PLAIN && !joined.has(port)) return false;
  return true;
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
