/**
 * Putting boxes in order: left to right along the wires. Columns come from the graph; within a column boxes keep the order in
 * which they stood (or, new, that of the file), so that who knew the drawing knows it still.
 */

import dagre from '@dagrejs/dagre';
import { GAP, type Size, type Spot } from './box.ts';

/** `was`: where it stood; null: nowhere yet. */
export type Box = Size & { readonly id: string; readonly was: Spot | null };
export type Line = { readonly from: string; readonly to: string };

/** Upper left corners by id; the uppermost and leftmost are 0. */
export const arrange = (boxes: readonly Box[], lines: readonly Line[]): ReadonlyMap<string, Spot> => {
  // Branches stand in the order of their ports, as in the file, unless another order crosses fewer wires.
  const filed = drawn(boxes, lines, true);
  const untangled = drawn(boxes, lines, false);
  return inOrder(boxes, crossings(untangled, lines) < crossings(filed, lines) ? untangled : filed);
};

const drawn = (boxes: readonly Box[], lines: readonly Line[], filed: boolean): ReadonlyMap<string, Spot> => {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: GAP.y, ranksep: GAP.x });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height });
  for (const { from, to } of lines) graph.setEdge(from, to);
  dagre.layout(graph, { disableOptimalOrderHeuristic: filed });
  return new Map(
    boxes.map(({ id, width, height }): [string, Spot] => {
      const { x, y } = graph.node(id);
      return [id, { x: Math.round(x - width / 2), y: Math.round(y - height / 2) }];
    }),
  );
};

/** So many pairs of wires between the same two columns cross. */
const crossings = (spots: ReadonlyMap<string, Spot>, lines: readonly Line[]): number => {
  const ends = lines.flatMap(({ from, to }) => {
    const [a, b] = [spots.get(from), spots.get(to)];
    return a === undefined || b === undefined ? [] : [{ x: a.x, from: a.y, to: b.y }];
  });
  let count = 0;
  for (const [i, one] of ends.entries())
    for (const other of ends.slice(i + 1))
      if (one.x === other.x && (one.from - other.from) * (one.to - other.to) < 0) count += 1;
  return count;
};

/** Boxes of a column that stood somewhere, in the order in which they stood; each begins where the one above it ends. */
const inOrder = (boxes: readonly Box[], corner: ReadonlyMap<string, Spot>): ReadonlyMap<string, Spot> => {
  const columns = new Map<number, Box[]>();
  for (const box of boxes) {
    const middle = Math.round(((corner.get(box.id)?.x ?? 0) + box.width / 2) / 8);
    columns.set(middle, [...(columns.get(middle) ?? []), box]);
  }
  const made = new Map(corner);
  for (const column of columns.values()) {
    const drawn = column.toSorted((a, b) => (corner.get(a.id)?.y ?? 0) - (corner.get(b.id)?.y ?? 0));
    const wished = drawn.toSorted((a, b) => (a.was === null || b.was === null ? 0 : a.was.y - b.was.y));
    if (wished.every((box, i) => box === drawn[i])) continue;
    let y = corner.get(drawn[0]?.id ?? '')?.y ?? 0;
    for (const box of wished) {
      made.set(box.id, { x: corner.get(box.id)?.x ?? 0, y });
      y += box.height + GAP.y;
    }
  }
  const top = Math.min(0, ...[...made.values()].map(({ y }) => y));
  return top === 0 ? made : new Map([...made].map(([id, { x, y }]) => [id, { x, y: y - top }]));
};
