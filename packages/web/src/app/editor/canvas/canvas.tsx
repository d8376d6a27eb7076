/**
 * The flow as boxes and wires. This folder alone knows the canvas library: what is drawn is `Scene`, what is done are the commands.
 *
 * CV1 One tab stop: the canvas has the focus, and tells by `aria-activedescendant` which box the cursor is on; a box that is
 *     scrolled out of view, and so not drawn, loses nobody's focus.
 * CV2 What a pointer does here, a key does by the same command (use-canvas-keys.ts).
 */

import '@xyflow/react/dist/style.css';
import { useMantineColorScheme } from '@mantine/core';
import {
  Background,
  type Connection,
  type FinalConnectionState,
  MiniMap,
  type NodeChange,
  ReactFlow,
  ReactFlowProvider,
  useNodesState,
  useReactFlow,
} from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction, useDoing } from '../../actions/use-action.ts';
import { useSignedIn } from '../../shell/signed-in.ts';
import type { AddWish } from '../add-wish.ts';
import { useConnecting, useCursor, useEditor, useFlow, useSelected, useWire } from '../editor-context.ts';
import type { GraphProps } from '../graph.ts';
import { countsOf } from '../naming.ts';
import { BLOCK, type Spot } from './box.ts';
import { type Camera, cameraOf, isOverview, keepCamera, keepOverview } from './camera.ts';
import classes from './canvas.module.css';
import { dropped, pinsOf } from './drop.ts';
import { Empty } from './empty.tsx';
import { ANY, type BoxNode, handlesOf, TYPES, typeOf } from './nodes.tsx';
import { drawer, type SceneWire } from './scene.ts';
import { useStable } from './stable.ts';
import { tidied } from './tidy.ts';
import { Tools } from './tools.tsx';
import { useCanvasKeys } from './use-canvas-keys.ts';
import { useSee } from './use-see.ts';
import { areasOf } from './walk.ts';
import { LINES, type WireEdge } from './wire-line.tsx';

export const Canvas = (props: GraphProps) => {
  const user = useSignedIn();
  // Where one looked is remembered by user: until it is known who that is, nothing is drawn in a wrong place.
  if (user === null) return null;
  return (
    <ReactFlowProvider>
      <Drawing {...props} user={user === 'token' ? user : user.id} />
    </ReactFlowProvider>
  );
};

