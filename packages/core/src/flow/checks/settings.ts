/**
 * Judges the settings every step can carry: durations and how they go together, retry, `each`, `narrow`; and the needs of
 * a step against what is known of flows and secrets.
 */

import { milliseconds } from '../duration.ts';
import type { Node } from '../graph.ts';
import type { Settings } from '../model.ts';
import { isBlock, stepsOf } from '../blocks.ts';
import { covers, parsePower, type Power, printPower, withoutCode, withoutPath } from '../../access/power.ts';
import { anyMethod, narrowedNeeds } from '../../access/narrowed.ts';
import { powerOf } from '../../access/needs.ts';
import type { Need, StepKind } from '../../step/define.ts';
import { at } from '../../problem.ts';
import { named } from '../text/shown.ts';
import { didYouMean } from '../suggest.ts';
import { AMBIGUOUS, type CheckContext, type Findings } from './findings.ts';

/** A duration field; the form is judged by the schema, so only one too long to count is wrong here. */
const span = (text: unknown, where: { step?: string; field: string }, findings: Findings): number | undefined => {
  if (typeof text !== 'string' || text.includes('{{')) return undefined;
  const ms = milliseconds(text);
  if (ms === undefined && /^\d+(ms|s|m|h|d)$/.test(text))
    findings.problem(
      'field.wrong',
      'expected a duration that can be counted in milliseconds, got a longer one',
      where,
      'Write e.g. 365d.',
    );
  return ms;
};

export const checkSettings = (settings: Settings, findings: Findings): void => {
  const of = (text: unknown, field: string): number | undefined => span(text, { field: `settings.${field}` }, findings);
  of(settings.timeout, 'timeout');
  of(settings.rate?.per, 'rate.per');
  of(settings.debounce?.for, 'debounce.for');
};

export const checkStepSettings = (
  node: Node,
  kind: StepKind | undefined,
  settings: Settings | undefined,
  context: CheckContext,
  findings: Findings,
): void => {
  const { step } = node;
  const timeout = span(step.timeout, { step: step.id, field: 'timeout' }, findings);
  checkRetry(node, kind, findings);
  checkWaits(node, timeout, settings?.timeout === undefined ? undefined : milliseconds(settings.timeout), findings);
  if (step.each !== undefined && isBlock(step)) {
    findings.problem(
      'block.each',
      'a block cannot also carry `each`',
      { step: step.id, field: 'each' },
      'Put the block into an each@1 block.',
    );
  }
  if (isBlock(step) && Array.isArray(step.with?.['steps']) && stepsOf(step).length === 0) {
    findings.problem(
      'block.empty',
      'expected at least one step in the block, got none',
      { step: step.id, field: 'with.steps' },
      'Add a step to it, or delete it.',
    );
  }
  const needs = kind?.needs?.(step.with ?? {}) ?? [];
  checkNarrow(node, needs, findings);
  checkNames(node, needs, context, findings);
};

const checkRetry = (node: Node, kind: StepKind | undefined, findings: Findings): void => {
  const { retry, id } = node.step;
  if (retry === undefined) return;
  const delay = span(retry.delay, { step: id, field: 'retry.delay' }, findings) ?? 1_000;
  const cap = span(retry.cap, { step: id, field: 'retry.cap' }, findings);
  if (cap !== undefined && cap < delay)
    findings.warning(
      'retry.cap',
      `the first delay of ${delay} ms is cut to the cap of ${cap} ms`,
      { step: id, field: 'retry.cap' },
      'Raise cap, or lower delay.',
    );
  if (isBlock(node.step)) {
    findings.warning(
      'retry.block',
      'a block is not tried again as a whole',
      { step: id, field: 'retry' },
      'Give retry to the steps inside.',
    );
    return;
  }
  if (kind === undefined || kind.pure === true || retry.max === 0) return;
  if (repeatable(kind, node.step.with ?? {}) === false) {
    findings.warning(
      'retry.repeats',
      'trying this step again may repeat its effect',
      { step: id, field: 'retry' },
      'Keep retry if that does no harm, or pass an idempotency key to the service.',
    );
  }
};

