/**
 * The tools of an agent: what its model is told of them, and whether what it wants fits. Made once per flow.
 *
 * TL1 A tool is a step inside the agent, by its id. There is no other, whatever a model calls it.
 * TL2 Arguments are judged by a closed schema before anything is done with them: what the author fixed, and what the server
 *     fills in, has no name there.
 * TL3 Whether a tool brings text from outside, or carries some out, is read off the powers that its steps ask for.
 */

import {
  type AgentTool,
  agentTools,
  argumentsOf,
  closed,
  compileInput,
  type InputValidator,
  isObject,
  type ModelTool,
  type Need,
  type ShapeStep,
} from '@headgate/core';
import type { CompiledFlow, CompiledStep } from '../compiled.ts';

export type Tool = {
  readonly told: ModelTool;
  readonly set: AgentTool;
  /** What it gives may come from outside. */
  readonly source: boolean;
  /** With arguments of a model it may carry something out of the workspace, or change what is there. */
  readonly sink: boolean;
  readonly judge: InputValidator;
};
export type Tools = ReadonlyMap<string, Tool>;

const made = new WeakMap<CompiledFlow, Map<number, Tools>>();

export const toolsOf = (compiled: CompiledFlow, agent: ShapeStep): Tools => {
  const known = made.get(compiled) ?? new Map<number, Tools>();
  made.set(compiled, known);
  const there = known.get(agent.index);
  if (there !== undefined) return there;
  const tools = new Map<string, Tool>();
  const set = agentTools.safeParse(compiled.steps[agent.index]?.step.with?.['tools'] ?? {});
  // The first child asks the model; a tool that is disabled is none.
  for (const index of agent.block?.children.slice(1) ?? []) {
    const step = compiled.shape.steps[index];
    const cs = compiled.steps[index];
    if (step === undefined || cs === undefined || step.disabled) continue;
    tools.set(step.id, toolOf(compiled, step, cs, (set.success ? set.data[step.id] : undefined) ?? {}));
  }
  known.set(agent.index, tools);
  return tools;
};

const toolOf = (compiled: CompiledFlow, step: ShapeStep, cs: CompiledStep, set: AgentTool): Tool => {
  const given = step.block === null ? cs.fields : cs.over;
  const items = (given?.references ?? []).filter(({ root }) => root === 'item');
  const names = items.flatMap(({ path }) => (path[0] === undefined ? [] : [path[0]]));
  const own = argumentsOf(cs.kind.input, cs.step.with ?? {}, new Set(names));
  const input = set.arguments === undefined ? own : closed({ type: 'object', ...set.arguments });
  const schema = compileInput(input);
  const needs = [...needsWithin(compiled, step)];
  return {
    set,
    told: { name: step.id, description: set.does ?? `${cs.step.name ?? cs.kind.title}. ${cs.kind.summary}`, input },
    source:
      hears(compiled, step) || needs.some(({ power }) => power !== 'model' && power !== 'ask' && power !== 'code'),
    // What a model may fill in at all may reach what the tool sends, by name or as a whole.
    sink: (items.length > 0 || hasFields(input)) && needs.some(carriesOut),
    judge: schema.ok ? schema.validate : () => ({ ok: false, problems: schema.problems }),
  };
};

const hasFields = (schema: unknown): boolean =>
  isObject(schema) && isObject(schema['properties']) && Object.keys(schema['properties']).length > 0;

/** Does it, or what it holds, wait for a word from outside? It has no power for that. */
const hears = (compiled: CompiledFlow, step: ShapeStep): boolean =>
  compiled.steps[step.index]?.kind.kind === 'wait.event' ||
  (step.block?.children ?? []).some((index) => {
    const inner = compiled.shape.steps[index];
    return inner !== undefined && inner.id !== step.id && hears(compiled, inner);
  });

/** The needs of a step and of all that it holds. */
function* needsWithin(compiled: CompiledFlow, step: ShapeStep): Generator<Need> {
  const cs = compiled.steps[step.index];
  if (cs !== undefined) yield* cs.kind.needs?.(cs.step.with ?? {}) ?? [];
  for (const index of step.block?.children ?? []) {
    const inner = compiled.shape.steps[index];
    if (inner !== undefined && inner.id !== step.id) yield* needsWithin(compiled, inner);
  }
}

/**
 * May it carry something out, or change something? A GET of a host that the author named is left out: what it can carry goes
 * to whom the author chose.
 */
const carriesOut = ({ power, scope, computed }: Need): boolean => {
  switch (power) {
    case 'net':
      return computed === true || scope.includes('*') || !/^(GET|HEAD) /.test(scope);
    case 'file':
      return !scope.startsWith('read ');
    case 'data':
      return computed === true || !/^(read|find|get|list) /.test(scope);
    case 'code':
    case 'flow':
    case 'mcp':
    case 'secret':
      return true;
    case 'model':
    case 'ask':
      return false;
  }
};
