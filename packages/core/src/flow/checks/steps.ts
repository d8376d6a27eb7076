/** Judges one step: its id and kind, the fields of its `with`, and the expressions in every part of it. */

import type { Services } from '../../service/manifest.ts';
import type { Catalog, StepKind } from '../../step/define.ts';
import { isBlock } from '../blocks.ts';
import type { Node } from '../graph.ts';
import { fieldPath, type Path } from '../path.ts';
import { named, typeOf } from '../text/shown.ts';
import { didYouMean } from '../suggest.ts';
import { checkCode } from './code.ts';
import { fits, leavesOf, partsAt, type View } from './expressions.ts';
import { checkWith } from './fields.ts';
import type { Findings } from './findings.ts';
import { checkExpressions, type Known } from './references.ts';
import { checkService } from './services.ts';

/** Fields that must give true or false, of kinds whose schema cannot say so. */
const CONDITIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['if@1', ['when']],
  ['switch@1', ['cases', '*', 'when']],
]);

/** Parts of a block's `with` that are evaluated elsewhere than the block itself. */
const INNER: ReadonlySet<PropertyKey> = new Set(['steps', 'until', 'result']);

export const checkIdentity = (node: Node, catalog: Catalog, known: Known): void => {
  const { findings, graph } = known;
  const { id, kind } = node.step;
  if (graph.byId.get(id) !== node) {
    findings.problem(
      'id.duplicate',
      `another step has the id ${named(id)} already (ids are unique in the whole flow, blocks included)`,
      { step: id, field: 'id' },
      'Choose another id.',
    );
  }
  if (catalog.step(kind) !== undefined) return;
  if (catalog.trigger(kind) !== undefined) {
    findings.problem(
      'kind.unknown',
      `${named(kind)} is a trigger, not a step`,
      { step: id, field: 'kind' },
      'Move it to "triggers".',
    );
    return;
  }
  const names = catalog.steps.map((one) => `${one.kind}@${one.version}`);
  const name = kind.slice(0, kind.indexOf('@'));
  const versions = catalog.steps.filter((one) => one.kind === name).map((one) => `${one.kind}@${one.version}`);
  const fix =
    versions.length > 0
      ? `Known: ${versions.join(', ')}.`
      : (didYouMean(findings.suggest(kind, names)) ?? 'See the list of step kinds.');
  findings.problem('kind.unknown', `there is no step kind ${named(kind)}`, { step: id, field: 'kind' }, fix);
};

export const checkStep = (node: Node, kind: StepKind | undefined, known: Known, services: Services): void => {
  const { findings } = known;
  const { step } = node;
  const value = step.with ?? {};
  const place = (path: Path) => ({ step: step.id, field: fieldPath(path) });
  const items = step.each !== undefined;
  const here: View = { kind: 'step', node, items };
  const perItem = (kind?.perItem ?? []).map((pattern) => pattern.split('.'));
  const isPerItem = (path: Path): boolean => perItem.some((pattern) => fits(path.slice(1), pattern));
  const plain = new Set<PropertyKey>(kind?.plain ?? []);
  const isPlain = (path: Path): boolean => path.length === 2 && plain.has(path[1] ?? '');
  const elsewhere = (path: Path): boolean => isBlock(step) && path.length === 2 && INNER.has(path[1] ?? '');

  checkExpressions(
    known,
    value,
    ['with'],
    here,
    place,
    kind?.input,
    (path) => isPerItem(path) || isPlain(path) || elsewhere(path),
  );
  for (const pattern of perItem) {
    for (const part of partsAt(value, pattern, ['with'])) {
      checkExpressions(known, part.value, part.path, { kind: 'step', node, items: true }, place);
      needsExpression(part.value, place(part.path), findings);
    }
  }
  if (isBlock(step)) checkBlock(node, value, known, place);
  if (kind !== undefined && (kind.block === undefined || kind.block === 'agent'))
    checkWith({ schema: kind.input, value, perItem, place: (path) => place(['with', ...path]) }, findings);
  if (step.each !== undefined) {
    checkExpressions(known, step.each.over, ['each', 'over'], { kind: 'step', node, items: false }, place);
    if (typeof step.each.over === 'string') needsExpression(step.each.over, place(['each', 'over']), findings);
  }
  if (step.retry?.when !== undefined) {
    checkExpressions(known, step.retry.when, ['retry', 'when'], { ...here, self: true }, place);
    needsExpression(step.retry.when, place(['retry', 'when']), findings);
  }
  checkConditions(node, value, place, findings);
  checkCode(node, known);
  if (kind?.withServices !== undefined)
    checkService({ value, place: (field) => ({ step: step.id, field }) }, services, findings);
  checkUnwired(node, known);
};

const checkBlock = (
  node: Node,
  value: Record<string, unknown>,
  known: Known,
  place: (path: Path) => { step: string; field: string },
): void => {
  for (const name of ['until', 'result'])
    checkExpressions(known, value[name], ['with', name], { kind: 'block', node }, place);
  for (const name of ['over', 'until']) {
    if (typeof value[name] === 'string') needsExpression(value[name], place(['with', name]), known.findings);
  }
};

/** A condition or list written without braces is a plain text, which is never what was meant. */
export const needsExpression = (value: unknown, where: { step?: string; field: string }, findings: Findings): void => {
  if (leavesOf(value, []).length > 0) return;
  findings.problem(
    'expr.braces',
    `expected an expression in {{ }}, got ${typeOf(value)} without one`,
    where,
    'Write it as {{ … }}.',
  );
};

const checkConditions = (
  node: Node,
  value: Record<string, unknown>,
  place: (path: Path) => { step: string; field: string },
  findings: Findings,
): void => {
  const pattern = CONDITIONS.get(node.step.kind);
  if (pattern === undefined) return;
  for (const part of partsAt(value, pattern, ['with'])) {
    if (typeof part.value === 'boolean' || leavesOf(part.value, []).some((leaf) => leaf.path.length === 0)) continue;
    findings.problem(
      'value.not_boolean',
      `expected true, false or an expression in {{ }}, got ${typeOf(part.value)}`,
      place(part.path),
      'Write a comparison, e.g. {{ input.count > 0 }}.',
    );
  }
};

/** A problem port that nothing waits for swallows problems. */
const checkUnwired = (node: Node, known: Known): void => {
  const { findings } = known;
  const { onProblem, id } = node.step;
  if (onProblem !== 'port' || known.heard.has(node)) return;
  findings.warning(
    'problem.unwired',
    'nothing waits for the port problem of this step, so its problems pass unseen',
    { step: id, field: 'onProblem' },
    `Let a step come after ${JSON.stringify(`${id}.problem`)}.`,
  );
};
