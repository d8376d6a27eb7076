/**
 * The drawing of a flow as a value: boxes with their places and sizes, wires between them. It knows no canvas library.
 *
 * SC1 A box that has a place stands there. Where none of a level has one, the level is put in order; a box that is new among
 *     placed ones gets a free spot beside what it waits for, and moves nobody.
 * SC2 What a block holds stands inside it: places in a block are counted from the block's corner, so all moves with it.
 * SC3 What did not change is the same object as before: whoever draws compares by identity.
 */

import { type Flow, graphOf, type GraphLevel, type GraphNode, isBlock, type Step, type Trigger } from '@headgate/core';
import { type Kinds, titleOf } from '../editor-context.ts';
import { portsOf } from '../ports.ts';
import { arrange, type Line } from './arrange.ts';
import { type Area, around, BLOCK, GAP, GROUP, NOTE, overlap, type Size, type Spot, STEP, stepSize } from './box.ts';

export type BoxKind = 'step' | 'trigger' | 'block' | 'note' | 'group';

/** `x`, `y` are counted from the corner of `parent`, or of the canvas. */
export type SceneBox = Area & {
  readonly id: string;
  readonly what: BoxKind;
  readonly parent: string | null;
  readonly name: string;
  /** Title of its kind; the text of a note. */
  readonly text: string;
  readonly kind: string;
  readonly ports: readonly string[];
  readonly disabled: boolean;
  readonly noted: boolean;
  readonly depth: number;
};

export type SceneWire = {
  readonly id: string;
  readonly from: string;
  readonly port: string | null;
  readonly to: string;
  /** As it stands in `after`; null: from a trigger to where the flow begins, which is no wire of the file. */
  readonly entry: string | null;
};

export type Scene = { readonly boxes: readonly SceneBox[]; readonly wires: readonly SceneWire[] };

/** More lines from triggers than this are not drawn. */
const MOST_BEGINNINGS = 60;

/** By block: what was put in order last, so that typing a name does not put it in order again. */
type Arranged = Map<string, { readonly key: string; readonly spots: ReadonlyMap<string, Spot> }>;

type Placed = { readonly boxes: SceneBox[]; readonly size: Size };

/** Draws flows one after the other, keeping what stayed the same. */
export const drawer = (kinds: Kinds): ((flow: Flow) => Scene) => {
  let last: Scene = { boxes: [], wires: [] };
  const arranged: Arranged = new Map();
  return (flow) => {
    const { root } = graphOf(flow);
    const { boxes } = levelOf(flow, kinds, root, arranged);
    last = { boxes: kept(last.boxes, withGroups(flow, boxes)), wires: kept(last.wires, wiresOf(flow, root)) };
    return last;
  };
};

const kept = <T extends { readonly id: string }>(before: readonly T[], now: readonly T[]): readonly T[] => {
  const known = new Map(before.map((one) => [one.id, one]));
  let same = before.length === now.length;
  const made = now.map((one, i) => {
    const old = known.get(one.id);
    const kept = old !== undefined && alike(old, one) ? old : one;
    if (kept !== before[i]) same = false;
    return kept;
  });
  return same ? before : made;
};

const alike = (a: object, b: object): boolean =>
  Object.entries(a).every(([key, value]: [string, unknown]) => {
    const other: unknown = Reflect.get(b, key);
    if (Array.isArray(value) && Array.isArray(other))
      return value.length === other.length && value.every((one, i) => one === other[i]);
    return value === other;
  });

type Loose = Size & {
  readonly id: string;
  readonly made: Omit<SceneBox, 'x' | 'y'>;
  readonly inner: readonly SceneBox[];
};

