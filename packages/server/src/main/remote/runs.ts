/** `headgate runs …`: the runs of a running server. */

import { complain, DONE, MISUSED, pretty, print } from '../say.ts';
import { readInput } from '../files.ts';
import { ask, id, pageOf, query, refused, type Row, rowOf, rowsOf, table, type Where } from './ask.ts';

type ListOptions = {
  readonly limit: number;
  readonly flow?: string;
  readonly state?: string;
  readonly cursor?: string;
};

export const listRuns = (w: Where, { limit, flow, state, cursor }: ListOptions): Promise<number> =>
  ask(
    w,
    'GET',
    `/api/v1/runs${query({ limit, flow, state, cursor })}`,
    undefined,
    pageOf('runs', ['id', 'flow', 'version', 'state', 'problem', 'started', 'ended']),
  );

export const showRun = (w: Where, run: string): Promise<number> =>
  ask(w, 'GET', `/api/v1/runs/${id(run)}`, undefined, pretty);

const EVENTS = 1000;

/** All events of a run, page by page. */
export const showJournal = async (w: Where, run: string): Promise<number> => {
  const events: Row[] = [];
  for (let after: unknown = 0; typeof after === 'number'; ) {
    const answer = await w.client.call('GET', `/api/v1/runs/${id(run)}/journal${query({ after, limit: EVENTS })}`);
    if (!answer.ok) return refused(answer.problems, w.json);
    events.push(...rowsOf(answer.value, 'events'));
    after = rowOf(answer.value)['next'];
  }
  print(w.json ? pretty({ events }) : table(events, ['seq', 'at', 'type', 'step', 'item', 'data']));
  return DONE;
};

type RerunOptions = { readonly failed?: true; readonly from?: string; readonly to?: string; readonly input?: string };

/** Runs a run again; prints the id of the new one. */
export const rerunRun = async (w: Where, run: string, { failed, from, to, input }: RerunOptions): Promise<number> => {
  const read = input === undefined ? undefined : await readInput(input, '--input');
  if (read !== undefined && !read.ok) {
    complain([read.problem], w.json);
    return MISUSED;
  }
  const mode = failed === true ? { failed } : from !== undefined ? { from } : to !== undefined ? { to } : {};
  const body = { ...mode, ...(read === undefined ? {} : { input: read.value }) };
  return ask(w, 'POST', `/api/v1/runs/${id(run)}/rerun`, body, stateOf);
};

export const cancelRun = (w: Where, run: string, reason: string | undefined): Promise<number> =>
  ask(w, 'POST', `/api/v1/runs/${id(run)}/cancel`, reason === undefined ? {} : { reason }, stateOf);

export const resolveRun = (w: Where, run: string, choice: string): Promise<number> =>
  ask(w, 'POST', `/api/v1/runs/${id(run)}/resolve`, { choice }, stateOf);

const stateOf = (value: Row): string => `${String(value['id'])}  ${String(value['state'])}`;
