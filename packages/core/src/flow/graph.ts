/**
 * The graph of a flow as `check`, `diff` and the editor see it: steps of all levels by id, the block that holds each,
 * resolved wires, topological order and who stands upstream of whom.
 *
 * It takes any flow of right form, sound or not: what cannot be resolved is left out here and reported by check.ts. How a
 * run is planned is another matter with a shape of its own (run/shape.ts).
 *
 * G1 A wire joins steps of one level only: the flow itself, or the inside of one block.
 * G2 Of steps with equal ids the first is the one an id stands for.
 * G3 Everything here takes time linear in steps and wires, but `upstream`, whose rows of bits are made when first asked.
 */

import { stepsOf } from './blocks.ts';
import type { Flow, Step } from './model.ts';

/** One entry of `after`: from which step, by which port (null: any but `problem`). */
export type Entry = {
  readonly from: Node;
  readonly port: string | null;
  readonly text: string;
  readonly position: number;
};

export type Node = {
  readonly step: Step;
  readonly id: string;
  /** The level it stands on, and its position there. */
  readonly level: Level;
  readonly position: number;
  /** Entries that lead to a step of the same level; others are reported by `check`. */
  readonly entries: readonly Entry[];
  /** Steps that wait for this one. */
  readonly next: readonly Node[];
  /** The steps it holds, if it is a block. */
  readonly inner: Level | null;
};

/** The steps of the flow itself, or of one block. */
export type Level = {
  readonly block: Node | null;
  /** Blocks around it. */
  readonly depth: number;
  readonly nodes: readonly Node[];
  /** A topological order of the nodes that lie on no cycle and behind none. */
  readonly order: readonly Node[];
};

export type Graph = {
  readonly root: Level;
  readonly levels: readonly Level[];
  /** All nodes, each block before what it holds. */
  readonly nodes: readonly Node[];
  readonly byId: ReadonlyMap<string, Node>;
  /** May `of` read what `from` gave? `from` is an ancestor by wires, or one of a block around `of`. */
  readonly upstream: (from: Node, of: Node) => boolean;
};

type Draft = { -readonly [K in keyof Node]: Node[K] } & { entries: Entry[]; next: Node[] };
type DraftLevel = { -readonly [K in keyof Level]: Level[K] } & { nodes: Draft[]; order: Node[] };

/** `step` or `step.port` of an entry of `after`. */
export const splitEntry = (text: string): { readonly id: string; readonly port: string | null } => {
  const dot = text.indexOf('.');
  return dot < 0 ? { id: text, port: null } : { id: text.slice(0, dot), port: text.slice(dot + 1) };
};

export const graphOf = (flow: Flow): Graph => {
  const nodes: Draft[] = [];
  const levels: DraftLevel[] = [];
  const byId = new Map<string, Node>();

  const build = (steps: readonly Step[], block: Draft | null, depth: number): DraftLevel => {
    const level: DraftLevel = { block, depth, nodes: [], order: [] };
    levels.push(level);
    for (const [position, step] of steps.entries()) {
      const node: Draft = { step, id: step.id, level, position, entries: [], next: [], inner: null };
      level.nodes.push(node);
      nodes.push(node);
      if (!byId.has(step.id)) byId.set(step.id, node);
      const inner = stepsOf(step);
      if (inner.length > 0) node.inner = build(inner, node, depth + 1);
    }
    wire(level);
    level.order = sorted(level);
    return level;
  };

  const root = build(flow.steps, null, 0);
  return { root, levels, nodes, byId, upstream: upstreamOf() };
};

const wire = (level: DraftLevel): void => {
  const here = new Map<string, Draft>();
  for (const node of level.nodes) if (!here.has(node.id)) here.set(node.id, node);
  for (const node of level.nodes) {
    for (const [position, text] of (node.step.after ?? []).entries()) {
      const { id, port } = splitEntry(text);
      const from = here.get(id);
      if (from === undefined) continue;
      node.entries.push({ from, port, text, position });
      from.next.push(node);
    }
  }
};

/** Kahn's algorithm; what stands on a cycle or behind one does not come out. */
const sorted = (level: DraftLevel): Node[] => {
  const waiting = new Map<Node, number>(level.nodes.map((node) => [node, node.entries.length]));
  const order: Node[] = level.nodes.filter((node) => node.entries.length === 0);
  for (let i = 0; i < order.length; i++) {
    for (const to of order[i]?.next ?? []) {
      const left = (waiting.get(to) ?? 0) - 1;
      waiting.set(to, left);
      if (left === 0) order.push(to);
    }
  }
  return order;
};

/** Cycles of a level, one path each: first step, …, first step again. Every step on some cycle that no other path shows is shown. */
export const cyclesOf = (level: Level): readonly (readonly Node[])[] => {
  const free = new Set(level.order);
  const seen = new Set<Node>();
  const cycles: Node[][] = [];
  for (const start of level.nodes) {
    if (free.has(start) || seen.has(start)) continue;
    const walk: Node[] = [];
    const on = new Map<Node, number>();
    let at: Node | undefined = start;
    while (at !== undefined && !on.has(at) && !seen.has(at)) {
      on.set(at, walk.length);
      walk.push(at);
      at = at.entries.find((entry) => !free.has(entry.from))?.from;
    }
    for (const node of walk) seen.add(node);
    const from = at === undefined ? undefined : on.get(at);
    if (at !== undefined && from !== undefined) {
      const path = walk.slice(from).toReversed();
      const first = path.reduce((least, node, i) => (node.position < (path[least]?.position ?? 0) ? i : least), 0);
      const turned = [...path.slice(first), ...path.slice(0, first)];
      cycles.push([...turned, ...turned.slice(0, 1)]);
    }
  }
  return cycles;
};

/** Answers `upstream`; one row of bits a node, made level by level when a level is first asked about. */
const upstreamOf = (): Graph['upstream'] => {
  const rows = new Map<Level, readonly (Uint32Array | undefined)[]>();
  const rowsOf = (level: Level): readonly (Uint32Array | undefined)[] => {
    const known = rows.get(level);
    if (known !== undefined) return known;
    const made: (Uint32Array | undefined)[] = [];
    for (const node of level.order) made[node.position] = rowOf(node, made, level.nodes.length);
    rows.set(level, made);
    return made;
  };
  return (from, of) => {
    let at: Node | null = of;
    while (at !== null && at.level !== from.level) at = at.level.block;
    if (at === null) return false;
    const row = rowsOf(at.level)[at.position];
    return row !== undefined && ((row[from.position >>> 5] ?? 0) & (1 << (from.position & 31))) !== 0;
  };
};

const rowOf = (node: Node, made: readonly (Uint32Array | undefined)[], size: number): Uint32Array => {
  const row = new Uint32Array((size + 31) >>> 5);
  for (const { from } of node.entries) {
    row[from.position >>> 5] = (row[from.position >>> 5] ?? 0) | (1 << (from.position & 31));
    const above = made[from.position];
    if (above === undefined) continue;
    for (let i = 0; i < row.length; i++) row[i] = (row[i] ?? 0) | (above[i] ?? 0);
  }
  return row;
};
