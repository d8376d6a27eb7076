/**
 * Links that answer a waiting step: of `wait.event`, whoever has it; of a question to people, whoever is asked.
 *
 * RS1 A link is looked up by its hash, stands for one instance of one step of one run, and does its work once (WH-08).
 * RS2 Looking changes nothing.
 */

import { type AskBehind, type EnginePort, problem, type Result } from '@headgate/core';
import type { Store } from '../store/ports.ts';
import type { AskWait } from './ask-rows.ts';
import { askOf } from './ask-rows.ts';
import type { Asks } from './asks.ts';
import type { Clock } from './clock.ts';
import type { Live } from './live.ts';
import type { Runs } from './runs.ts';
import { unavailable } from './starter.ts';

type Deps = {
  readonly store: Store;
  readonly journal: Store['journal'];
  readonly clock: Clock;
  readonly runs: Runs;
  readonly asks: Asks;
  readonly hash: (token: string) => string;
};

type Behind = {
  readonly live: Live | null;
  readonly wait: AskWait | null;
  readonly used: boolean;
  readonly note: string | null;
  readonly deadline: number | null;
  /** Whose link it is, of people without an account. */
  readonly person: string | null;
};

const GONE = { ok: false, problem: problem('resume.used', 'This link has done its work, or its run is over') } as const;
const UNKNOWN = { ok: false, problem: problem('resume.unknown', 'There is nothing at this link') } as const;

export const newResume = ({ store, journal, clock, runs, asks, hash }: Deps) => {
  const behind = async (token: string): Promise<Behind | null> => {
    const hashed = hash(token);
    const kept = await store.engine.resumeToken(hashed);
    if (kept !== null) {
      const live = await runs.hold(kept.workspace, kept.run);
      const wait = live?.waits.find((w) => w.token === hashed && !w.scope.dropped);
      const used = kept.used !== null || wait === undefined || live?.over === true;
      const { note, deadline } = kept;
      return { live, wait: wait === undefined ? null : askOf(wait), used, note, deadline, person: null };
    }
    const own = await store.engine.askLink(hashed);
    if (own === null) return null;
    const found = await asks.waiting(own.workspace, own.run, own.step, own.item);
    const base = { note: null, deadline: null, person: own.person };
    if (found === null) return { live: null, wait: null, used: true, ...base };
    const used = asks.isOut(found.wait.ask, own.person);
    return { live: found.live, wait: found.wait, used, ...base };
  };

  /** Who answers behind a link: the person it is for, whoever has it, or the account that signed in; else why nobody does. */
  const answerer = async (
    { live, wait, person }: Behind,
    user: string | null,
  ): Promise<{ readonly by: string } | { readonly state: 'sign-in' | 'other' | 'used' }> => {
    if (live === null || wait === null) return { state: 'used' };
    if (person !== null) return { by: person };
    if (user !== null && (await asks.isAsked(live.base.workspace, user, wait)))
      return asks.isOut(wait.ask, user) ? { state: 'used' } : { by: user };
    if (wait.ask.who.some(({ kind }) => kind === 'link')) return { by: 'link' };
    return { state: user === null ? 'sign-in' : 'other' };
  };

  const stateOf = async (found: Behind, user: string | null): Promise<AskBehind> => {
    if (found.deadline !== null && found.used && found.deadline <= clock.now()) return { state: 'late' };
    if (found.used || found.wait === null) return { state: 'used' };
    const who = await answerer(found, user);
    return 'state' in who ? { state: who.state } : { state: 'open', ask: asks.view(found.wait) };
  };

  const resumable: EnginePort['resumable'] = async (token, user) => {
    const found = await behind(token);
    if (found === null) return null;
    const isAsk = found.wait !== null || found.person !== null;
    return { used: found.used, note: found.note, ask: isAsk ? await stateOf(found, user) : null };
  };

  const answerBehind: EnginePort['asks']['answerBehind'] = async (token, user, texts) => {
    const found = await behind(token);
    if (found === null) return UNKNOWN;
    if (found.used || found.live === null || found.wait === null) return GONE;
    const who = await answerer(found, user);
    if ('by' in who) return asks.takeFromPage(found.live, found.wait, who.by, texts);
    if (who.state === 'used') return GONE;
    return who.state === 'sign-in'
      ? {
          ok: false,
          problem: problem('auth.missing', 'Only people with an account may answer here', { fix: 'Sign in first.' }),
        }
      : { ok: false, problem: problem('ask.other', 'This question is for other people') };
  };

  const resume = async (token: string, body: unknown): Promise<Result<{ run: string }>> => {
    const hashed = hash(token);
    const kept = await store.engine.resumeToken(hashed);
    if (kept === null) return UNKNOWN;
    const live = await runs.hold(kept.workspace, kept.run);
    const wait = live?.waits.find((w) => w.token === hashed && !w.scope.dropped && w.ask === null);
    if (live === null || live === undefined || wait === undefined || live.over) return GONE;
    live.waits = live.waits.filter((w) => w !== wait);
    runs.loop.done(live, wait.step, wait.scope, body, 'answered');
    runs.loop.advance(live);
    await journal.barrier(live.group);
    if (live.abandoned) return unavailable;
    await store.engine.useToken(hashed, clock.now());
    return { ok: true, value: { run: live.id } };
  };

  return { resumable, resume, answerBehind };
};
