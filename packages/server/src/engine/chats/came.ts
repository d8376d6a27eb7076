/** What came of the runs that answer messages, and how what was said is read: for who reads a session, people and agents. */

import { type EventData, isOver, type Problem, problem } from '@headgate/core';
import type { Boxed } from '../../store/chat.ts';
import type { Store } from '../../store/ports.ts';
import type { CompiledFlow } from '../compiled.ts';
import type { Live } from '../live.ts';
import type { Vault } from '../options.ts';
import type { Runs } from '../runs.ts';
import type { Values } from '../values.ts';
import { type Came, CANCELLED, failedFor, textOf, told } from './said.ts';

type Deps = {
  readonly store: Store;
  readonly runs: () => Pick<Runs, 'live' | 'ends'>;
  readonly values: Values;
  readonly open: Vault['openChunk'];
};

const NO_SPEAKERS: ReadonlySet<string> = new Set();
export const GONE: Problem = problem('run.gone', 'The run of this message is not there any more');

/** What a reply step answered. */
const answerOf = (values: Values, workspace: string, { body, files }: EventData['run.responded']): Came => ({
  text: textOf(values.read(workspace, body)),
  ...(files === undefined ? {} : { files }),
});

export type Coming = {
  readonly opened: <T>(workspace: string, boxed: Boxed) => T;
  /** What came of a run by now; null: nothing yet. */
  readonly of: (at: { workspace: string; flow: string; compiled: CompiledFlow }, run: string) => Promise<Came | null>;
  readonly ofLive: (live: Live) => Came | null;
};

export const comingOf = (d: Deps): Coming => {
  const ofLive = (live: Live): Came | null => {
    const { response, output, problem: why, phase } = live.state;
    const { workspace, flow } = live.base;
    if (response !== null) return answerOf(d.values, workspace, response);
    if (phase === 'done') return { text: output === null ? '' : textOf(d.values.read(workspace, output)) };
    if (phase === 'cancelled') return { problem: CANCELLED };
    return phase === 'failed' ? { problem: failedFor(why ?? CANCELLED, flow, live.compiled) } : null;
  };
  return {
    opened: <T>(workspace: string, { name, box }: Boxed): T => JSON.parse(d.open(workspace, name, 0, box)) as T,
    ofLive,
    of: async ({ workspace, flow, compiled }, run) => {
      const live = d.runs().live(run);
      if (live !== undefined && live.base.workspace === workspace) return ofLive(live);
      const row = await d.store.in(workspace).runs.get(run);
      if (row === null) return { problem: GONE };
      if (!isOver(row.state) && row.state !== 'waiting') return null;
      for await (const event of d.runs().ends.events(workspace, run, 0)) {
        const one = told(event, NO_SPEAKERS, { values: d.values, workspace, flow, compiled });
        if (one?.type === 'reply' && event.type === 'run.responded') return answerOf(d.values, workspace, event.data);
        if (one?.type === 'reply') return { text: one.text };
        if (one?.type === 'failed') return { problem: one.problem };
      }
      return null;
    },
  };
};
