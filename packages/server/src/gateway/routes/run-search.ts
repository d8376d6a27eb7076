/**
 * Runs by what is in their data: looked through newest first, within what the caller sees, for a bounded time. What comes
 * back says how far it came and where to go on.
 */

import { type Principal, type RunHit, sightOf } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { RunRow } from '../../store/ports.ts';
import { cursorOf, nextOf } from '../cursors.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { namesOf } from '../names.ts';
import { give, refuse } from '../outcome.ts';
import { RunSight } from '../run-sight.ts';
import { filterOf, rowShown } from './runs.ts';

/** Rows read at a time. */
const SLICE = 50;
/** Runs in one answer, runs looked through for it, and milliseconds it may take. */
const FOUND = 20;
const LOOKED = 2_000;
const TIME = 400;

type Sought = Parameters<typeof filterOf>[0] & { readonly text: string; readonly cursor?: string | undefined };

export const runSearchRoutes = ({ gate, places, looks }: Lodge): readonly Route[] => {
  const sight = new RunSight(places);
  const search = async (who: Principal, query: Sought) => {
    const { workspace } = who;
    const { runs } = gate.store.in(workspace);
    const began = performance.now();
    const found: { row: RunRow; hits: readonly RunHit[] }[] = [];
    let { cursor }: { cursor?: string } = cursorOf(gate.store, workspace, 'runs', query.cursor);
    let looked = 0;
    let partly = 0;
    for (;;) {
      const { rows, next } = await runs.list({
        ...filterOf(query),
        limit: SLICE,
        ...(cursor === undefined ? {} : { cursor }),
        sight: sightOf(who, 'run.read'),
      });
      for (const row of rows) {
        const { found: hits, part } = await gate.engine.values.seek(workspace, row.id, query.text);
        looked += 1;
        if (part) partly += 1;
        if (hits.length > 0) found.push({ row, hits });
      }
      cursor = next ?? undefined;
      if (next === null || found.length >= FOUND || looked >= LOOKED || performance.now() - began > TIME) break;
    }
    const rows = await sight.rows(
      () => who,
      found.map(({ row }) => row),
    );
    const names = await namesOf(gate.store, workspace, rows);
    return {
      runs: rows.map((row, i) => ({ run: rowShown(row, names), found: found[i]?.hits ?? [] })),
      looked,
      partly,
      ...nextOf(gate.store, workspace, 'runs', cursor ?? null),
    };
  };
  return [
    implement(ROUTES.searchRuns, async ({ who, query }) => {
      const found = await looks.of(who.workspace, () => search(who, query));
      return found === null ? refuse('requests.limit') : give(200, found);
    }),
  ];
};
