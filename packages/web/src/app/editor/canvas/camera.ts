/** What of the canvas is remembered in this browser: where one looked at a flow last, and whether the overview is shown. */

export type Camera = { readonly x: number; readonly y: number; readonly zoom: number };

const keyOf = (user: string, flow: string): string => `headgate.camera.${user}.${flow}`;
const OVERVIEW = 'headgate.overview';

const number = (value: unknown, key: string): number | null => {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : null;
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
};

/** Null: this user has not looked at this flow here. */
export const cameraOf = (user: string, flow: string): Camera | null => {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(user, flow)) ?? 'null');
    const [x, y, zoom] = [number(kept, 'x'), number(kept, 'y'), number(kept, 'zoom')];
    return x === null || y === null || zoom === null ? null : { x, y, zoom };
  } catch {
    return null;
  }
};

export const keepCamera = (user: string, flow: string, { x, y, zoom }: Camera): void =>
  localStorage.setItem(keyOf(user, flow), JSON.stringify({ x, y, zoom }));

export const isOverview = (): boolean => localStorage.getItem(OVERVIEW) === 'on';
export const keepOverview = (on: boolean): void => localStorage.setItem(OVERVIEW, on ? 'on' : 'off');