/** Undefined: not known before the flow runs. */
const repeatable = (kind: StepKind, raw: Record<string, unknown>): boolean | undefined => {
  if (kind.repeatable === undefined) return false;
  const parsed = kind.input.safeParse(raw);
  return parsed.success ? kind.repeatable(parsed.data) : undefined;
};

/** A wait that something else always ends first. */
const checkWaits = (node: Node, timeout: number | undefined, whole: number | undefined, findings: Findings): void => {
  const { step } = node;
  const field = step.kind === 'wait@1' ? 'for' : step.kind === 'wait.event@1' ? 'timeout' : undefined;
  const text = field === undefined ? undefined : step.with?.[field];
  const wait = span(text, { step: step.id, field: `with.${field}` }, findings);
  if (timeout !== undefined && whole !== undefined && timeout > whole) {
    findings.warning(
      'time.order',
      'the run ends before this timeout',
      { step: step.id, field: 'timeout' },
      'Raise settings.timeout, or lower this one.',
    );
  }
  if (wait === undefined) return;
  const where = { step: step.id, field: `with.${field}` };
  if (timeout !== undefined && timeout <= wait) {
    findings.problem(
      'time.contradiction',
      'the timeout of this step ends the wait before it is over',
      where,
      'Raise or remove `timeout`.',
    );
  } else if (whole !== undefined && whole <= wait) {
    findings.problem(
      'time.contradiction',
      'the timeout of the run ends it before this wait is over',
      where,
      'Raise or remove settings.timeout.',
    );
  }
};

const checkNarrow = (node: Node, needs: readonly Need[], findings: Findings): void => {
  const { narrow, id } = node.step;
  if (narrow === undefined) return;
  const asked = narrowedNeeds(needs, narrow);
  const powers: Power[] = [];
  for (const [i, text] of narrow.entries()) {
    const where = { step: id, field: `narrow[${i}]` };
    const parsed = parsePower(text);
    if (!parsed.ok) findings.all([at(where, parsed.problem)]);
    else {
      powers.push(parsed.value);
      if (!asked.some((need) => need.power === parsed.value.power)) {
        findings.warning(
          'narrow.unused',
          `this step asks for no ${parsed.value.power} power, so there is nothing to narrow`,
          where,
          'Remove it.',
        );
      }
    }
  }
  for (const need of needs) {
    const power = need.computed === true ? undefined : powerOf(need);
    const mine = powers.filter((one) => one.power === power?.power);
    if (power === undefined || mine.length === 0) continue;
    if (mine.some((one) => covers(withoutPath(one), power) || covers(one, withoutCode(power)))) continue;
    if (anyMethod(power) && mine.every((one) => covers(power, one))) continue;
    findings.problem(
      'narrow.denies',
      `\`narrow\` leaves out what this step needs: ${printPower(power)}`,
      { step: id, field: 'narrow' },
      'Widen narrow, or let the step ask for less.',
    );
  }
};

/** Flows and secrets named plainly that do not exist (yet): they may be made later, so a warning. A name of two flows is none. */
const checkNames = (node: Node, needs: readonly Need[], context: CheckContext, findings: Findings): void => {
  for (const need of needs) {
    const power = need.computed === true ? undefined : powerOf(need);
    if (power?.power === 'flow' && context.shared?.has(power.flow) === true)
      findings.problem('flow.ambiguous', AMBIGUOUS.text, { step: node.id, field: 'with.flow' }, AMBIGUOUS.fix);
    if (power?.power === 'flow' && context.flows !== undefined && !context.flows.has(power.flow)) {
      findings.warning(
        'flow.unknown',
        `there is no flow ${named(power.flow)} in this project`,
        { step: node.id, field: 'with.flow' },
        didYouMean(findings.suggest(power.flow, context.flows)),
      );
    }
    if (
      power?.power === 'secret' &&
      context.secrets !== undefined &&
      power.name !== '*' &&
      !context.secrets.has(power.name)
    ) {
      findings.warning(
        'secret.unknown',
        `there is no secret ${named(power.name)} in this project`,
        { step: node.id, field: 'with.secret' },
        didYouMean(findings.suggest(power.name, context.secrets)),
      );
    }
  }
};
