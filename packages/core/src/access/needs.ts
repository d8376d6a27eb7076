/**
 * What a flow asks for: the powers its steps need, what of them is lent, and what is missing.
 *
 * A flow file only ever asks; it carries no grants. Whether an effect is allowed is decided when it happens (authority.ts);
 * this file is for people: what to lend before a flow is published.
 */

import type { Flow, Step } from '../flow/model.ts';
import { stepsOf } from '../flow/blocks.ts';
import type { Catalog, Need } from '../step/define.ts';
import { narrowedNeeds } from './narrowed.ts';
import { covers, lentByWriting, parsePower, printPower, type Power, sentence } from './power.ts';

/** `step` is `*` for what the flow as a whole asks for: nobody's step starts its error flow. */
export type StepNeed = { readonly step: string; readonly need: Need };

/** A power to lend, in the form `grant` takes, and what it means. */
export type Missing = {
  readonly step: string;
  readonly power: string;
  readonly sentence: string;
  readonly computed: boolean;
};

/** What a step or flow has been lent. `step` `*` stands for every step. */
export type Lent = { readonly step: string; readonly power: Power };

/**
 * The needs of all steps, those inside blocks included, in the order of the file, then those of triggers that ask for
 * something before there is a run (by the id of the trigger), then that of the error flow: starting
 * another flow is a power, whoever starts it. Disabled steps need nothing, as they never run, unless `all` is asked for. A
 * kind the catalogue does not know has no needs here; `check` reports it.
 */
export const needsOf = (flow: Flow, catalog: Catalog, which: 'enabled' | 'all' = 'enabled'): readonly StepNeed[] => {
  const found: StepNeed[] = [];
  const walk = (steps: readonly Step[]): void => {
    for (const step of steps) {
      if (step.disabled === true && which === 'enabled') continue;
      const needs = catalog.step(step.kind)?.needs?.(step.with ?? {}) ?? [];
      for (const need of narrowedNeeds(needs, step.narrow)) found.push({ step: step.id, need });
      walk(stepsOf(step));
    }
  };
  walk(flow.steps);
  for (const { id, kind, with: settings, disabled } of flow.triggers ?? []) {
    if (disabled === true && which === 'enabled') continue;
    for (const need of catalog.trigger(kind)?.needs?.(settings ?? {}) ?? []) found.push({ step: id, need });
  }
  const errorFlow = flow.settings?.errorFlow;
  if (errorFlow !== undefined) found.push({ step: '*', need: telling(errorFlow) });
  return found;
};

const telling = (flow: string): Need => ({
  power: 'flow',
  scope: `call ${flow}`,
  sentence: `Run the flow “${flow}” of this project when a run fails, and tell it why.`,
});

/**
 * Does what was lent to the step cover this need? All of it, or the least that it stays within as far as its settings
 * show; what they do not show is judged when it happens.
 */
export const meets = (grants: readonly Lent[], { step, need }: StepNeed): boolean => {
  const powers = [powerOf(need), need.least === undefined ? undefined : powerOf({ ...need, scope: need.least })];
  return powers.some(
    (power) => power !== undefined && grants.some((g) => (g.step === step || g.step === '*') && covers(g.power, power)),
  );
};

/** The power a need asks for, or undefined when its scope cannot be read (an installed step may write what it likes). */
export const powerOf = (need: Need): Power | undefined => {
  const parsed = parsePower(`${need.power}: ${need.scope}`);
  return parsed.ok ? parsed.value : undefined;
};

/**
 * Does writing this into a step count as lending it, when the writer may lend it? Only what the file names plainly: one
 * host, one folder or file, one flow, code of a step. Secrets, patterns and whatever an expression computes always ask.
 */
export const lentByTyping = (need: Need): boolean => {
  const power = need.computed === true ? undefined : powerOf(need);
  return power !== undefined && lentByWriting(power);
};

/** Needs that no grant covers, each once, in the form `grant` takes. */
export const missing = (needs: readonly StepNeed[], grants: readonly Lent[]): readonly Missing[] => {
  const found = new Map<string, Missing>();
  for (const { step, need } of needs) {
    if (meets(grants, { step, need })) continue;
    const power = powerOf(need);
    const text = power === undefined ? `${need.power}: ${need.scope}` : printPower(power);
    const key = `${step}\n${text}`;
    if (!found.has(key))
      found.set(key, {
        step,
        power: text,
        sentence: need.sentence === '' && power !== undefined ? sentence(power) : need.sentence,
        computed: need.computed === true,
      });
  }
  return [...found.values()];
};
