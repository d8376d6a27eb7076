/** Values of runs: asked of the engine, which hands over parts that the guard has seen as a whole. */

import type { PageAsk, Principal, Result, ValueOf } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, refuse, type Refused } from '../outcome.ts';

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
  /** What a step was given holds what its flow says, too. */
  const refused = async (who: Principal, run: string, { step, side }: Which): Promise<Refused | null> => {
    if (step === undefined || side === 'out') return null;
    const code = await places.judge(who, 'flow.read', 'run', run);
    return code === undefined ? null : code === 'missing' ? MISSING : LACKING;
  };
  return [
    implement(ROUTES.readValue, async ({ who, params, query }) => {
      const no = await refused(who, params.id, query);
      if (no !== null) return no;
      const { path = '', offset = 0, limit, whole } = query;
      const ask: PageAsk = { path, offset, limit, whole: whole === 'true' };
      return answer(await values.page(who.workspace, params.id, valueOf(query), ask), (page) => give(200, page));
    }),

    implement(ROUTES.shapeValue, async ({ who, params, query }) => {
      const no = await refused(who, params.id, query);
      if (no !== null) return no;
      const made = await values.shape(who.workspace, params.id, valueOf(query), query.path ?? '');
      return answer(made, (shape) => give(200, { shape }));
    }),

    implement(ROUTES.searchValue, async ({ who, params, query }) => {
      const no = await refused(who, params.id, query);
      if (no !== null) return no;
      const made = await values.find(who.workspace, params.id, valueOf(query), query.path ?? '', query.text);
      return answer(made, (hits) => give(200, hits));
    }),

    implement(ROUTES.originOfValue, async ({ who, params, query }) => {
      const no = await refused(who, params.id, query);
      if (no !== null) return no;
      const { step, item = [], path = '' } = query;
      return answer(await values.origin(who.workspace, params.id, { step, item, path }), (made) => give(200, made));
    }),

    implement(ROUTES.compareValue, async ({ who, params, query }) => {
      const no = await refused(who, params.id, query);
      if (no !== null) return no;
      // The other run is judged as this one was.
      const there = await refused(who, query.run, query);
      if (there !== null) return there;
      if ((await places.judge(who, 'run.read', 'run', query.run)) !== undefined) return MISSING;
      const before = { run: query.run, of: valueOf(query) };
      const after = { run: params.id, of: valueOf(query) };
      return answer(await values.differ(who.workspace, before, after), (made) => give(200, made));
    }),
  ];
};
