/** The ports of a step as one sees them: by what its kind declares, by its settings, and by what it does with a problem. */

import { PROBLEM_PORT, type Step } from '@headgate/core';
import type { Kinds } from './editor-context.ts';

/** Ports that the settings name (`switch@1`): one a case, and the one for the rest. */
const named = ({ with: settings = {} }: Step): string[] => {
  const cases: unknown = settings['cases'];
  const names = Array.isArray(cases)
    ? cases.map((one: unknown) => (typeof one === 'object' && one !== null ? Reflect.get(one, 'port') : undefined))
    : [];
  return [...names, settings['else']].filter((one): one is string => typeof one === 'string' && one !== '');
};

/** Its ports in order; none: it has the one way out that needs no name. */
export const portsOf = (kinds: Kinds, step: Step): readonly string[] => {
  const kind = kinds.steps.find((one) => one.kind === step.kind);
  const own = kind === undefined ? [] : (kind.ports ?? named(step));
  const problem = step.onProblem === 'port' ? [PROBLEM_PORT] : [];
  return [...new Set([...own, ...problem])];
};

/** What another step may wait for: each port, and the step itself where it has no port but `problem`. */
export const entriesOf = (kinds: Kinds, step: Step): readonly string[] => {
  const ports = portsOf(kinds, step);
  const bare = ports.every((port) => port === PROBLEM_PORT) ? [step.id] : [];
  return [...bare, ...ports.map((port) => `${step.id}.${port}`)];
};
