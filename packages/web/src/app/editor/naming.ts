/** What a step is called when it is read out: name, kind, which of how many, state, problems, inputs and outputs. */

import { everyStep, type Flow } from '@headgate/core';
import type { TFunction } from 'i18next';
import type { StepState } from './run/fold.ts';

export type Told = {
  readonly name: string;
  /** Title of its kind. */
  readonly kind: string;
  readonly trigger: boolean;
  /** Counted from 1 in the order of the flow. */
  readonly n: number;
  readonly of: number;
  readonly disabled: boolean;
  readonly inputs: number;
  readonly outputs: number;
  /** How many steps it holds; null: it is no block. */
  readonly holds: number | null;
};

/** Begins with what is written on it, in that order: who speaks to the page says what stands there (WCAG 2.5.3). */
export const spoken = (t: TFunction, told: Told, state: StepState | null, problems: number, breaks = false): string =>
  [
    told.name,
    told.kind,
    told.disabled ? t('editor.disabled') : null,
    t(told.trigger ? 'graph.triggerOf' : 'graph.stepOf', { n: told.n, of: told.of }),
    state === null ? null : t(`editor.state.${state}`),
    breaks ? t('held.breakpoint') : null,
    problems === 0 ? null : t('graph.problems', { count: problems }),
    told.holds === null ? null : t('graph.holds', { count: told.holds }),
    told.trigger ? null : t('graph.inputs', { count: told.inputs }),
    told.trigger ? null : t('graph.outputs', { count: told.outputs }),
  ]
    .filter((part) => part !== null)
    .join(', ');

/** Place and wires of each step and trigger of a flow, by id. */
export const countsOf = (
  flow: Flow,
): ReadonlyMap<string, Pick<Told, 'n' | 'of' | 'inputs' | 'outputs' | 'trigger'>> => {
  const steps = [...everyStep(flow)];
  const outputs = new Map<string, number>();
  for (const { after = [] } of steps)
    for (const entry of after) {
      const id = entry.split('.')[0] ?? '';
      outputs.set(id, (outputs.get(id) ?? 0) + 1);
    }
  const triggers = flow.triggers ?? [];
  return new Map<string, Pick<Told, 'n' | 'of' | 'inputs' | 'outputs' | 'trigger'>>([
    ...triggers.map(
      ({ id }, i) => [id, { n: i + 1, of: triggers.length, inputs: 0, outputs: 0, trigger: true }] as const,
    ),
    ...steps.map(
      ({ id, after = [] }, i) =>
        [
          id,
          { n: i + 1, of: steps.length, inputs: after.length, outputs: outputs.get(id) ?? 0, trigger: false },
        ] as const,
    ),
  ]);
};
