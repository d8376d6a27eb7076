/** Questions to people: the inbox of whoever calls. What a question is, and who is asked, the engine knows. */

import { type AskDone, holdsSomewhere, type Principal, problem, sightOf } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { AskNamed } from '../../store/ask.ts';
import type { Gate } from '../deps.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse, type Refused } from '../outcome.ts';
import { streamed } from '../streams.ts';
import { told } from '../told.ts';

const PAGE = 50;

const iso = (at: number): string => new Date(at).toISOString();

const shown = ({ id, title, flow, flowName, project, run, step, state, opened, deadline, ended }: AskNamed) => ({
  id,
  title,
  flow,
  flowName,
  project,
  run,
  step,
  state,
  asked: iso(opened),
  deadline: deadline === null ? null : iso(deadline),
  ended: ended === null ? null : iso(ended),
});

/** What a list looks for: null where there is no account behind the caller, who is asked nothing. */
const searchOf = ({ user, projects, flows }: Principal) =>
  user === undefined
    ? null
    : { user, ...(projects === undefined ? {} : { projects }), ...(flows === undefined ? {} : { flows }) };

const countOf = async (gate: Gate, who: Principal): Promise<number> => {
  const search = searchOf(who);
  return search === null ? 0 : gate.store.in(who.workspace).asks.count({ ...search, state: 'open' });
};

/** What was refused, and every field of a form that is wrong. */
const refusedOf = (done: Extract<AskDone, { ok: false }>): Refused =>
  done.problem.code === 'missing'
    ? MISSING
    : {
        refused: done.problem,
        ...(done.errors === undefined || done.errors.length === 0
          ? {}
          : {
              more: {
                problems: done.errors.map(({ field, text }) =>
                  problem('ask.invalid', text, { at: { field: `answer.${field}` } }),
                ),
              },
            }),
      };

export const askRoutes = ({ gate, streams }: Lodge): readonly Route[] => [
  implement(ROUTES.listAsks, async ({ who, query }) => {
    const search = searchOf(who);
    const { asks } = gate.store.in(who.workspace);
    const part = {
      state: query.state ?? ('open' as const),
      limit: query.limit ?? PAGE,
      ...(query.cursor === undefined ? {} : { after: query.cursor }),
    };
    const all = query.whose === 'all';
    if (all && !holdsSomewhere(who, 'run.read'))
      return refuse('permission.missing', 'Seeing what others are asked needs the permission run.read');
    const { rows, next } = all
      ? await asks.seen({ ...part, sight: sightOf(who, 'run.read') })
      : search === null
        ? { rows: [], next: null }
        : await asks.list({ ...search, ...part });
    const open = await countOf(gate, who);
    return give(200, { asks: rows.map(shown), open, ...(next === null ? {} : { next }) });
  }),

  implement(ROUTES.followAsks, async ({ who, request }) => {
    if (searchOf(who) === null) return MISSING;
    const still = async (): Promise<boolean> => (await request.passage?.again()) === true;
    const stream = await streams.open(who.id, still, async (signal) =>
      told(
        'asks',
        (tell) => gate.engine.asks.watch(who.workspace, tell),
        async () => ({ open: await countOf(gate, who) }),
        signal,
      ),
    );
    return streamed(stream, request.raw.socket, gate.limit.stalled);
  }),

  implement(ROUTES.getAsk, async ({ who, params }) => {
    const ask = await gate.engine.asks.show(who, params.id);
    return ask === null ? MISSING : give(200, { id: params.id, ...ask });
  }),

  implement(ROUTES.answerAsk, async ({ who, params, body }) => {
    const via = who.kind === 'user' ? 'inbox' : 'api';
    const done = await gate.engine.asks.answer(who, params.id, body, via);
    return done.ok ? give(200, { run: done.run, goesOn: done.goesOn }) : refusedOf(done);
  }),

  implement(ROUTES.delegateAsk, async ({ who, params, body }) => {
    const done = await gate.engine.asks.delegate(who, params.id, body.to);
    return done.ok ? nothing() : refusedOf(done);
  }),
];
