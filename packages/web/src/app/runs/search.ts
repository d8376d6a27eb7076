/** What of the pages of runs stands in their address: filters, and what is chosen. */

import type { RunState } from '@headgate/core';

/** Here by name, and not from core: an address is read before anything of core is fetched. */
export const STATES = [
  'queued',
  'running',
  'waiting',
  'done',
  'failed',
  'cancelled',
  'in_doubt',
] as const satisfies readonly RunState[];

export const RUN_VIEWS = ['list', 'problems', 'queue'] as const;
export type RunView = (typeof RUN_VIEWS)[number];

export type RunsSearch = {
  readonly shown?: RunView | undefined;
  readonly state?: RunState | undefined;
  readonly flow?: string | undefined;
  /** The id of a trigger, or its kind. */
  readonly trigger?: string | undefined;
  readonly environment?: string | undefined;
  /** Days, as the date field writes them: `2026-11-27`. In the zone of who looks. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** What to look for in the data of runs. */
  readonly text?: string | undefined;
};

export type RunSearch = {
  readonly step?: string | undefined;
  /** The run it is compared with. */
  readonly with?: string | undefined;
  /** What it was given, or what came out; of the step, or of the run as a whole. */
  readonly side?: Side | undefined;
  /** An item of a step that ran for several: its path of indexes, with dots. */
  readonly item?: string | undefined;
  /** How the value is shown, and the place within it (a JSON Pointer). */
  readonly as?: string | undefined;
  readonly at?: string | undefined;
};

export const SIDES = ['in', 'out'] as const;
export type Side = (typeof SIDES)[number];

const text = (value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && value !== '' ? String(value) : undefined;

const DAY = /^\d{4}-\d{2}-\d{2}$/;

const day = (value: unknown): string | undefined =>
  typeof value === 'string' && DAY.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;

/** Reads an address. What is not understood is left out: an old link shows more, and never nothing. */
export const runsSearch = (search: Readonly<Record<string, unknown>>): RunsSearch => ({
  shown: RUN_VIEWS.find((one) => one === search.shown),
  state: STATES.find((one) => one === search.state),
  flow: text(search.flow),
  trigger: text(search.trigger),
  environment: text(search.environment),
  from: day(search.from),
  to: day(search.to),
  text: text(search.text),
});

export const runSearch = (search: Readonly<Record<string, unknown>>): RunSearch => ({
  step: text(search.step),
  with: text(search.with),
  side: SIDES.find((one) => one === search.side),
  item: text(search.item),
  as: text(search.as),
  at: text(search.at),
});

/** The filters as the API takes them. A day begins and ends at midnight of who looks; `to` is that day included. */
export const queryOf = ({ state, flow, trigger, environment, from, to }: RunsSearch) => ({
  ...(state === undefined ? {} : { state }),
  ...(flow === undefined ? {} : { flow }),
  ...(trigger === undefined ? {} : { trigger }),
  ...(environment === undefined ? {} : { environment }),
  ...(from === undefined ? {} : { from: midnight(from, 0) }),
  ...(to === undefined ? {} : { to: midnight(to, 1) }),
});

const midnight = (of: string, later: number): string => {
  const [year = 0, month = 1, date = 1] = of.split('-').map(Number);
  return new Date(year, month - 1, date + later).toISOString();
};
