/**
 * The flow as a tree: triggers, steps, branches by port, and what blocks hold. A step stands in a branch when it can only be come
 * to by that branch; where branches join again it stands below them.
 */

import { type Flow, graphOf, type GraphLevel, type GraphNode, isBlock } from '@headgate/core';
import type { Kinds } from '../editor-context.ts';
import { portsOf } from '../ports.ts';

export type Row = {
  /** A step, a trigger, or a branch as `step.port`. */
  readonly id: string;
  readonly what: 'trigger' | 'step' | 'branch';
  readonly depth: number;
  readonly parent: string | null;
  /** Has it rows below it? */
  readonly opens: boolean;
};

/** The branch a step stands in, from the outermost inwards. */
type Home = readonly string[];

const common = (homes: readonly Home[]): Home => {
  const [first = [], ...rest] = homes;
  let length = first.length;
  for (const home of rest) {
    let i = 0;
    while (i < Math.min(length, home.length) && home[i] === first[i]) i += 1;
    length = i;
  }
  return first.slice(0, length);
};

export const rowsOf = (flow: Flow, kinds: Kinds): readonly Row[] => {
  const { root } = graphOf(flow);
  const triggers = (flow.triggers ?? []).map(
    ({ id }): Row => ({ id, what: 'trigger', depth: 0, parent: null, opens: false }),
  );
  return [...triggers, ...levelRows(root, kinds, 0, null)];
};

const levelRows = (level: GraphLevel, kinds: Kinds, depth: number, parent: string | null): Row[] => {
  const ports = new Map(level.nodes.map((node) => [node.id, portsOf(kinds, node.step)]));
  const homes = new Map<string, Home>();
  // Those on a cycle are in no order; the check tells of them, and they stand at the end.
  const sorted = new Set(level.order);
  const ordered = [...level.order, ...level.nodes.filter((node) => !sorted.has(node))];
  for (const node of ordered) {
    if (!sorted.has(node)) {
      homes.set(node.id, []);
      continue;
    }
    const reached = node.entries.map(({ from, port }): Home => {
      const home = homes.get(from.id) ?? [];
      return port !== null && ports.get(from.id)?.includes(port) === true ? [...home, `${from.id}.${port}`] : home;
    });
    homes.set(node.id, reached.length === node.entries.length && reached.length > 0 ? common(reached) : []);
  }
  const byHome = new Map<string, GraphNode[]>();
  for (const node of inFileOrder(level, homes)) {
    const key = (homes.get(node.id) ?? []).join('>');
    byHome.set(key, [...(byHome.get(key) ?? []), node]);
  }
  const within = (home: Home, at: number, above: string | null): Row[] =>
    (byHome.get(home.join('>')) ?? []).flatMap((node): Row[] => {
      const own = ports.get(node.id) ?? [];
      const inner = node.inner === null ? [] : levelRows(node.inner, kinds, at + 1, node.id);
      const branches = own.flatMap((port): Row[] => {
        const id = `${node.id}.${port}`;
        const below = within([...home, id], at + 2, id);
        return [{ id, what: 'branch', depth: at + 1, parent: node.id, opens: below.length > 0 }, ...below];
      });
      const opens = inner.length + branches.length > 0 || isBlock(node.step);
      return [{ id: node.id, what: 'step', depth: at, parent: above, opens }, ...inner, ...branches];
    });
  return within([], depth, parent);
};

/** The order of the file, but nobody before what it waits for in the same branch. */
const inFileOrder = (level: GraphLevel, homes: ReadonlyMap<string, Home>): readonly GraphNode[] => {
  const done = new Set<GraphNode>();
  const out: GraphNode[] = [];
  const put = (node: GraphNode, path: ReadonlySet<GraphNode>): void => {
    if (done.has(node) || path.has(node)) return;
    const next = new Set([...path, node]);
    for (const { from } of node.entries) if (homes.get(from.id)?.join() === homes.get(node.id)?.join()) put(from, next);
    if (done.has(node)) return;
    done.add(node);
    out.push(node);
  };
  for (const node of level.nodes) put(node, new Set());
  return out;
};

/** Rows that are to be seen: none below one that is closed. */
export const seen = (rows: readonly Row[], closed: ReadonlySet<string>): readonly Row[] => {
  const hidden = new Set<string>();
  return rows.filter(({ id, parent }) => {
    const isHidden = parent !== null && (closed.has(parent) || hidden.has(parent));
    if (isHidden) hidden.add(id);
    return !isHidden;
  });
};
