/**
 * Judges expressions: their syntax (by compiling them), what they name, whether that has come before, and whether what is
 * known of its type fits where it is put.
 */

import { compile, type Reference } from '../../expr/template.ts';
import { at, type Place } from '../../problem.ts';
import { schemasAt } from '../fields.ts';
import type { Graph, Node } from '../graph.ts';
import { fieldPath, type Path } from '../path.ts';
import { named } from '../text/shown.ts';
import { didYouMean } from '../suggest.ts';
import type { StepKind } from '../../step/define.ts';
import type { z } from 'zod';
import { type Leaf, leavesOf, plainReference, type View } from './expressions.ts';
import type { CheckContext, Findings } from './findings.ts';
import { clash, follow, type Shape, shapeOfZod, told } from './shape.ts';

export type Known = {
  readonly graph: Graph;
  readonly findings: Findings;
  readonly context: CheckContext;
  readonly inputShape: Shape;
  readonly shapeOf: (node: Node) => Shape;
  readonly kindOf: (node: Node) => StepKind | undefined;
  /** Steps on a cycle or behind one: what is upstream of them cannot be said. */
  readonly tangled: ReadonlySet<Node>;
  /** Steps whose port `problem` some step waits for. */
  readonly heard: ReadonlySet<Node>;
};

const EARLY: Readonly<Record<'settings' | 'trigger', readonly string[]>> = {
  settings: ['input', 'trigger', 'vars', 'now', 'run'],
  trigger: ['trigger', 'vars', 'now'],
};

/** Judges every expression in a value. `schema`, when given, is what the value as a whole is judged by. */
export const checkExpressions = (
  known: Known,
  value: unknown,
  path: Path,
  view: View,
  place: (path: Path) => Place,
  schema?: z.ZodType,
  skip?: (path: Path) => boolean,
): void => {
  for (const leaf of leavesOf(value, path, skip)) {
    if (!affords(known, leaf, place)) continue;
    const { compiled, problems } = compile(leaf.text, fieldPath(leaf.path));
    known.findings.all(problems.map((one) => at(place(leaf.path), one)));
    for (const reference of compiled.references) checkReference(known, reference, view, place(leaf.path));
    if (schema !== undefined && problems.length === 0) checkType(known, leaf, path, view, place(leaf.path), schema);
  }
};

/** Expressions of one flow: compiling so many takes a second. */
const MOST_EXPRESSIONS = 50_000;

/** Counted by their braces before they are read, so that a flow of nothing but expressions is refused at once (DOS-07). */
const affords = ({ findings }: Known, leaf: Leaf, place: (path: Path) => Place): boolean => {
  const before = findings.expressions;
  for (let i = leaf.text.indexOf('{{'); i !== -1; i = leaf.text.indexOf('{{', i + 2)) findings.expressions += 1;
  if (findings.expressions <= MOST_EXPRESSIONS) return true;
  if (before <= MOST_EXPRESSIONS)
    findings.problem(
      'flow.expressions',
      `expected at most ${MOST_EXPRESSIONS} expressions in a flow, got more`,
      place(leaf.path),
      'Split the flow and call its parts with flow.call@1.',
    );
  return false;
};

export const checkReference = (known: Known, reference: Reference, view: View, where: Place): void => {
  const { findings } = known;
  const { root } = reference;
  if (view.kind === 'settings' || view.kind === 'trigger') {
    const allowed = EARLY[view.kind];
    if (!allowed.includes(root)) {
      const when = view.kind === 'settings' ? 'before any step has run' : 'before the run has an input';
      findings.problem(
        'ref.early',
        `${named(root)} is not there yet: this is evaluated ${when}`,
        where,
        `Use ${allowed.join(', ')}.`,
      );
      return;
    }
  }
  switch (root) {
    case 'steps':
    case 'problems':
      if (reference.id !== undefined) checkStep(known, reference, reference.id, view, where);
      return;
    case 'item':
    case 'index':
      if (!seesItems(view))
        findings.problem(
          'ref.item',
          `${named(root)} is there only inside a block and in a step with \`each\``,
          where,
          'Put the step into an each@1 block, or read the list itself.',
        );
      return;
    case 'input':
      checkPath(known, known.inputShape, reference.path, 'the input of this flow', where);
      return;
    case 'vars': {
      const [name] = reference.path;
      const { vars } = known.context;
      if (name !== undefined && vars !== undefined && !vars.has(name)) {
        findings.warning(
          'ref.var',
          `there is no value ${named(name)} in this environment`,
          where,
          didYouMean(findings.suggest(name, vars)),
        );
      }
      return;
    }
    case 'trigger':
    case 'now':
    case 'run':
      return;
  }
};

const seesItems = (view: View): boolean => {
  if (view.kind === 'block') return true;
  return view.kind === 'step' && (view.items || view.node.level.block !== null);
};

const checkStep = (known: Known, reference: Reference, id: string, view: View, where: Place): void => {
  const { graph, findings } = known;
  const target = graph.byId.get(id);
  if (target === undefined) {
    const near = findings.suggest(id, visibleIds(known, view));
    findings.problem(
      'ref.unknown',
      `there is no step ${named(id)}`,
      where,
      didYouMean(near === undefined ? undefined : `${reference.root}.${near}`) ??
        'Name a step that comes before this one.',
    );
    return;
  }
  if (!sees(known, target, reference, view)) {
    notSeen(known, target, view, where);
    return;
  }
  if (reference.root === 'problems') {
    const handles =
      target.step.onProblem === 'continue' ||
      target.step.onProblem === 'port' ||
      (view.kind === 'step' && view.node === target);
    if (!handles)
      findings.warning(
        'ref.problem',
        `\`problems.${id}\` is always null: a problem of that step stops the run`,
        where,
        `Set "onProblem": "continue" or "port" on ${id}.`,
      );
    return;
  }
  checkPath(known, known.shapeOf(target), reference.path, `the result of ${id}`, where);
};