const levelOf = (flow: Flow, kinds: Kinds, level: GraphLevel, arranged: Arranged): Placed => {
  const block = level.block?.id ?? null;
  const depth = level.block === null ? 0 : level.depth;
  const triggers = block === null ? (flow.triggers ?? []).map((one) => triggerBox(kinds, one)) : [];
  const steps = level.nodes.map((node) => stepBox(flow, kinds, node, block, depth, arranged));
  const loose = [...triggers, ...steps];
  const lines: Line[] = [
    ...(block === null ? beginnings(flow, level).map(({ from, to }) => ({ from, to })) : []),
    ...level.nodes.flatMap((node) => node.entries.map(({ from }) => ({ from: from.id, to: node.id }))),
  ];
  const spots = spotsOf(flow, loose, lines, block, arranged);
  const notes = Object.entries(flow.notes ?? {})
    .filter(([id, note]) => (note.block ?? null) === block && !loose.some((box) => box.id === id))
    .map(
      ([
        id,
        {
          text,
          at: [x, y],
          size: [width, height] = [NOTE.width, NOTE.height],
        },
      ]) => plainBox({ id, what: 'note', parent: block, text, depth, x, y, width, height }),
    );
  const placed = loose.map(({ id, made }): SceneBox => ({ ...made, ...(spots.get(id) ?? { x: 0, y: 0 }) }));
  const inner = loose.flatMap((one) => one.inner);
  const all = around([...placed, ...notes]);
  const size = {
    width: Math.max(BLOCK.width, (all === null ? 0 : all.x + all.width) + BLOCK.room),
    height: Math.max(BLOCK.height, (all === null ? 0 : all.y + all.height) + BLOCK.room),
  };
  return { boxes: [...placed, ...inner, ...notes], size };
};

const plainBox = (
  box: Area & Pick<SceneBox, 'id' | 'what' | 'parent' | 'text' | 'depth'> & { readonly name?: string },
): SceneBox => ({ kind: '', ports: [], disabled: false, noted: false, ...box, name: box.name ?? '' });

const triggerBox = (kinds: Kinds, one: Trigger): Loose => ({
  id: one.id,
  ...STEP,
  inner: [],
  made: {
    id: one.id,
    what: 'trigger',
    parent: null,
    name: one.name ?? one.id,
    text: titleOf(kinds, one.kind),
    kind: one.kind,
    ports: [],
    disabled: one.disabled === true,
    noted: (one.note ?? '') !== '',
    depth: 0,
    ...STEP,
  },
});

const stepBox = (
  flow: Flow,
  kinds: Kinds,
  node: GraphNode,
  parent: string | null,
  depth: number,
  arranged: Arranged,
): Loose => {
  const { step, id } = node;
  const ports = portsOf(kinds, step);
  const block = isBlock(step);
  const held = block ? levelOf(flow, kinds, node.inner ?? emptyLevel(node), arranged) : null;
  const size = held?.size ?? stepSize(ports.length);
  return {
    id,
    ...size,
    inner: held?.boxes ?? [],
    made: { ...boxOf(kinds, step, ports), what: block ? 'block' : 'step', parent, depth, ...size },
  };
};

/** The graph tells no level of a block that holds nothing; notes may stand in it all the same. */
const emptyLevel = (block: GraphNode): GraphLevel => ({ block, depth: block.level.depth + 1, nodes: [], order: [] });

const boxOf = (kinds: Kinds, step: Step, ports: readonly string[]) => ({
  id: step.id,
  name: step.name ?? step.id,
  text: titleOf(kinds, step.kind),
  kind: step.kind,
  ports,
  disabled: step.disabled === true,
  noted: (step.note ?? '') !== '',
});

/** Where the boxes of a level stand (SC1). */
const spotsOf = (
  flow: Flow,
  loose: readonly Loose[],
  lines: readonly Line[],
  block: string | null,
  arranged: Arranged,
): ReadonlyMap<string, Spot> => {
  const spots = new Map<string, Spot>();
  for (const { id } of loose) {
    const place = flow.layout?.[id];
    if (place !== undefined) spots.set(id, { x: place[0], y: place[1] });
  }
  if (spots.size === 0) {
    const key = JSON.stringify([loose.map(({ id, width, height }) => [id, width, height]), lines]);
    const was = arranged.get(block ?? '');
    if (was?.key === key) return was.spots;
    const made = arrange(
      loose.map(({ id, width, height }) => ({ id, width, height, was: null })),
      lines,
    );
    const moved = block === null ? made : inside(made);
    arranged.set(block ?? '', { key, spots: moved });
    return moved;
  }
  for (const one of loose) if (!spots.has(one.id)) spots.set(one.id, freeSpot(one, loose, lines, spots));
  return spots;
};

