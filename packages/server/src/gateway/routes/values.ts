/** Values of runs: asked of the engine, which hands over parts that the guard has seen as a whole. */

import type { PageAsk, Principal, Reading, Result, ValueOf } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, refuse, type Refused } from '../outcome.ts';
import { RunSight } from '../run-sight.ts';

type Which = {
  readonly seq?: number | undefined;
  readonly of?: string | undefined;
  readonly step?: string | undefined;
  readonly item?: readonly number[] | undefined;
  readonly side?: 'in' | 'out' | undefined;
};

const LACKING = refuse('permission.missing', 'What a step was given needs the permission flow.read too');

const valueOf = ({ seq, of, step, item, side }: Which): ValueOf =>
  seq === undefined ? { step: step ?? '', item: item ?? [], side: side ?? 'in' } : { seq, name: of ?? 'value' };

const answer = <T, A>(got: Result<T> | null, made: (value: T) => A): A | Refused =>
  got === null ? MISSING : got.ok ? made(got.value) : { refused: got.problem };

export const valueRoutes = ({ gate, places }: Lodge): readonly Route[] => {
  const { values } = gate.engine;
  const sight = new RunSight(places);
  /** How the caller reads a value of a run, or why not. What a step was given holds what its flow says, too. */
  const reading = async (who: Principal, run: string, query: Which): Promise<Reading | Refused> => {
    if (query.step !== undefined && query.side !== 'out') {
      const code = await places.judge(who, 'flow.read', 'run', run);
      if (code !== undefined) return code === 'missing' ? MISSING : LACKING;
    }
    return { run, of: valueOf(query), links: await sight.seesLinks(who, run) };
  };
  return [
    implement(ROUTES.readValue, async ({ who, params, query }) => {
      const how = await reading(who, params.id, query);
      if ('refused' in how) return how;
      const { path = '', offset = 0, limit, whole } = query;
      const ask: PageAsk = { path, offset, limit, whole: whole === 'true' };
      return answer(await values.page(who.workspace, how, ask), (page) => give(200, page));
    }),

    implement(ROUTES.shapeValue, async ({ who, params, query }) => {
      const how = await reading(who, params.id, query);
      if ('refused' in how) return how;
      return answer(await values.shape(who.workspace, how, query.path ?? ''), (shape) => give(200, { shape }));
    }),

    implement(ROUTES.searchValue, async ({ who, params, query }) => {
      const how = await reading(who, params.id, query);
      if ('refused' in how) return how;
      return answer(await values.find(who.workspace, how, query.path ?? '', query.text), (hits) => give(200, hits));
    }),

    implement(ROUTES.originOfValue, async ({ who, params, query }) => {
      const how = await reading(who, params.id, query);
      if ('refused' in how) return how;
      const { step, item = [], path = '' } = query;
      return answer(await values.origin(who.workspace, params.id, { step, item, path }), (made) => give(200, made));
    }),

    implement(ROUTES.compareValue, async ({ who, params, query }) => {
      const after = await reading(who, params.id, query);
      if ('refused' in after) return after;
      // The other run is judged as this one was.
      if ((await places.judge(who, 'run.read', 'run', query.run)) !== undefined) return MISSING;
      const before = await reading(who, query.run, query);
      if ('refused' in before) return before;
      return answer(await values.differ(who.workspace, before, after), (made) => give(200, made));
    }),
  ];
};