const sees = (known: Known, target: Node, reference: Reference, view: View): boolean => {
  const { graph, tangled } = known;
  switch (view.kind) {
    case 'output':
      return target.level === graph.root;
    case 'block':
      return target.level === view.node.inner || graph.upstream(target, view.node) || tangled.has(view.node);
    case 'step':
      if (target === view.node) return view.self === true && reference.root === 'problems';
      return graph.upstream(target, view.node) || (tangled.has(view.node) && target.level === view.node.level);
    case 'settings':
    case 'trigger':
      return false;
  }
};

/** Why a step that exists cannot be read here, and what to do. */
const notSeen = (known: Known, target: Node, view: View, where: Place): void => {
  const { graph, findings } = known;
  const id = target.id;
  const from = view.kind === 'step' || view.kind === 'block' ? view.node : undefined;
  if (from === target) {
    findings.problem('ref.self', 'a step cannot read its own result', where, 'Read a step that comes before it.');
    return;
  }
  const level = view.kind === 'block' ? view.node.inner : (from?.level ?? graph.root);
  if (isAround(target, from)) {
    findings.problem(
      'ref.block',
      `the block ${named(id)} is still running while its inner steps do`,
      where,
      'Read a step of the same block, or item.',
    );
    return;
  }
  if (target.level !== level && !isOutside(target, level)) {
    const block = target.level.block;
    findings.problem(
      'ref.inner',
      `the step ${named(id)} is inside the block ${named(block?.id ?? '')} and not seen from here`,
      where,
      block === null ? undefined : `Read the result of the block: steps.${block.id}.`,
    );
    return;
  }
  const turned = from !== undefined && graph.upstream(from, target);
  findings.problem(
    'ref.upstream',
    turned ? `the step ${named(id)} comes after this one` : `nothing makes this step wait for ${named(id)}`,
    where,
    turned
      ? 'Read a step that comes before this one.'
      : `Add ${JSON.stringify(id)} to "after" of this step, or read a step that comes before it.`,
  );
};

const isAround = (target: Node, from: Node | undefined): boolean => {
  for (let block = from?.level.block ?? null; block !== null; block = block.level.block)
    if (block === target) return true;
  return false;
};

/** Does the target stand on the level of a block around this one? */
const isOutside = (target: Node, level: Node['level'] | null): boolean => {
  for (let at = level; at !== null; at = at.block?.level ?? null) if (at === target.level) return true;
  return false;
};

function* visibleIds(known: Known, view: View): Generator<string> {
  for (const node of known.graph.nodes)
    if (sees(known, node, { root: 'steps', id: node.id, path: [], field: '' }, view)) yield node.id;
}

/** The first few, without walking the rest. */
const firstOf = (names: Iterable<string>, most: number): readonly string[] => {
  const some: string[] = [];
  for (const name of names) {
    if (some.length === most) break;
    some.push(name);
  }
  return some;
};

const checkPath = (known: Known, shape: Shape, path: readonly string[], whose: string, where: Place): void => {
  const end = follow(shape, path);
  if ('shape' in end) return;
  const near = didYouMean(known.findings.suggest(end.missing, end.known.keys()));
  const fields =
    end.known.size === 0
      ? 'It has no fields.'
      : `It has ${firstOf(end.known.keys(), 12).join(', ')}${end.known.size > 12 ? ' and more' : ''}.`;
  known.findings.problem('ref.field', `${whose} has no field ${named(end.missing)}`, where, near ?? fields);
};

/** A text that is one plain reference has the type of what it names: does that fit the field? */
const checkType = (known: Known, leaf: Leaf, base: Path, view: View, where: Place, schema: z.ZodType): void => {
  const keys = plainReference(leaf.text);
  if (keys === undefined) return;
  const given = shapeNamed(known, keys, view);
  if (given === undefined) return;
  const wanted = schemasAt(schema, leaf.path.slice(base.length));
  if (wanted.length === 0) return;
  const shapes = wanted.map((one) => shapeOfZod(one));
  if (shapes.every((shape) => clash(given, shape))) {
    known.findings.problem(
      'ref.type',
      `expected ${shapes.map(told).join(' or ')}, got ${told(given)}`,
      where,
      'Name another value, or convert this one in the expression.',
    );
  }
};

const shapeNamed = (known: Known, keys: readonly string[], view: View): Shape | undefined => {
  const [root, id, ...rest] = keys;
  if (root === 'input') {
    const end = follow(known.inputShape, keys.slice(1));
    return 'shape' in end ? end.shape : undefined;
  }
  const target = root === 'steps' && id !== undefined ? known.graph.byId.get(id) : undefined;
  if (target === undefined || !sees(known, target, { root: 'steps', id: target.id, path: [], field: '' }, view))
    return undefined;
  const end = follow(known.shapeOf(target), rest);
  return 'shape' in end ? end.shape : undefined;
};