/** Below the head of the block. */
export const inside = (spots: ReadonlyMap<string, Spot>): ReadonlyMap<string, Spot> =>
  new Map([...spots].map(([id, { x, y }]) => [id, { x: x + BLOCK.room, y: y + BLOCK.head + BLOCK.room }]));

const freeSpot = (
  { id, width, height, made }: Loose,
  loose: readonly Loose[],
  lines: readonly Line[],
  spots: ReadonlyMap<string, Spot>,
): Spot => {
  const areas = loose.flatMap((one): (Area & { readonly id: string })[] => {
    const spot = spots.get(one.id);
    return spot === undefined ? [] : [{ id: one.id, ...spot, width: one.width, height: one.height }];
  });
  const named = new Map(areas.map((area) => [area.id, area]));
  const before = lines.filter(({ to }) => to === id).map(({ from }) => named.get(from));
  const left = before.filter((area) => area !== undefined);
  const all = around(areas) ?? { x: 0, y: 0, width: 0, height: 0 };
  const first = { x: Math.max(all.x, BLOCK.room), y: all.y + all.height + GAP.y };
  const spot =
    left.length > 0
      ? { x: Math.max(...left.map((a) => a.x + a.width)) + GAP.x, y: left[0]?.y ?? 0 }
      : made.what === 'trigger'
        ? { x: all.x - width - GAP.x, y: all.y }
        : first;
  let free = { ...spot, width, height };
  for (let tries = 0; tries < 1000; tries += 1) {
    const other = areas.find((area) =>
      overlap(area, { ...free, x: free.x - 8, width: width + 16, height: height + 16 }),
    );
    if (other === undefined) break;
    free = { ...free, y: other.y + other.height + GAP.y };
  }
  return { x: free.x, y: free.y };
};

/** Groups as frames around what they hold, behind it; of one level each: that of the first it holds. */
const withGroups = (flow: Flow, boxes: readonly SceneBox[]): readonly SceneBox[] => {
  const known = new Map(boxes.map((box) => [box.id, box]));
  const frames = Object.entries(flow.groups ?? {}).flatMap(([id, { name, holds }]): SceneBox[] => {
    const held = holds.map((one) => known.get(one)).filter((box) => box !== undefined);
    const parent = held[0]?.parent ?? null;
    const area = around(held.filter((box) => box.parent === parent));
    if (area === null || known.has(id)) return [];
    return [
      plainBox({
        id,
        what: 'group',
        parent,
        name,
        text: '',
        depth: held[0]?.depth ?? 0,
        x: area.x - GROUP.room,
        y: area.y - GROUP.room - GROUP.head,
        width: area.width + 2 * GROUP.room,
        height: area.height + 2 * GROUP.room + GROUP.head,
      }),
    ];
  });
  return [...frames, ...boxes];
};

/** From each trigger to each step that begins at once. */
const beginnings = (flow: Flow, root: GraphLevel): readonly SceneWire[] => {
  const first = root.nodes.filter(({ step }) => (step.after ?? []).length === 0);
  const triggers = flow.triggers ?? [];
  if (triggers.length * first.length > MOST_BEGINNINGS) return [];
  return triggers.flatMap(({ id }) =>
    first.map((node) => ({ id: `${id}>>${node.id}`, from: id, port: null, to: node.id, entry: null })),
  );
};

const wiresOf = (flow: Flow, root: GraphLevel): readonly SceneWire[] => {
  const wires: SceneWire[] = [...beginnings(flow, root)];
  const walk = (level: GraphLevel): void => {
    for (const node of level.nodes) {
      for (const { from, port, text } of node.entries)
        wires.push({ id: `${text}>${node.id}`, from: from.id, port, to: node.id, entry: text });
      if (node.inner !== null) walk(node.inner);
    }
  };
  walk(root);
  return wires;
};
