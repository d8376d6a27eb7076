/**
 * Providers of models for flow tests: a flow names one, and a test has none set up. Each name gets one that speaks as OpenAI's
 * chat completions do, at an address that nobody has; its answers stand in the record of the case.
 */

import type { Flow } from '@headgate/core';
import type { House } from './house.ts';

const NAMED = /^([a-z0-9][a-z0-9-]{0,40})\/\S+$/;
/** It comes with the server. */
const OFFLINE = 'offline';

/** The providers that the steps of these flows name plainly. */
const namesIn = (flows: readonly Flow[]): ReadonlySet<string> => {
  const found = new Set<string>();
  const walk = (steps: Flow['steps']): void => {
    for (const step of steps) {
      const { model, steps: inner } = (step.with ?? {}) as { model?: unknown; steps?: Flow['steps'] };
      const name = typeof model === 'string' && step.kind.startsWith('model.') ? NAMED.exec(model)?.[1] : undefined;
      if (name !== undefined && name !== OFFLINE) found.add(name);
      if (Array.isArray(inner)) walk(inner);
    }
  };
  for (const { steps } of flows) walk(steps);
  return found;
};

/** Sets them up in a house that only tests use. */
export const standInModels = async ({ store }: Pick<House, 'store'>, flows: readonly Flow[]): Promise<void> => {
  for (const name of namesIn(flows)) {
    const doc = { kind: 'openai-compatible', baseUrl: `https://${name}.models.test/v1` };
    await store.in('default').modelProviders.put({ name, doc, by: 'test', updated: 0 });
  }
};
