/** Where boxes stand when nobody has said so: left to right, in the order of the flow. */

import dagre from '@dagrejs/dagre';

export type Box = { readonly id: string; readonly width: number; readonly height: number };
export type Line = { readonly from: string; readonly to: string };

/** Upper left corners by id, from 0,0. */
export const arrange = (
  boxes: readonly Box[],
  lines: readonly Line[],
): ReadonlyMap<string, readonly [number, number]> => {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 32, ranksep: 72 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height });
  for (const { from, to } of lines) graph.setEdge(from, to);
  dagre.layout(graph);
  return new Map(
    boxes.map(({ id, width, height }) => {
      const { x, y } = graph.node(id);
      return [id, [Math.round(x - width / 2), Math.round(y - height / 2)]] as const;
    }),
  );
};
