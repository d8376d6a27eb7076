/**
 * The broker: the one function through which every effect of a step goes.
 *
 * B1 Authority is computed here, at the moment of use: grant ∩ what its grantor may still give ∩ the step's own narrowing,
 *    and for a power lent `as caller` ∩ what who started the run may lend. Nothing is carried over from when the flow was
 *    saved or the run began.
 * B1a Calling a flow stands on a grantor who may run that very flow: a key that is narrowed to one flow cannot reach
 *    another by lending the call of it.
 * B2 Every decision leaves an audit record in the same group as the events before it, and no effect starts before that
 *    group is durable (the journal's fsync).
 * B3 When the journal cannot be written, nothing happens: `JournalDown` is thrown and the run is left to recovery. The
 *    same when the run ended, or was let go, while the effect was judged or made durable.
 */

import {
  authority,
  type GrantLent,
  parsePower,
  type Power,
  printPower,
  type Problem,
  withoutPath,
} from '@headgate/core';
import type { GrantRow, JournalWriter, KeyRow } from '../store/ports.ts';
import type { Live } from './live.ts';

export class JournalDown extends Error {}

/** The flow that a power would reach, where it reaches one. */
export type Reached = { readonly id: string; readonly project: string };

export type Lent = { readonly grants: readonly GrantRow[]; readonly grantors: ReadonlyMap<string, KeyRow | null> };

type Deps = {
  readonly journal: JournalWriter;
  readonly now: () => number;
  /** Grants of a flow and the keys of those who gave them, as of now (a cache dropped at every change of the store). */
  readonly lent: (live: Live) => Promise<Lent>;
  /** The key of who started the run, when a key did; for powers lent `as caller`. */
  readonly caller: (live: Live) => Promise<KeyRow | null>;
};

export class Broker {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Judges one use of a power by a step, now. Records the decision; does not wait for it. */
  judge(
    live: Live,
    lent: Lent,
    caller: KeyRow | null,
    step: string,
    narrow: readonly Power[] | undefined,
    request: Power,
    reached?: Reached,
  ): Problem | null {
    const at = this.#deps.now();
    const grants: GrantLent[] = [];
    for (const g of lent.grants) {
      const power = parsePower(g.power);
      if (power.ok)
        grants.push({
          step: g.step,
          power: power.value,
          environment: g.environment,
          grantor: g.grantor,
          asCaller: g.asCaller,
        });
    }
    const answer = authority({
      request,
      step,
      environment: live.base.environment,
      grants,
      grantorMay: (id) => mayLend(lent.grantors.get(id) ?? null, live, at, reached),
      callerMay: () => mayLend(caller, live, at, reached),
      ...(narrow === undefined ? {} : { narrow }),
    });
    live.audit.push({
      at,
      workspace: live.base.workspace,
      actor: live.base.principal,
      action: `power.${request.power}`,
      object: printPower(withoutPath(request)),
      decision: answer.ok ? 'allow' : 'deny',
      reason: answer.ok ? null : answer.problem.code,
      run: live.base.id,
      step,
    });
    return answer.ok ? null : answer.problem;
  }

  /**
   * Carries out one effect: judge, make the journal durable, act. `act` is called at most once, and never before the
   * fsync that covers the step's start.
   */
  async effect<T>(
    live: Live,
    step: string,
    narrow: readonly Power[] | undefined,
    requests: readonly Power[],
    act: (judgeAgain: (request: Power) => Problem | null) => Promise<T>,
    reached?: Reached,
  ): Promise<{ readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem }> {
    const lent = await this.#deps.lent(live);
    const caller = lent.grants.some((g) => g.asCaller) ? await this.#deps.caller(live) : null;
    for (const request of requests) {
      const denied = this.judge(live, lent, caller, step, narrow, request, reached);
      if (denied !== null) {
        await this.#durable(live);
        return { ok: false, problem: denied };
      }
    }
    await this.#durable(live);
    return { ok: true, value: await act((request) => this.judge(live, lent, caller, step, narrow, request)) };
  }

  async #durable(live: Live): Promise<void> {
    live.flush(this.#deps.journal);
    try {
      await this.#deps.journal.barrier(live.group);
    } catch {
      throw new JournalDown('the journal could not be made durable');
    }
    if (live.abandoned) throw new JournalDown('the run was let go meanwhile');
  }
}

/** A grant dies with its grantor's right to give it. */
const mayLend = (key: KeyRow | null, live: Live, now: number, reached?: Reached): boolean => {
  if (key === null || key.revoked !== null || (key.expires !== null && key.expires <= now)) return false;
  const { workspace, project, flow } = live.base;
  if (key.workspace !== workspace || !key.permissions.includes('grant.give') || !within(key, project, flow))
    return false;
  return reached === undefined || (key.permissions.includes('run') && within(key, reached.project, reached.id));
};

const within = (key: KeyRow, project: string, flow: string): boolean =>
  (key.projects === null || key.projects.includes(project)) && (key.flows === null || key.flows.includes(flow));
