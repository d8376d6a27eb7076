/** Sizes of what stands on the canvas, in its own units. The style sheet uses the same. */

export const STEP = { width: 216, height: 60 } as const;
/** Height that each named port takes. */
export const PORT = 24;
/** A block: its head, and the room around what it holds. */
export const BLOCK = { head: 48, room: 20, width: 260, height: 132 } as const;
export const NOTE = { width: 200, height: 96 } as const;
/** A group stands out around what it holds, and has room above for its name. */
export const GROUP = { room: 18, head: 30 } as const;
/** Distances between boxes that are put in order. */
export const GAP = { x: 72, y: 32 } as const;

export type Size = { readonly width: number; readonly height: number };
export type Spot = { readonly x: number; readonly y: number };
export type Area = Size & Spot;

export const stepSize = (ports: number): Size => ({
  width: STEP.width,
  height: Math.max(STEP.height, 20 + ports * PORT),
});

export const overlap = (a: Area, b: Area): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** The smallest area around all; null: there are none. */
export const around = (areas: readonly Area[]): Area | null => {
  if (areas.length === 0) return null;
  const x = Math.min(...areas.map((one) => one.x));
  const y = Math.min(...areas.map((one) => one.y));
  const width = Math.max(...areas.map((one) => one.x + one.width)) - x;
  const height = Math.max(...areas.map((one) => one.y + one.height)) - y;
  return { x, y, width, height };
};
