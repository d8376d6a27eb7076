/**
 * The journal of a run as a waterfall: for each step when it stood in line, when it worked and when it waited. Pure.
 *
 * LN1 Times are those of the journal. A step without a recorded start (a pure one) has its end alone: it took no time worth a bar.
 * LN2 Items of a block share the lane of their step: overlapping times are joined, so that 100,000 of them stay one lane.
 */

import { isObject } from '@headgate/core';
import type { RunEvent } from '../editor/run/fold.ts';

/** `line`: ready, and not begun yet. `wait`: for a time, an answer, another run, the next try, or at a breakpoint. */
export type SpanKind = 'line' | 'work' | 'wait';

/** Milliseconds since the epoch; `to` null: still. */
export type Span = { readonly kind: SpanKind; readonly from: number; readonly to: number | null };

export type Lane = { readonly step: string; readonly spans: readonly Span[]; readonly end: number | null };

type Open = { kind: SpanKind; from: number };
type Building = { spans: Span[]; readonly open: Map<string, Open>; first: number | null; end: number | null };

/**
 * `sources`: by step, the steps it comes after; of one that is not there nothing is known. Who comes after nothing is ready
 * as soon as the run is there: `created`. Lanes are in the order in which steps came up.
 */
export const lanesOf = (
  events: readonly RunEvent[],
  sources: ReadonlyMap<string, readonly string[]> = new Map(),
  created: number | null = null,
): readonly Lane[] => {
  const lanes = new Map<string, Building>();
  for (const event of events) {
    if (event.step === undefined) continue;
    let lane = lanes.get(event.step);
    if (lane === undefined) {
      lane = { spans: [], open: new Map(), first: null, end: null };
      lanes.set(event.step, lane);
    }
    take(lane, event, Date.parse(event.at));
  }
  return [...lanes].map(([step, lane]) => {
    const after = sources.get(step);
    const ready = after?.length === 0 ? created : latest((after ?? []).map((one) => lanes.get(one)?.end ?? null));
    const stood = ready !== null && lane.first !== null && ready < lane.first;
    const spans = [
      ...(stood ? [{ kind: 'line' as const, from: ready, to: lane.first }] : []),
      ...lane.spans,
      ...[...lane.open.values()].map(({ kind, from }) => ({ kind, from, to: null })),
    ];
    return { step, spans: joined(spans), end: lane.end };
  });
};

const latest = (times: readonly (number | null)[]): number | null =>
  times.length === 0 || times.includes(null) ? null : Math.max(...times.map(Number));

const take = (lane: Building, { type, data, item }: RunEvent, at: number): void => {
  const key = (item ?? []).join('.');
  const begin = (kind: SpanKind): void => {
    end();
    lane.open.set(key, { kind, from: at });
    lane.first ??= at;
  };
  const end = (): void => {
    const open = lane.open.get(key);
    if (open === undefined) return;
    lane.open.delete(key);
    push(lane.spans, { ...open, to: at });
  };
  switch (type) {
    case 'step.started':
    case 'block.opened':
      return begin('work');
    case 'step.waiting':
    case 'step.held':
      return begin('wait');
    case 'step.problem':
      if (typeof data === 'object' && data !== null && 'retryAt' in data) return begin('wait');
      break;
    case 'step.done':
    case 'block.item':
      break;
    default:
      return;
  }
  end();
  if (type === 'block.item') return;
  lane.first ??= at;
  lane.end = at;
  if (lane.spans.length === 0) push(lane.spans, { kind: 'work', from: at, to: at });
};

/** Joined with the span before where they touch: most items of a block overlap their neighbours. */
const push = (spans: Span[], span: Span): void => {
  const last = spans.at(-1);
  if (last !== undefined && last.kind === span.kind && last.to !== null && span.from <= last.to)
    spans[spans.length - 1] = { ...last, from: Math.min(last.from, span.from), to: Math.max(last.to, span.to ?? 0) };
  else spans.push(span);
};

const joined = (spans: readonly Span[]): readonly Span[] => {
  const made: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) push(made, span);
  return made;
};

/** How long in all, by kind; what still goes on counts up to `now`. */
export const spent = ({ spans }: Lane, kind: SpanKind, now: number): number =>
  spans.reduce((sum, span) => (span.kind === kind ? sum + (span.to ?? now) - span.from : sum), 0);

/** The steps that each step of a flow comes after. Those in blocks begin with their block, and are left out. */
export const sourcesOf = (doc: unknown): ReadonlyMap<string, readonly string[]> => {
  const steps: unknown = isObject(doc) ? doc['steps'] : null;
  return new Map(
    (Array.isArray(steps) ? steps.filter(isObject) : []).map((step) => {
      const after: unknown = step['after'];
      const of = Array.isArray(after) ? after.filter((one) => typeof one === 'string') : [];
      return [String(step['id']), of.map((one) => one.split('.')[0] ?? one)];
    }),
  );
};
