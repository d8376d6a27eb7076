/**
 * Which layers of the lock are on in a runner, and what may run in it.
 *
 * Y1 Both sides are asked: what the runner says it did, and what the kernel shows of it from outside. A layer is on when
 *    neither denies it.
 * Y2 V8 runs behind the kernel's lock alone: Landlock, both stages of the filter, no new privileges. Without them only the
 *    WebAssembly engine may run; there is no setting for it.
 */

import type { KernelSays } from './process-state.ts';

export type Layers = {
  readonly engine: string;
  readonly node: string;
  readonly arch: string;
  readonly noNewPrivileges: boolean;
  /** The kernel's Landlock version; 0: not on. */
  readonly landlock: number;
  /** Stages of the system-call filter that are on. */
  readonly filters: number;
  readonly limits: boolean;
  readonly noCapabilities: boolean;
  readonly endsWithServer: boolean;
  readonly uid: string;
  /** It has a user of its own, which only the processes of a server that is root can have. */
  readonly ownUser: boolean;
};

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** Reads the first frame of a runner; null when it is none. */
export const readLayers = (json: string, kernel: KernelSays | null): Layers | null => {
  let read: unknown;
  try {
    read = JSON.parse(json);
  } catch {
    return null;
  }
  const up = record(read);
  const lock = record(up['lock']);
  if (typeof up['engine'] !== 'string') return null;
  const told = (lock['filter'] === true ? 1 : 0) + (up['second'] === true ? 1 : 0);
  return {
    engine: up['engine'],
    node: String(up['node']),
    arch: String(up['arch']),
    noNewPrivileges: lock['privileges'] === true && kernel?.noNewPrivileges !== false,
    landlock: typeof lock['landlock'] === 'number' ? lock['landlock'] : 0,
    filters: kernel === null ? told : Math.min(told, kernel.filters),
    limits: lock['limits'] === true,
    noCapabilities: lock['capabilities'] === true && (kernel === null || /^0*$/.test(kernel.capabilities)),
    endsWithServer: lock['parent'] === true,
    uid: kernel?.uid ?? '',
    ownUser: lock['user'] === true && kernel?.uid !== '0',
  };
};

/** Is the kernel's lock whole? */
export const locked = (layers: Layers): boolean =>
  layers.noNewPrivileges && layers.landlock > 0 && layers.filters === 2;

/** What is missing of it, in words. */
export const missing = (layers: Layers): readonly string[] => [
  ...(layers.noNewPrivileges ? [] : ['no_new_privs']),
  ...(layers.landlock > 0 ? [] : ['Landlock']),
  ...(layers.filters === 2 ? [] : ['the system-call filter']),
];
