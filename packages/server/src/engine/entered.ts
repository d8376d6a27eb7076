/**
 * What triggers entered at services, as it is remembered: sealed, beside the memory of the trigger itself (registering.ts).
 *
 * EN1 What is remembered of an address goes only when the address went: there is no way here to forget one by itself.
 */

import { type HookTrigger, isObject, type Service } from '@headgate/core';
import { memoryName } from '../store/memory-name.ts';
import type { PollRow } from './polls.ts';
import type { RegisterDeps } from './register-deps.ts';

/** A service, and what of it calls. */
export type Offer = { readonly service: Service; readonly trigger: HookTrigger };
export type Place = Pick<PollRow, 'workspace' | 'project' | 'flow' | 'trigger' | 'environment'>;

/** What a trigger has entered. */
export type Entered = {
  readonly service: string;
  readonly trigger: string;
  readonly url: string;
  readonly secret: string;
  readonly input: Record<string, unknown>;
  /** A hash of all that it was entered with. */
  readonly with: string;
  readonly id: string | number | null;
  /** False: the service was called, and nobody knows whether it took it. */
  readonly sure: boolean;
  /** How it is found and taken out: the service as it was described then. Null: entered by an earlier release. */
  readonly by: Offer | null;
};

/** One that could not be taken out. `since`: when it was given up, in milliseconds since 1970. */
export type Left = Entered & { readonly since: number };

/** `now`: what stands at the service, or may. `left`: what stands there besides, and is wanted no more. */
export type Remembered = { readonly now: Entered | null; readonly left: readonly Left[] };

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
export const record = (value: unknown): Record<string, unknown> => (isObject(value) ? { ...value } : {});
/** Its memory stands beside those of triggers, under a name that no trigger has. */
export const enteredName = (trigger: string): string => `${trigger}!entered`;

const enteredIn = (read: unknown): Entered | null => {
  if (!isObject(read)) return null;
  const { id } = read;
  return {
    ...{ service: text(read['service']), trigger: text(read['trigger']), url: text(read['url']) },
    ...{ secret: text(read['secret']), input: record(read['input']), with: text(read['with']) },
    id: typeof id === 'string' || typeof id === 'number' ? id : null,
    sure: read['sure'] !== false,
    by: isObject(read['by']) ? (read['by'] as Offer) : null, // sealed by us
  };
};

const leftIn = (read: unknown): readonly Left[] => {
  const one = enteredIn(read);
  const since = isObject(read) ? read['since'] : 0;
  return one === null ? [] : [{ ...one, since: typeof since === 'number' ? since : 0 }];
};

const NOTHING: Remembered = { now: null, left: [] };

export const enteredMemory = ({ store, open }: Pick<RegisterDeps, 'store' | 'open'>) => ({
  read: async ({ workspace, flow, trigger, environment }: Place): Promise<Remembered> => {
    const name = enteredName(trigger);
    const sealed = await store.engine.memory(flow, name, environment);
    if (sealed === null) return NOTHING;
    const read: unknown = JSON.parse(open(workspace, memoryName(flow, name, environment), 1, sealed));
    if (!isObject(read)) return NOTHING;
    const { left } = read;
    // An earlier release remembered the one alone.
    if (!Array.isArray(left)) return { now: enteredIn(read), left: [] };
    return { now: enteredIn(read['now']), left: left.flatMap(leftIn) };
  },

  /** Durable when it resolves. */
  keep: async ({ workspace, flow, trigger, environment }: Place, remembered: Remembered): Promise<void> => {
    const of = { workspace, flow, trigger: enteredName(trigger), environment };
    await store.engine.saveMemory({ ...of, text: JSON.stringify(remembered) });
  },
});
