/** What a person looks at first, and what waits for a place. */

import { type Principal, type RunState, sightOf } from '@headgate/core';
import { PERIODS, ROUTES } from '@headgate/core/api';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { namesOf } from '../names.ts';
import { give, refuse } from '../outcome.ts';
import { iso } from '../times.ts';

const HOUR = 3_600_000;
/** Runs that one look goes through, and those of each kind that wait. */
const MOST = 20_000;
const MOST_WAITING = 2_000;
const MOST_FLOWS = 50;
const MOST_LANES = 200;

type OfFlow = { runs: number; failed: number; time: number; ended: number; last: number };

const at = (time: number): string => new Date(time).toISOString();

export const overviewRoutes = ({ gate, looks }: Lodge): readonly Route[] => {
  const overview = async (who: Principal, hours: keyof typeof PERIODS) => {
    const store = gate.store.in(who.workspace);
    const sight = sightOf(who, 'run.read');
    const to = gate.clock();
    const from = to - Number(hours) * HOUR;
    const each = (to - from) / PERIODS[hours];
    const states: Record<RunState, number> = {
      queued: 0,
      running: 0,
      waiting: 0,
      done: 0,
      failed: 0,
      cancelled: 0,
      in_doubt: 0,
    };
    const parts = Array.from({ length: PERIODS[hours] }, (_, i) => ({
      from: at(from + i * each),
      runs: 0,
      failed: 0,
    }));
    const flows = new Map<string, OfFlow>();
    const more = await store.runs.walk({ from, sight }, MOST, ({ flow, state, created, started, ended }) => {
      states[state] += 1;
      const part = parts[Math.min(parts.length - 1, Math.max(0, Math.floor((created - from) / each)))];
      const of = flows.get(flow) ?? { runs: 0, failed: 0, time: 0, ended: 0, last: created };
      flows.set(flow, of);
      const failed = state === 'failed' ? 1 : 0;
      if (part !== undefined) {
        part.runs += 1;
        part.failed += failed;
      }
      of.runs += 1;
      of.failed += failed;
      of.last = Math.max(of.last, created);
      if (started === null || ended === null) return;
      of.ended += 1;
      of.time += ended - started;
    });
    const asks = { answer: 0, doubt: 0 };
    await store.runs.walk({ state: 'waiting', sight }, MOST_WAITING, ({ wake }) => {
      if (wake === null) asks.answer += 1;
    });
    await store.runs.walk({ state: 'in_doubt', sight }, MOST_WAITING, () => {
      asks.doubt += 1;
    });
    const shown = [...flows].toSorted(([, a], [, b]) => b.runs - a.runs).slice(0, MOST_FLOWS);
    const proposed = await store.deployments.proposed(sightOf(who, 'flow.read'), MOST_FLOWS);
    const names = await namesOf(
      gate.store,
      who.workspace,
      shown.map(([flow]) => ({ flow })),
    );
    return {
      from: at(from),
      to: at(to),
      states,
      parts,
      flows: shown.map(([flow, of]) => ({
        flow,
        flowName: names.get(flow) ?? null,
        runs: of.runs,
        failed: of.failed,
        time: of.ended === 0 ? null : of.time / of.ended,
        last: at(of.last),
      })),
      more,
      asks,
      promotions: proposed.map(({ row, flowName }) => ({
        id: row.id,
        flow: row.flow,
        flowName,
        from: row.source,
        to: row.target,
        version: row.version,
        by: row.by,
        created: at(row.created),
      })),
    };
  };

  return [
    implement(ROUTES.getOverview, async ({ who, query }) => {
      const made = await looks.of(who.workspace, () => overview(who, query.hours ?? '24'));
      return made === null ? refuse('requests.limit') : give(200, made);
    }),

    implement(ROUTES.getQueue, async ({ who }) => {
      const store = gate.store.in(who.workspace);
      const { lanes, kept } = gate.engine.queue(who.workspace);
      const sight = sightOf(who, 'run.read');
      const full = lanes.toSorted((a, b) => b.waiting - a.waiting);
      const seen = [];
      for (const lane of full) {
        if (seen.length >= MOST_LANES) break;
        if (await store.runs.sees(sight, lane.next)) seen.push(lane);
      }
      const names = await namesOf(gate.store, who.workspace, seen);
      return give(200, {
        lanes: seen.map((lane) => ({ ...lane, flowName: names.get(lane.flow) ?? null, until: iso(lane.until) })),
        kept,
      });
    }),
  ];
};