const Drawing = ({ open, look, add, menu, renaming, rename, user }: GraphProps & { readonly user: string }) => {
  const { t } = useTranslation();
  const { commands, selection, kinds, draft, connecting: mode } = useEditor();
  const flow = useFlow();
  const selected = useSelected();
  const cursor = useCursor();
  const connecting = useConnecting();
  const chosen = useWire();
  const { colorScheme } = useMantineColorScheme();
  const camera = useReactFlow();
  const place = useRef<HTMLDivElement>(null);
  const [overview, setOverview] = useState(isOverview);
  const draw = useMemo(() => drawer(kinds), [kinds]);
  const scene = useMemo(() => draw(flow), [draw, flow]);
  const counts = useMemo(() => countsOf(flow), [flow]);
  const held = useRef(new Map<string, BoxNode>());
  const renamed = useCallback(() => rename(null), [rename]);

  const made = useMemo((): BoxNode[] => {
    const inner = new Map<string, number>();
    for (const { parent, what } of scene.boxes)
      if (parent !== null && (what === 'step' || what === 'block')) inner.set(parent, (inner.get(parent) ?? 0) + 1);
    const next = new Map<string, BoxNode>();
    // Whoever holds others comes before them; frames lie at the bottom.
    const boxes = scene.boxes.toSorted(
      (a, b) => Number(b.what === 'group') - Number(a.what === 'group') || a.depth - b.depth,
    );
    for (const box of boxes) {
      const count = counts.get(box.id);
      const told =
        count === undefined
          ? null
          : {
              ...count,
              name: box.name,
              kind: box.text,
              disabled: box.disabled,
              holds: box.what === 'block' ? (inner.get(box.id) ?? 0) : null,
            };
      const was = held.current.get(box.id);
      const isRenaming = renaming === box.id;
      const same =
        was !== undefined &&
        was.data.box === box &&
        was.data.renaming === isRenaming &&
        JSON.stringify(was.data.told) === JSON.stringify(told);
      next.set(
        box.id,
        same
          ? was
          : {
              id: box.id,
              type: typeOf(box),
              position: { x: box.x, y: box.y },
              width: box.width,
              height: box.height,
              // Known before it is drawn, so that fitting all on the screen reckons with what is out of view.
              measured: { width: box.width, height: box.height },
              handles: handlesOf(box),
              ...(box.parent === null ? {} : { parentId: box.parent }),
              zIndex: box.what === 'group' ? -1 : box.depth * 2,
              data: { box, told, renaming: isRenaming, renamed },
              ...(box.what === 'group' ? { draggable: false } : {}),
            },
      );
    }
    held.current = next;
    return [...next.values()];
  }, [scene, counts, renaming, renamed]);

  const insert = useCallback(
    ({ entry, to }: SceneWire, screen: { readonly x: number; readonly y: number }) => {
      if (entry !== null) add({ where: { at: 'wire', from: entry, to }, screen });
    },
    [add],
  );
  const lines = useMemo(
    (): WireEdge[] =>
      scene.wires.map((wire) => {
        const from = scene.boxes.find(({ id }) => id === wire.from);
        const handle = wire.port !== null && from?.ports.includes(wire.port) === true ? wire.port : ANY;
        return {
          id: wire.id,
          type: 'wire',
          source: wire.from,
          target: wire.to,
          ...(from === undefined || from.ports.length === 0 ? {} : { sourceHandle: handle }),
          selectable: wire.entry !== null,
          selected: chosen !== null && chosen.entry === wire.entry && chosen.to === wire.to,
          data: { wire, insert, look },
        };
      }),
    [scene, insert, look, chosen],
  );

  const [nodes, setNodes, onNodesChange] = useNodesState<BoxNode>([]);
  useEffect(
    () =>
      setNodes((before) => {
        const shown = new Map(before.map((node) => [node.id, node]));
        return made.map((node) => {
          const old = shown.get(node.id);
          const isSelected = selected.has(node.id);
          if (
            old?.data === node.data &&
            (old.selected === true) === isSelected &&
            old.position.x === node.position.x &&
            old.position.y === node.position.y
          )
            return old;
          return { ...node, selected: isSelected };
        });
      }),
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

  const see = useSee(scene, place);

  /** Where a point of the screen is on the canvas. */
  const spotAt = (x: number, y: number): Spot => camera.screenToFlowPosition({ x, y });

  const wishAt = (x: number, y: number, where: AddWish['where']): AddWish => {
    const spot = spotAt(x, y);
    const { block, at } = dropped(scene, spot);
    const found = where.at === 'flow' && block !== null ? { at: 'block' as const, block } : where;
    return {
      where: found,
      spot: [Math.round(at.x), Math.round(at.y - 30)],
      pins: pinsOf(scene, flow, block),
      screen: { x, y },
    };
  };

  const connected = ({ source, sourceHandle, target }: Connection): void => {
    const port = sourceHandle === null || sourceHandle === ANY ? null : sourceHandle;
    commands.connect(port === null ? source : `${source}.${port}`, target);
  };
  const letGo = (
    event: MouseEvent | TouchEvent,
    { isValid, toNode, fromHandle, fromNode }: FinalConnectionState,
  ): void => {
    if (isValid === true || toNode !== null || fromHandle === null || fromNode === null) return;
    const point = 'changedTouches' in event ? event.changedTouches[0] : event;
    if (point === undefined) return;
    const port = fromHandle.id === null || fromHandle.id === undefined || fromHandle.id === ANY ? null : fromHandle.id;
    const entry = port === null ? fromNode.id : `${fromNode.id}.${port}`;
    const where: AddWish['where'] =
      fromHandle.type === 'source' ? { at: 'after', entry } : { at: 'before', to: fromNode.id };
    const wish = wishAt(point.clientX, point.clientY, where);
    const box = scene.boxes.find(({ id }) => id === fromNode.id);
    // It stands in the block of the one it is joined to, whichever box the pointer was let go over.
    const corner = box?.parent === null || box === undefined ? null : areasOf(scene.boxes).get(box.parent);
    const { x, y } = spotAt(point.clientX, point.clientY);
    const spot: [number, number] = [Math.round(x - (corner?.x ?? 0)), Math.round(y - 30 - (corner?.y ?? 0))];
    add({ ...wish, where, spot, pins: pinsOf(scene, flow, box?.parent ?? null) });
  };
  const moved = (_: unknown, one: BoxNode, all: BoxNode[]): void => {
    const only = all.length === 1 ? one : null;
    if (only !== null && putDown(only)) return;
    const places = Object.fromEntries(
      all.map(({ id, position }) => [id, [Math.round(position.x), Math.round(position.y)] as const]),
    );
    commands.move({ ...pinsOf(scene, flow, one.parentId ?? null), ...places });
  };
  /** A box that was dropped into another block, or on a wire. */
  const putDown = (node: BoxNode): boolean => {
    const { box } = node.data;
    if (box.what !== 'step' && box.what !== 'block') return false;
    const corner = box.parent === null ? null : areasOf(scene.boxes).get(box.parent);
    const x = (corner?.x ?? 0) + node.position.x;
    const y = (corner?.y ?? 0) + node.position.y;
    const { block, at } = dropped(scene, { x: x + box.width / 2, y: y + BLOCK.head / 2 }, box.id);
    if (block !== box.parent) {
      const spot = [Math.round(at.x - box.width / 2), Math.round(at.y - BLOCK.head / 2)] as const;
      return commands.moveTo([box.id], { block, before: null }, { ...pinsOf(scene, flow, block), [box.id]: spot });
    }
    const alone = scene.wires.every(({ from, to, entry }) => entry === null || (from !== box.id && to !== box.id));
    const wire = alone ? wireUnder(scene.wires, node) : null;
    if (wire?.entry === null || wire === null) return false;
    const spot = [Math.round(node.position.x), Math.round(node.position.y)] as const;
    return commands.putOnWire(
      box.id,
      { from: wire.entry, to: wire.to },
      { ...pinsOf(scene, flow, box.parent), [box.id]: spot },
    );
  };
  const wireUnder = (wires: readonly SceneWire[], node: BoxNode): SceneWire | null => {
    const { box } = node.data;
    const named = new Map(scene.boxes.map((one) => [one.id, one]));
    return (
      wires.find(({ from, to, entry }) => {
        const [a, b] = [named.get(from), named.get(to)];
        if (entry === null || a === undefined || b === undefined || a.parent !== box.parent) return false;
        const x = (a.x + a.width + b.x) / 2;
        const y = (a.y + a.height / 2 + b.y + b.height / 2) / 2;
        return (
          x >= node.position.x &&
          x <= node.position.x + box.width &&
          y >= node.position.y &&
          y <= node.position.y + box.height
        );
      }) ?? null
    );
  };

  useAction('fitAll', () => void camera.fitView({ padding: 0.1, maxZoom: 1 }));
  useAction(
    'fitSelection',
    () => void camera.fitView({ nodes: [...selected].map((id) => ({ id })), padding: 0.3, maxZoom: 1.2 }),
    selected.size === 0 ? t('actions.off.nothing') : undefined,
  );
  useAction('tidy', () => {
    if (commands.tidy(tidied(scene))) requestAnimationFrame(() => void camera.fitView({ padding: 0.1, maxZoom: 1 }));
  });
  const toggleOverview = (): void => {
    keepOverview(!overview);
    setOverview(!overview);
  };
  useAction('minimap', toggleOverview);
  useAction('note', () => {
    const size = place.current?.getBoundingClientRect();
    const spot = spotAt((size?.left ?? 0) + (size?.width ?? 0) / 2, (size?.top ?? 0) + (size?.height ?? 0) / 3);
    const id = commands.note([Math.round(spot.x), Math.round(spot.y)], t('graph.newNote'));
    if (id !== null) rename(id);
  });

  const keys = useCanvasKeys({ scene, flow, see, add, open });
  const [first] = useState(() => cameraOf(user, draft.id));
  const shown = cursor !== null && scene.boxes.some(({ id }) => id === cursor) ? cursor : null;
  const [start] = useState(() =>
    first === null ? { fitView: true, fitViewOptions: { padding: 0.1, maxZoom: 1 } } : { defaultViewport: first },
  );
  // What the library hands on to every box must be the same at every drawing: else all are drawn again at each key.
  const follows = useStable(changed);
  const joins = useStable(connected);
  const drops = useStable(letGo);
  const putAway = useStable(moved);
  const mayJoin = useStable(({ source, target }: { readonly source: string; readonly target: string }) =>
    commands.mayJoin(source, target),
  );
  const clicked = useStable((_: unknown, node: BoxNode) => selection.go(node.id));
  const entered = useStable((_: unknown, node: BoxNode) =>
    node.type === 'note' || node.type === 'frame' ? rename(node.id) : open(node.id),
  );
  const looked = useStable((_: unknown, edge: WireEdge) => {
    selection.set([edge.source]);
    look(edge.source);
    const { entry = null, to = '' } = edge.data?.wire ?? {};
    if (entry !== null) selection.choose({ entry, to });
  });
  const isEmpty = flow.steps.length === 0 && (flow.triggers ?? []).length === 0;
  const another = useDoing('add');
  const left = useStable(() => void mode.end());
  const keep = useStable((_: unknown, viewport: Camera) => keepCamera(user, draft.id, viewport));
  return (
    <div
      ref={place}
      className={classes.canvas}
      role="application"
      tabIndex={0}
      data-graph="canvas"
      aria-label={t('graph.canvasOf', { name: flow.name })}
      aria-description={t('graph.canvasHelp')}
      {...(shown === null ? {} : { 'aria-activedescendant': `box-${shown}` })}
      onKeyDown={keys}
      onDoubleClick={(event) => {
        if (event.target instanceof Element && event.target.classList.contains('react-flow__pane'))
          add(wishAt(event.clientX, event.clientY, { at: 'flow' }));
      }}
      onContextMenu={(event) => {
        event.preventDefault();
        const id = (event.target instanceof Element ? event.target.closest('[data-step]') : null)?.getAttribute(
          'data-step',
        );
        const about = id ?? (event.button === 2 ? null : shown);
        if (about !== null && !selection.has(about)) selection.set([about]);
        const box = about === null ? null : document.getElementById(`box-${about}`)?.getBoundingClientRect();
        const byKey = event.button !== 2 && box !== null && box !== undefined;
        menu({ id: about, x: byKey ? box.left + 24 : event.clientX, y: byKey ? box.top + 24 : event.clientY });
      }}
    >
      <ReactFlow
        nodes={nodes}
        edges={lines}
        nodeTypes={TYPES}
        edgeTypes={LINES}
        onNodesChange={follows}
        onConnect={joins}
        onConnectEnd={drops}
        isValidConnection={mayJoin}
        onNodeClick={clicked}
        onNodeDoubleClick={entered}
        onNodeDragStop={putAway}
        onEdgeClick={looked}
        onPaneClick={left}
        onMoveEnd={keep}
        {...start}
        colorMode={colorScheme === 'auto' ? 'system' : colorScheme}
        minZoom={0.05}
        maxZoom={2}
        panOnScroll
        zoomOnDoubleClick={false}
        deleteKeyCode={null}
        multiSelectionKeyCode={SEVERAL}
        nodesFocusable={false}
        edgesFocusable={false}
        disableKeyboardA11y
        nodeDragThreshold={3}
        onlyRenderVisibleElements
        role="presentation"
        proOptions={PLAIN}
      >
        <Background />
        {overview && <MiniMap pannable zoomable ariaLabel={t('graph.minimap')} />}
      </ReactFlow>
      {isEmpty && <Empty add={() => add({ where: { at: 'flow' } })} />}
      <Tools overview={overview} toggle={toggleOverview} add={isEmpty ? null : (another?.run ?? null)} />
      {connecting !== null && <div className={classes.mode}>{t('graph.connecting', { entry: connecting.entry })}</div>}
      {chosen !== null && <div className={classes.mode}>{t('graph.wireChosen', chosen)}</div>}
    </div>
  );
};

const SEVERAL = ['Control', 'Meta'];
const PLAIN = { hideAttribution: true };
