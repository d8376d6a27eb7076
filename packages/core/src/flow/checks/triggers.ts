/** Judges triggers: their kinds, ids and settings, and whether what they hand over fits the input of the flow. */

import { at } from '../../problem.ts';
import type { Catalog } from '../../step/define.ts';
import type { InputValidator } from '../input.ts';
import type { Flow, Trigger } from '../model.ts';
import { fieldPath, type Path } from '../path.ts';
import { named } from '../text/shown.ts';
import { didYouMean } from '../suggest.ts';
import { leavesOf } from './expressions.ts';
import { checkWith } from './fields.ts';
import type { Findings } from './findings.ts';
import { checkExpressions, type Known } from './references.ts';
import { checkPoll, checkServiceHook } from './services.ts';

export const checkTriggers = (
  flow: Flow,
  catalog: Catalog,
  known: Known,
  validate: InputValidator | undefined,
): void => {
  const { findings } = known;
  const ids = new Set<string>();
  for (const [i, trigger] of (flow.triggers ?? []).entries()) {
    const field = `triggers[${i}]`;
    if (ids.has(trigger.id))
      findings.problem(
        'id.duplicate',
        `another trigger has the id ${named(trigger.id)} already`,
        { field: `${field}.id` },
        'Choose another id.',
      );
    ids.add(trigger.id);
    checkTrigger(trigger, ['triggers', i], catalog, known);
    if (validate !== undefined) checkHandedOver(trigger, ['triggers', i], validate, findings);
  }
};

const checkTrigger = (trigger: Trigger, base: Path, catalog: Catalog, known: Known): void => {
  const { findings } = known;
  const kind = catalog.trigger(trigger.kind);
  const value = trigger.with ?? {};
  const place = (path: Path) => ({ field: fieldPath([...base, 'with', ...path]) });
  checkExpressions(
    known,
    value,
    ['with'],
    { kind: 'trigger' },
    (path) => ({ field: fieldPath([...base, ...path]) }),
    kind?.input,
  );
  if (kind === undefined) {
    const names = catalog.triggers.map((one) => `${one.kind}@${one.version}`);
    const isStep = catalog.step(trigger.kind) !== undefined;
    const near = didYouMean(findings.suggest(trigger.kind, names));
    findings.problem(
      'kind.unknown',
      isStep ? `${named(trigger.kind)} is a step, not a trigger` : `there is no trigger kind ${named(trigger.kind)}`,
      { field: fieldPath([...base, 'kind']) },
      near ?? `Known triggers: ${names.join(', ')}.`,
    );
    return;
  }
  checkWith({ schema: kind.input, value, perItem: [], place }, findings);
  if ((kind.needs?.(value) ?? []).length > 0 && known.graph.byId.has(trigger.id))
    findings.problem(
      'id.duplicate',
      `a step has the id ${named(trigger.id)}, too, and powers are lent to both by it`,
      { field: `${fieldPath(base)}.id` },
      'Choose another id.',
    );
  if (kind.kind === 'service.webhook')
    checkServiceHook(
      { value, place: (field) => ({ field: `${fieldPath(base)}.${field}` }) },
      catalog.services,
      findings,
    );
  else if (kind.withServices !== undefined)
    checkPoll(
      {
        value,
        place: (field) => ({ field: `${fieldPath(base)}.${field}` }),
      },
      catalog.services,
      findings,
    );
  if (kind.kind === 'webhook' && value['signature'] === undefined && trigger.disabled !== true) {
    findings.warning(
      'webhook.unsigned',
      'anybody who knows the address of this webhook can start a run',
      { field: fieldPath([...base, 'with']) },
      'Add a signature: {"preset": "headgate", "secret": NAME}.',
    );
  }
};

/** What a schedule hands over is written in the flow, so it can be judged before the first run fails at night. */
const checkHandedOver = (trigger: Trigger, base: Path, validate: InputValidator, findings: Findings): void => {
  const input = trigger.with?.['input'];
  if (!trigger.kind.startsWith('schedule@') || trigger.disabled === true || leavesOf(input, []).length > 0) return;
  if (findings.full) {
    findings.pass();
    return;
  }
  const judged = validate(input);
  if (judged.ok) return;
  const where = fieldPath([...base, 'with']);
  findings.all(judged.problems.map((one) => at({}, { ...one, at: { field: `${where}.${one.at?.field ?? 'input'}` } })));
};
