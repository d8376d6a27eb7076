/** Putting a whole drawing in order: every level by itself, and each box keeps its order in its column. */

import { areasOf } from './walk.ts';
import { arrange } from './arrange.ts';
import { around, BLOCK, type Size } from './box.ts';
import { inside, type Scene, type SceneBox } from './scene.ts';

/** Places by id, for steps and triggers of all levels; notes stay where they are beside what they are about. */
export const tidied = ({ boxes, wires }: Scene): Readonly<Record<string, readonly [number, number]>> => {
  const places: Record<string, readonly [number, number]> = {};
  const level = (parent: string | null): Size => {
    const here = boxes.filter((box) => box.parent === parent && isPlaced(box));
    const sized = here.map((box) => ({ box, size: box.what === 'block' ? level(box.id) : box }));
    const ids = new Set(here.map(({ id }) => id));
    const made = arrange(
      sized.map(({ box, size }) => ({
        id: box.id,
        width: size.width,
        height: size.height,
        was: { x: box.x, y: box.y },
      })),
      wires.filter(({ from, to }) => ids.has(from) && ids.has(to)).map(({ from, to }) => ({ from, to })),
    );
    const spots = parent === null ? made : inside(made);
    for (const [id, { x, y }] of spots) places[id] = [x, y];
    const all = around(
      sized.map(({ box, size }) => ({
        ...(spots.get(box.id) ?? { x: 0, y: 0 }),
        width: size.width,
        height: size.height,
      })),
    );
    return {
      width: Math.max(BLOCK.width, (all === null ? 0 : all.x + all.width) + BLOCK.room),
      height: Math.max(BLOCK.height, (all === null ? 0 : all.y + all.height) + BLOCK.room),
    };
  };
  level(null);
  return withNotes(boxes, places);
};

const isPlaced = ({ what }: SceneBox): boolean => what !== 'note' && what !== 'group';

/** A note goes along with the box it stands nearest to. */
const withNotes = (
  boxes: readonly SceneBox[],
  places: Readonly<Record<string, readonly [number, number]>>,
): Readonly<Record<string, readonly [number, number]>> => {
  const areas = areasOf(boxes);
  const made: Record<string, readonly [number, number]> = { ...places };
  for (const note of boxes) {
    if (note.what !== 'note') continue;
    const far = (box: SceneBox): number => Math.hypot(box.x - note.x, box.y - note.y);
    const near = boxes
      .filter((box) => box.parent === note.parent && isPlaced(box) && areas.has(box.id))
      .toSorted((a, b) => far(a) - far(b))[0];
    const to = near === undefined ? undefined : places[near.id];
    if (near !== undefined && to !== undefined) made[note.id] = [note.x + to[0] - near.x, note.y + to[1] - near.y];
  }
  return made;
};
