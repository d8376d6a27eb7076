/**
 * What a flow was lent, as effects are judged by it: the grants read once per change of the store, found by step, what
 * those who gave them may now (accounts or keys), the policy of the workspace, and what the instance lets it.
 *
 * It is never changed: a change of the store makes a new one, so that whether anything changed is seen by comparing.
 */

import {
  authority,
  holdsToo,
  type Authority,
  type FlowPlace,
  type GrantLent,
  EVERYTHING,
  isShapeKind,
  may,
  parsePower,
  type Policy,
  type Power,
  type ShapeKind,
  type Thing,
  thingAt,
  thingOf,
} from '@headgate/core';
import type { Named } from '../store/people.ts';
import type { FlowRow, GrantRow } from '../store/ports.ts';

/** A grant with its id. */
export type HeldGrant = GrantLent & { readonly id: string };

/** The flow whose step acts; of the run, or of the flow as it is when none runs. */
export type Place = {
  readonly workspace: string;
  readonly project: string;
  readonly flow: string;
  readonly environment: string;
};

/**
 * The flow that a power would reach, where it reaches one (`id` empty: none that there is), how it was asked for, and the
 * same by the name that the flow has.
 */
export type Reached = Pick<FlowRow, 'id' | 'project' | 'owner' | 'visibility'> & {
  readonly asWritten: Power;
  readonly named?: Power;
};

/** One question: may this step do that, now? `caller`: who started the run, when an account or a key did. */
export type Asked = {
  readonly place: Place;
  readonly step: string;
  readonly narrow: readonly Power[] | undefined;
  readonly request: Power;
  readonly reached: Reached | undefined;
  readonly caller: Named | null;
  /** Only what one of these accounts lent counts. */
  readonly among?: readonly string[] | undefined;
};

export class Lent {
  readonly #byStep = new Map<string, HeldGrant[]>();
  readonly #everyStep: readonly HeldGrant[];
  readonly #grants: readonly HeldGrant[];
  readonly #grantors: ReadonlyMap<string, Named | null>;
  readonly #flow: FlowPlace | null;
  /** Shapes of keys that were named by grants, whether they still count or not. */
  readonly #shapes: readonly ShapeKind[];
  /** Is anything lent only as far as who started the run may himself? */
  readonly asCaller: boolean;

  readonly #policy: Policy;
  readonly #bounds: Policy;

  /** A grant that cannot be read lends nothing. `flow`: whose it is and who sees it now; null: it is gone, and lends nothing. */
  constructor(
    rows: readonly GrantRow[],
    grantors: ReadonlyMap<string, Named | null>,
    flow: FlowPlace | null,
    policy: Policy = EVERYTHING,
    bounds: Policy = EVERYTHING,
  ) {
    this.#bounds = bounds;
    this.#flow = flow;
    this.#policy = policy;
    this.#grants = rows.flatMap(({ id, step, power, environment, grantor, asCaller }) => {
      const read = parsePower(power);
      return read.ok ? [{ id, step, power: read.value, environment, grantor, asCaller }] : [];
    });
    this.#everyStep = this.#grants.filter((grant) => grant.step === '*');
    this.#shapes = this.#grants.flatMap(({ power }) =>
      power.power === 'reveal' && isShapeKind(power.shape) ? [power.shape] : [],
    );
    this.#grantors = grantors;
    this.asCaller = this.#grants.some((grant) => grant.asCaller);
  }

  /** The grant that this may be done by, or why it may not. */
  judge(asked: Asked, now: number): Authority<HeldGrant> {
    const { place, caller, reached, narrow } = asked;
    return authority<HeldGrant>({
      request: asked.request,
      step: asked.step,
      environment: place.environment,
      grants: this.#of(asked.step),
      grantorMay: (id) => mayLend(this.#grantors.get(id) ?? null, this.#thing(place), now, asked),
      callerMay: () => mayLend(caller, this.#thing(place), now, asked),
      ...(reached === undefined ? {} : { asWritten: reached.asWritten }),
      ...(reached?.named === undefined ? {} : { named: reached.named }),
      policy: this.#policy,
      bounds: this.#bounds,
      ...(narrow === undefined ? {} : { narrow }),
    });
  }

  /** Was any shape of keys ever lent to be shown? Where none was, nothing has to be looked up to know what may be. */
  get namesShapes(): boolean {
    return this.#shapes.length > 0;
  }

  /** The shapes of keys that what the flow answers may show, by grants that still count. */
  reveals(place: Place, now: number): readonly ShapeKind[] {
    if (this.#shapes.length === 0) return this.#shapes;
    const may = (shape: ShapeKind): boolean => {
      const request: Power = { power: 'reveal', shape };
      return this.judge({ place, step: '*', narrow: undefined, request, reached: undefined, caller: null }, now).ok;
    };
    return this.#shapes.filter(may);
  }

  #thing({ workspace, project, flow }: Place): Thing | null {
    return this.#flow === null ? null : thingAt(workspace, { ...this.#flow, project, flow });
  }

  /** When the next of the keys that gave something runs out, or null. */
  expires(now: number): number | null {
    let soonest: number | null = null;
    for (const key of this.#grantors.values()) {
      const at = key?.expires ?? null;
      if (at !== null && at > now && (soonest === null || at < soonest)) soonest = at;
    }
    return soonest;
  }

  #of(step: string): readonly HeldGrant[] {
    let held = this.#byStep.get(step);
    if (held === undefined) {
      held = this.#grants.filter((grant) => grant.step === step);
      if (step !== '*') held.push(...this.#everyStep);
      this.#byStep.set(step, held);
    }
    return held;
  }
}

/** May who published an alert read what runs of this flow ended with, now? */
export const mayReadRuns = (who: Named | null, thing: Thing, now: number): boolean =>
  who !== null && (who.expires === null || who.expires > now) && may(who.principal, 'run.read', thing);

/** A grant dies with its grantor's right to give it: who may read no file himself has no step read it for him. */
const mayLend = (who: Named | null, thing: Thing | null, now: number, { request, reached, among }: Asked): boolean => {
  if (who === null || thing === null || (who.expires !== null && who.expires <= now)) return false;
  if (!may(who.principal, 'grant.give', thing)) return false;
  if (!holdsToo(request).every((permission) => may(who.principal, permission, thing))) return false;
  if (among?.includes(who.principal.user ?? who.principal.id) === false) return false;
  return reached === undefined || may(who.principal, 'run', thingOf(thing.workspace, reached));
};
