/** Where an arrow key leads on the canvas: along wires to the right and left, to the nearest box above and below. */

import type { Area } from './box.ts';
import type { Scene, SceneBox } from './scene.ts';

export type Way = 'ArrowRight' | 'ArrowLeft' | 'ArrowUp' | 'ArrowDown';

export const isWay = (key: string): key is Way => /^Arrow(Right|Left|Up|Down)$/.test(key);

/** Areas counted from the corner of the canvas, by id. */
export const areasOf = (boxes: readonly SceneBox[]): ReadonlyMap<string, Area> => {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const known = new Map<string, Area>();
  const areaOf = (box: SceneBox): Area => {
    const was = known.get(box.id);
    if (was !== undefined) return was;
    const parent = box.parent === null ? undefined : byId.get(box.parent);
    const corner = parent === undefined ? { x: 0, y: 0 } : areaOf(parent);
    const area = { x: corner.x + box.x, y: corner.y + box.y, width: box.width, height: box.height };
    known.set(box.id, area);
    return area;
  };
  for (const box of boxes) areaOf(box);
  return known;
};

/** The order of Home, End and of typing a name: from left to right, then from top to bottom; groups by themselves are left out. */
export const orderOf = ({ boxes }: Scene): readonly string[] => {
  const areas = areasOf(boxes);
  const at = (id: string): Area => areas.get(id) ?? { x: 0, y: 0, width: 0, height: 0 };
  return boxes
    .filter(({ what }) => what !== 'group')
    .map(({ id }) => id)
    .toSorted((a, b) => at(a).x - at(b).x || at(a).y - at(b).y);
};

const middle = ({ y, height }: Area): number => y + height / 2;

/** Null: nothing is there. */
export const walk = (scene: Scene, from: string, way: Way): string | null => {
  const { boxes, wires } = scene;
  const box = boxes.find(({ id }) => id === from);
  const areas = areasOf(boxes);
  const here = areas.get(from);
  if (box === undefined || here === undefined) return orderOf(scene)[0] ?? null;
  const nearest = (ids: readonly string[]): string | null =>
    ids.toSorted(
      (a, b) =>
        Math.abs(middle(areas.get(a) ?? here) - middle(here)) - Math.abs(middle(areas.get(b) ?? here) - middle(here)),
    )[0] ?? null;
  if (way === 'ArrowRight') return nearest(wires.filter((wire) => wire.from === from).map(({ to }) => to));
  if (way === 'ArrowLeft')
    return nearest(wires.filter((wire) => wire.to === from).map((wire) => wire.from)) ?? box.parent;
  const down = way === 'ArrowDown';
  const inner = boxes.filter(({ parent, what }) => parent === from && what !== 'group');
  if (down && inner.length > 0) return inner.toSorted((a, b) => a.y - b.y || a.x - b.x)[0]?.id ?? null;
  const beside = boxes.filter(({ id, parent, what }) => parent === box.parent && id !== from && what !== 'group');
  const found = beside
    .map(({ id }) => ({ id, area: areas.get(id) ?? here }))
    .filter(({ area }) => (down ? middle(area) > middle(here) : middle(area) < middle(here)))
    // What lies more to the side than above or below is come to by the wires.
    .filter(({ area }) => Math.abs(area.x - here.x) < Math.max(here.width, Math.abs(middle(area) - middle(here))))
    // A step to the side costs more than one along the way: boxes of the same column come first.
    .map(({ id, area }) => ({ id, far: Math.abs(middle(area) - middle(here)) + 2 * Math.abs(area.x - here.x) }))
    .toSorted((a, b) => a.far - b.far)[0];
  return found?.id ?? (down ? null : box.parent);
};

/** The next box whose name begins with what was typed, after the one that the cursor is on. */
export const named = (scene: Scene, from: string | null, typed: string): string | null => {
  const order = orderOf(scene);
  const names = new Map(scene.boxes.map(({ id, name, text }) => [id, (name === '' ? text : name).toLowerCase()]));
  const at = order.indexOf(from ?? '');
  // A second letter narrows the search down where it is; the first goes on from there.
  const first = typed.length === 1 ? at + 1 : Math.max(at, 0);
  const turned = [...order.slice(first), ...order.slice(0, first)];
  return turned.find((id) => names.get(id)?.startsWith(typed.toLowerCase()) === true) ?? null;
};
