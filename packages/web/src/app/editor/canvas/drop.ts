/** Where on the canvas something was let go: in which block, counted from whose corner. */

import type { Flow } from '@headgate/core';
import type { Spot } from './box.ts';
import type { Scene } from './scene.ts';
import { areasOf } from './walk.ts';

/** The innermost block at a spot, and the spot counted from its corner. `not`: a box that is held, and cannot be dropped into itself. */
export const dropped = (
  scene: Scene,
  spot: Spot,
  not?: string,
): { readonly block: string | null; readonly at: Spot } => {
  const areas = areasOf(scene.boxes);
  const parents = new Map(scene.boxes.map(({ id, parent }) => [id, parent]));
  const isWithin = (id: string): boolean => {
    for (let one: string | null = id; one !== null; one = parents.get(one) ?? null) if (one === not) return true;
    return false;
  };
  const found = scene.boxes
    .filter(({ id, what }) => what === 'block' && !isWithin(id))
    .filter(({ id }) => {
      const area = areas.get(id);
      return (
        area !== undefined &&
        spot.x >= area.x &&
        spot.y >= area.y &&
        spot.x <= area.x + area.width &&
        spot.y <= area.y + area.height
      );
    })
    .toSorted((a, b) => b.depth - a.depth)[0];
  const corner = found === undefined ? { x: 0, y: 0 } : (areas.get(found.id) ?? { x: 0, y: 0 });
  return { block: found?.id ?? null, at: { x: spot.x - corner.x, y: spot.y - corner.y } };
};

/** Where the boxes of a level stand that have no place of their own: an edit that places one of them keeps the others where they are. */
export const pinsOf = (
  scene: Scene,
  flow: Flow,
  block: string | null,
): Readonly<Record<string, readonly [number, number]>> =>
  Object.fromEntries(
    scene.boxes
      .filter(
        ({ parent, what, id }) =>
          parent === block && what !== 'note' && what !== 'group' && flow.layout?.[id] === undefined,
      )
      .map(({ id, x, y }) => [id, [x, y] as const]),
  );
