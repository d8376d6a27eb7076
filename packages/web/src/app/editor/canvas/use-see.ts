/** Brings a box into view where it is not, as little as that takes; a box that was just added comes into view by itself. */

import { useReactFlow } from '@xyflow/react';
import { type RefObject, useCallback, useEffect, useRef } from 'react';
import { useEditor } from '../editor-context.ts';
import type { Scene } from './scene.ts';
import { areasOf } from './walk.ts';

export const useSee = (scene: Scene, place: RefObject<HTMLElement | null>): ((id: string) => void) => {
  const { selection } = useEditor();
  const camera = useReactFlow();
  const see = useCallback(
    (id: string): void => {
      const area = areasOf(scene.boxes).get(id);
      const size = place.current?.getBoundingClientRect();
      if (area === undefined || size === undefined) return;
      const { x, y, zoom } = camera.getViewport();
      const left = area.x * zoom + x;
      const top = area.y * zoom + y;
      const isIn =
        left >= 0 && top >= 0 && left + area.width * zoom <= size.width && top + area.height * zoom <= size.height;
      if (!isIn)
        void camera.setCenter(area.x + Math.min(area.width, 400) / 2, area.y + Math.min(area.height, 200) / 2, {
          zoom,
        });
    },
    [scene, camera, place],
  );
  // Also where the panel left little room: whoever adds a step sees it.
  const known = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    const ids = new Set(scene.boxes.map(({ id }) => id));
    const at = selection.cursor();
    if (known.current !== null && at !== null && ids.has(at) && !known.current.has(at)) see(at);
    known.current = ids;
  }, [scene, see, selection]);
  // A panel that opens, or is drawn wider, does not hide the step that it is about.
  useEffect(() => {
    const box = place.current;
    if (box === null) return undefined;
    let width = box.clientWidth;
    const watch = new ResizeObserver(() => {
      const id = box.clientWidth < width ? selection.last() : null;
      width = box.clientWidth;
      if (id !== null) see(id);
    });
    watch.observe(box);
    return () => watch.disconnect();
  }, [place, see, selection]);
  return see;
};
