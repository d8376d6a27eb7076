/** The flow as boxes and wires. The one place that knows the canvas library. */

import '@xyflow/react/dist/style.css';
import { useMantineColorScheme } from '@mantine/core';
import {
  Background,
  type Connection,
  Controls,
  type Edge,
  Handle,
  type Node,
  type NodeChange,
  type NodeProps,
  Position,
  ReactFlow,
  useNodesState,
} from '@xyflow/react';
import type { Flow } from '@headgate/core';
import { memo, useEffect, useMemo } from 'react';
import { titleOf, useEditor, useFlow, useSelected, useWatched } from '../editor-context.ts';
import { StateMark } from '../run/state-mark.tsx';
import { arrange } from './arrange.ts';
import classes from './canvas.module.css';

const WIDTH = 200;
const HEIGHT = 56;

type BoxData = { readonly name: string; readonly kind: string; readonly trigger: boolean; readonly disabled: boolean };
type BoxNode = Node<BoxData, 'box'>;

const linesOf = (flow: Flow): Edge[] =>
  flow.steps.flatMap((step) =>
    (step.after ?? []).map((entry) => {
      const [from = '', port] = entry.split('.');
      return {
        id: `${entry}>${step.id}`,
        source: from,
        target: step.id,
        ...(port === undefined ? {} : { label: port }),
      };
    }),
  );

export const Canvas = ({ open }: { readonly open: (step: string) => void }) => {
  const { commands, selection, kinds } = useEditor();
  const flow = useFlow();
  const selected = useSelected();
  const { colorScheme } = useMantineColorScheme();
  const lines = useMemo(() => linesOf(flow), [flow]);
  const made = useMemo((): BoxNode[] => {
    const boxes = [...(flow.triggers ?? []), ...flow.steps];
    const free = arrange(
      boxes.map(({ id }) => ({ id, width: WIDTH, height: HEIGHT })),
      lines
        .filter(({ source }) => boxes.some(({ id }) => id === source))
        .map(({ source, target }) => ({ from: source, to: target })),
    );
    return boxes.map((one) => {
      const [x, y] = flow.layout?.[one.id] ?? free.get(one.id) ?? [0, 0];
      const data = {
        name: one.name ?? one.id,
        kind: titleOf(kinds, one.kind),
        trigger: !('after' in one) && (flow.triggers ?? []).some(({ id }) => id === one.id),
        disabled: one.disabled === true,
      };
      return { id: one.id, type: 'box', position: { x, y }, data };
    });
  }, [flow, lines, kinds]);
  const [nodes, setNodes, onNodesChange] = useNodesState<BoxNode>([]);
  useEffect(
    () => setNodes(made.map((node) => ({ ...node, selected: selected.has(node.id) }))),
    [made, selected, setNodes],
  );

  const changed = (changes: NodeChange<BoxNode>[]): void => {
    onNodesChange(changes);
    const picks = changes.filter((one) => one.type === 'select');
    if (picks.length === 0) return;
    const next = new Set(selection.state());
    for (const pick of picks)
      if (pick.selected) next.add(pick.id);
      else next.delete(pick.id);
    selection.set(next);
  };
  const connect = ({ source, target }: Connection): void => void commands.connect(source, target);
  return (
    <ReactFlow
      nodes={nodes}
      edges={lines}
      nodeTypes={TYPES}
      onNodesChange={changed}
      onConnect={connect}
      onNodeDoubleClick={(_, node) => open(node.id)}
      onNodeDragStop={(_, __, moved) =>
        commands.move(
          Object.fromEntries(moved.map(({ id, position }) => [id, [Math.round(position.x), Math.round(position.y)]])),
        )
      }
      colorMode={colorScheme === 'auto' ? 'system' : colorScheme}
      deleteKeyCode={null}
      fitView
      onlyRenderVisibleElements
    >
      <Background />
      <Controls showInteractive={false} />
    </ReactFlow>
  );
};

const Box = memo(({ id, data, selected }: NodeProps<BoxNode>) => {
  const { fold } = useWatched();
  return (
    <div className={classes.box} data-selected={selected} data-disabled={data.disabled}>
      {!data.trigger && <Handle type="target" position={Position.Left} />}
      <StateMark state={fold.steps.get(id)?.state ?? null} />
      <div>
        <div className={classes.name}>{data.name}</div>
        <div className={classes.kind}>{data.kind}</div>
      </div>
      {!data.trigger && <Handle type="source" position={Position.Right} />}
    </div>
  );
});

const TYPES = { box: Box };
