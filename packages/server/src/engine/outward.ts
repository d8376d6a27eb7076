/**
 * What strangers hear of a flow that did not do what they asked: visitors of a public flow, and whoever calls a webhook. Their
 * credential is an address, which gets about.
 *
 * OU1 Of a run that failed they hear what its author worded for callers, with `stop`; of anything else, that it failed. Hosts,
 *     steps, powers and other flows are the workspace's own (row API-10). Its people find the whole in the run.
 * OU2 Of a run that did not begin they hear what they can mend, or that it is closed; not what was used of which quota.
 */

import { type Problem, problem } from '@headgate/core';
import type { CompiledFlow } from './compiled.ts';

/** What a caller can mend, or has to know: said as it is. */
const FOR_CALLERS = /^(input|field|json)\./;
/** States of the flow itself, which tell nothing of the workspace. */
const PLAIN: ReadonlySet<string> = new Set([
  'flow.not_found',
  'flow.disabled',
  'flow.unpublished',
  'run.hops',
  'store.unavailable',
  'chat.full',
  'chat.file',
  'chat.kind',
  'chat.size',
]);
/** Answers that come by themselves to an end: quotas, budgets, full queues, a key that is not at hand, a disk without room. */
const PASSING = /^(quota|budget)\.|^(run\.queue_full|workspace\.locked|code\.busy|disk\.full)$/;

const FAILED = problem('run.failed', 'The run failed', { fix: 'The people of this flow find the reason in its run.' });

const BUSY = problem('flow.busy', 'The flow cannot be run now', {
  retry: 'after',
  retryAfter: 60_000,
  fix: 'Try again later.',
});

/** Why a run did not begin, as its stranger hears it. */
export const refusedOutward = (why: Problem): Problem => {
  if (FOR_CALLERS.test(why.code)) return why;
  if (PASSING.test(why.code)) return BUSY;
  return PLAIN.has(why.code) ? problem(why.code, why.text, { retry: why.retry }) : FAILED;
};

/** What a run ended with, as its stranger hears it. */
export const failedOutward = (why: Problem, flow: string, { steps, shape }: CompiledFlow): Problem => {
  const { step, flow: of = flow } = why.at ?? {};
  const index = step === undefined || of !== flow ? undefined : shape.byId.get(step);
  const kind = index === undefined ? undefined : steps[index]?.step.kind;
  return kind?.startsWith('stop@') === true ? problem(why.code, why.text) : FAILED;
};
