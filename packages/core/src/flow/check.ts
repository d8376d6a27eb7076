/**
 * `check`: everything that is wrong with a flow, at once, each with its place, what was expected, what came and what to
 * do; and what is allowed but deserves a look.
 *
 * It executes nothing, calls nobody, and judges by the catalogue it is given. The form of the file is parse.ts's matter: a
 * flow must have come through `readFlow` or `parseFlow`.
 *
 * C1 Not knowing is no problem: what only a run can show is not reported.
 * C2 Time is linear in the size of the flow, but for the rows of bits that say what is upstream (graph.ts).
 * C3 No text quotes a value that could be a secret (shown.ts).
 */

import { problem } from '../problem.ts';
import type { Catalog, StepKind } from '../step/define.ts';
import { isBlock } from './blocks.ts';
import { AMBIGUOUS, type CheckContext, type Checked, Findings } from './checks/findings.ts';
import { maskedIn } from './checks/masked.ts';
import { checkExpressions, type Known } from './checks/references.ts';
import { checkSettings, checkStepSettings } from './checks/settings.ts';
import { ANY, listOf, type Shape, shapeOfLiteral, shapeOfSchema, shapeOfZod } from './checks/shape.ts';
import { checkIdentity, checkStep, needsExpression } from './checks/steps.ts';
import { checkTriggers } from './checks/triggers.ts';
import { checkCycles, checkEntries, checkExclusive, portsOf } from './checks/wires.ts';
import { type Graph, graphOf, type Node } from './graph.ts';
import { compileInput } from './input.ts';
import { type Flow, PROBLEM_PORT, type Settings } from './model.ts';
import { MAX_STEPS } from './parse.ts';
import { fieldPath } from './path.ts';

export type { CheckContext, Checked } from './checks/findings.ts';

const NO_PORTS: ReadonlySet<string> = new Set();

/** Judges a flow. With problems it must not be published; warnings are for people. `context` adds what is known outside. */
export const check = (flow: Flow, catalog: Catalog, context: CheckContext = {}): Checked => {
  if (flow.steps.length > MAX_STEPS) {
    return {
      problems: [
        problem('flow.steps', `expected at most ${MAX_STEPS} steps in a flow, got more`, { at: { field: 'steps' } }),
      ],
      warnings: [],
    };
  }
  const findings = new Findings();
  const graph = graphOf(flow);
  const kinds = new Map<Node, StepKind | undefined>(graph.nodes.map((node) => [node, catalog.step(node.step.kind)]));
  const kindOf = (node: Node): StepKind | undefined => kinds.get(node);
  const sets = new Map(graph.nodes.map((node) => [node, new Set(portsOf(kindOf(node), node.step.with ?? {}))]));
  const ports = (node: Node): ReadonlySet<string> => sets.get(node) ?? NO_PORTS;
  const known: Known = {
    graph,
    findings,
    context,
    kindOf,
    inputShape: shapeOfSchema(flow.input),
    shapeOf: shapes(kindOf),
    tangled: tangledOf(graph),
    heard: heardOf(graph),
  };

  const input = compileInput(flow.input);
  if (!input.ok) findings.all(input.problems);
  findings.all(maskedIn(flow));
  checkTriggers(flow, catalog, known, input.ok && flow.input !== undefined ? input.validate : undefined);
  checkCycles(graph, findings);
  for (const level of graph.levels) checkExclusive(level, ports, findings);
  for (const node of graph.nodes) {
    checkIdentity(node, catalog, known);
    checkEntries(graph, node, ports, kindOf, findings);
    checkStep(node, kindOf(node), known, catalog.services);
    checkStepSettings(node, kindOf(node), flow.settings, context, findings);
  }
  checkExpressions(known, flow.output, ['output'], { kind: 'output' }, (path) => ({ field: fieldPath(path) }));
  if (flow.settings !== undefined) checkFlowSettings(flow.settings, known);
  return findings.done();
};

const checkFlowSettings = (settings: Settings, known: Known): void => {
  checkSettings(settings, known.findings);
  const concurrency = typeof settings.concurrency === 'object' ? settings.concurrency.key : undefined;
  const keys = [
    ['concurrency.key', concurrency],
    ['rate.key', settings.rate?.key],
    ['debounce.key', settings.debounce?.key],
    ['idempotency', settings.idempotency],
  ] as const;
  for (const [name, text] of keys) {
    if (text === undefined) continue;
    const where = { field: `settings.${name}` };
    checkExpressions(known, text, ['settings', ...name.split('.')], { kind: 'settings' }, () => where);
    needsExpression(text, where, known.findings);
  }
  const { flows, shared } = known.context;
  if (settings.errorFlow !== undefined && shared?.has(settings.errorFlow) === true)
    known.findings.problem('flow.ambiguous', AMBIGUOUS.text, { field: 'settings.errorFlow' }, AMBIGUOUS.fix);
  if (settings.errorFlow !== undefined && flows !== undefined && !flows.has(settings.errorFlow)) {
    known.findings.warning('flow.unknown', 'there is no flow of this name or id in this project', {
      field: 'settings.errorFlow',
    });
  }
};

const tangledOf = (graph: Graph): ReadonlySet<Node> => {
  const sorted = new Set(graph.levels.flatMap((level) => level.order));
  return new Set(graph.nodes.filter((node) => !sorted.has(node)));
};

const heardOf = (graph: Graph): ReadonlySet<Node> => {
  const heard = new Set<Node>();
  for (const node of graph.nodes) for (const { from, port } of node.entries) if (port === PROBLEM_PORT) heard.add(from);
  return heard;
};

/** What is known of the result of each step. */
const shapes = (kindOf: (node: Node) => StepKind | undefined): ((node: Node) => Shape) => {
  const byKind = new Map<StepKind, Shape>();
  const byNode = new Map<Node, Shape>();
  const single = (node: Node): Shape => {
    const kind = kindOf(node);
    if (kind === undefined || isBlock(node.step)) return node.step.kind === 'each@1' ? listOf(ANY) : ANY;
    if (node.step.kind === 'set@1') return shapeOfLiteral(node.step.with?.['value']);
    const made = byKind.get(kind) ?? shapeOfZod(kind.output);
    byKind.set(kind, made);
    return made;
  };
  return (node) => {
    const made = byNode.get(node) ?? (node.step.each === undefined ? single(node) : listOf(single(node)));
    byNode.set(node, made);
    return made;
  };
};
