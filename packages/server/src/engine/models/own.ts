/**
 * A question that somebody asks a model himself, about a flow he works on, and not by a run of it. It goes the way of every
 * question (fetch.ts, bounded.ts, chat.ts); what differs is who lends the power: he who asks, to nobody but himself.
 *
 * OQ1 It is asked for who could lend a step of this flow the model (`grant.give`), as the policy of the workspace and the
 *     bounds of the instance let it, judged at that moment; the record is durable before anything leaves.
 * OQ2 What it may use at most is set aside before, and what it used is charged to the workspace and to who asked, however it
 *     ended; a key's own budget holds for it, too.
 * OQ3 What goes to the model passed the guard, and what it says is told only once the guard knows that it is no secret.
 */

import {
  bad,
  costOf,
  findModel,
  type Generated,
  type GenerateCall,
  good,
  may,
  type ModelAt,
  type OwnQuestion,
  type Power,
  printPower,
  type Problem,
  problem,
  type Result,
  thingOf,
  type TokensUsed,
} from '@headgate/core';
import type { Store } from '../../store/ports.ts';
import type { Flows } from '../flows.ts';
import { type Ledger, newMeter } from '../ledger.ts';
import { speak } from './adapters.ts';
import { bounded, EVENTS_BOUND } from './bounded.ts';
import { goingIn, listen } from './chat.ts';
import type { ModelDeps } from './door.ts';
import { unanswered } from './faults.ts';
import { fetchThrough } from './fetch.ts';
import { hidden, hider } from './hidden.ts';
import { keyed } from './key.ts';
import { timely } from './questions.ts';
import { Told } from './told.ts';

export type OwnDeps = ModelDeps & {
  readonly store: Pick<Store, 'in'>;
  readonly flows: Pick<Flows, 'reaches'>;
  readonly ledger: Pick<Ledger, 'reserve'>;
};

const MISSING = problem('flow.not_found', 'There is no such flow');
const NOT_HIS = problem('permission.missing', 'Asking a model needs the permission grant.give on the flow', {
  retry: 'no',
  fix: 'Ask somebody who may lend powers to this flow.',
});
const DENIED = problem('policy.denied', 'The policy of the workspace does not let this model be asked', {
  retry: 'no',
  fix: 'Choose another model, or ask an administrator of the workspace.',
});

/** Whose usage it is counted as; no flow and no key has such a name. */
const holderOf = ({ user, id }: OwnQuestion['principal']): string => `assistant:${user ?? id}`;

export const ownAsk =
  (d: OwnDeps) =>
  async (question: OwnQuestion): Promise<Result<Generated>> => {
    const { principal, flow, model: name, maxTokens, signal } = question;
    const { workspace } = principal;
    const row = await d.store.in(workspace).flows.get(flow);
    if (row === null) return bad(MISSING);
    const found = findModel(await d.providers.in(workspace), name, 'chat');
    if (!found.ok) return bad(found.problem);
    const { spec } = found.value;
    const call = hidden(callOf(question, spec.output ?? maxTokens), hider(d.guard, workspace));
    const most = { input: goingIn(call), output: call.maxTokens, cached: 0 };
    const power: Power = { power: 'model', model: name, tokens: most.input + most.output };
    const denied = !may(principal, 'grant.give', thingOf(workspace, row))
      ? NOT_HIS
      : (await d.flows.reaches(workspace, power))
        ? null
        : DENIED;
    await recorded(d, question, power, denied);
    if (denied !== null) return bad(denied);
    const spender = { workspace, flow: holderOf(principal), principal: principal.id, budget: undefined };
    const held = d.ledger.reserve(spender, newMeter(), costOf(most, spec.price));
    if ('problem' in held) return bad(held.problem);
    let used: TokensUsed | null = null;
    try {
      if (signal.aborted) return bad(problem('egress.cancelled', 'Nobody waits for the answer any more'));
      const asked = await askIt(d, question, found.value, call, row.project);
      ({ used } = asked);
      return asked.answer;
    } finally {
      held.settle(used === null ? undefined : costOf(used, spec.price));
    }
  };

const callOf = (question: OwnQuestion, output: number): GenerateCall => ({
  ...{ models: [question.model], tries: 0, stream: true },
  ...{ timeout: question.timeout, stall: question.stall, messages: question.messages },
  maxTokens: Math.min(question.maxTokens, output),
  ...(question.system === undefined ? {} : { system: question.system }),
  ...(question.tools === undefined ? {} : { tools: question.tools }),
});

/** Puts the decision on record and waits until it is on the disk. */
const recorded = async (
  { journal, clock }: OwnDeps,
  { principal }: OwnQuestion,
  power: Power,
  denied: Problem | null,
): Promise<void> =>
  journal.barrier(
    journal.audit([
      {
        ...{ at: clock.now(), workspace: principal.workspace, actor: principal.id, action: 'power.model' },
        ...{ object: printPower(power), decision: denied === null ? 'allow' : 'deny', reason: denied?.code ?? null },
        ...{ run: null, step: null },
      },
    ]),
  );

const askIt = async (
  d: OwnDeps,
  { principal, flow, model: name, signal, timeout, stall, hear }: OwnQuestion,
  model: ModelAt,
  call: GenerateCall,
  project: string,
): Promise<{ readonly answer: Result<Generated>; readonly used: TokensUsed | null }> => {
  const { workspace, id } = principal;
  const whose = { workspace, project, flow, environment: 'default', principal: id, run: '', step: '' };
  const key = await keyed(d.credentials, whose, model);
  if ('problem' in key) return { answer: bad(key.problem), used: null };
  try {
    const { origin } = new URL(model.baseUrl);
    const share = { workspace, flow };
    const through = fetchThrough({ door: d.door, headers: key.headers, share, stall, signal, timeout, origin });
    const chat = (await speak(model, bounded(through, d.turns, EVENTS_BOUND))).chat(model.spec.id);
    const told = new Told({ guard: d.guard, workspace, now: d.clock.now, record: hear, aloud: () => undefined });
    const answer = await listen(chat, name, call, signal, (piece) => told.hear(piece));
    if (!answer.ok) {
      const late = timely(answer, name, timeout);
      return { answer: bad(late.ok ? answer.problem : late.problem), used: answer.used };
    }
    told.end();
    const { used, ...said } = answer.said;
    const usage = { ...used, money: costOf(used, model.spec.price).money };
    return { answer: good({ ...said, model: name, usage, cached: false }), used };
  } catch (error) {
    const why = unanswered(error, name);
    return { answer: bad(why.problem), used: why.free ? null : { input: goingIn(call), output: 0, cached: 0 } };
  }
};
