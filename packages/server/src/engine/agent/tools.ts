/**
 * The tools of an agent: what its model is told of them, and whether what it wants fits. Made once per flow.
 *
 * TL1 A tool is a step inside the agent, by its id. There is no other, whatever a model calls it.
 * TL2 Arguments are judged by a closed schema before anything is done with them: what the author fixed, and what the server
 *     fills in, has no name there.
 * TL3 Whether a tool brings text from outside, or carries some out, is read off the powers that its steps ask for, and off what
 *     they are made of: what hands on a page that another step read has no power for that.
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
import type { Live } from '../live.ts';
import { handsOn, isFed } from './outside.ts';

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

const made = {
  fed: new WeakMap<CompiledFlow, Map<number, Tools>>(),
  own: new WeakMap<CompiledFlow, Map<number, Tools>>(),
};

/** The tools of an agent in this run: whether its input is from outside is the run's. */
export const toolsOf = (live: Live, agent: ShapeStep): Tools => {
  const { compiled } = live;
  const fed = isFed(live);
  const flows = fed ? made.fed : made.own;
  const known = flows.get(compiled) ?? new Map<number, Tools>();
  flows.set(compiled, known);
  const there = known.get(agent.index);
  if (there !== undefined) return there;
  const tools = new Map<string, Tool>();
  const set = agentTools.safeParse(compiled.steps[agent.index]?.step.with?.['tools'] ?? {});
  // The first child asks the model; a tool that is disabled is none.
  for (const index of agent.block?.children.slice(1) ?? []) {
    const step = compiled.shape.steps[index];
    const cs = compiled.steps[index];
    if (step === undefined || cs === undefined || step.disabled) continue;
    const own = (set.success ? set.data[step.id] : undefined) ?? {};
    tools.set(step.id, toolOf(compiled, step, cs, own, fed));
  }
  known.set(agent.index, tools);
  return tools;
};

const toolOf = (compiled: CompiledFlow, step: ShapeStep, cs: CompiledStep, set: AgentTool, fed: boolean): Tool => {
  const given = step.block === null ? cs.fields : cs.over;
  const items = (given?.references ?? []).filter(({ root }) => root === 'item');
  const names = items.flatMap(({ path }) => (path[0] === undefined ? [] : [path[0]]));
  const own = argumentsOf(cs.kind.input, cs.step.with ?? {}, new Set(names));
  const input = set.arguments === undefined ? own : closed({ type: 'object', ...set.arguments });
  const schema = compileInput(input);
  const all = within(compiled, step);
  const needs = all.flatMap(({ kind, step: { with: fields } }) => kind.needs?.(fields ?? {}) ?? []);
  return {
    set,
    told: { name: step.id, description: set.does ?? `${cs.step.name ?? cs.kind.title}. ${cs.kind.summary}`, input },
    source:
      // A word from outside that it waits for takes no power.
      all.some(({ kind }) => kind.kind === 'wait.event') || needs.some(brings) || handsOn(all, fed),
    // What a model may fill in at all may reach what the tool sends, by name or as a whole.
    sink: (items.length > 0 || hasFields(input)) && needs.some(carriesOut),
    judge: schema.ok ? schema.validate : () => ({ ok: false, problems: schema.problems }),
  };
};

const hasFields = (schema: unknown): boolean =>
  isObject(schema) && isObject(schema['properties']) && Object.keys(schema['properties']).length > 0;

/** A step and all that it holds, however deep. */
const within = (compiled: CompiledFlow, { index, block }: ShapeStep): readonly CompiledStep[] => {
  const inner = (block?.children ?? []).flatMap((child) => {
    const step = compiled.shape.steps[child];
    return step === undefined ? [] : within(compiled, step);
  });
  const cs = compiled.steps[index];
  return cs === undefined ? inner : [cs, ...inner];
};

/** Does what it gives come from elsewhere? What members answer does not, nor what a model or code makes of what it is given. */
const brings = ({ power, outward }: Need): boolean =>
  power === 'ask' ? outward === true : power !== 'model' && power !== 'code';

/**
 * May it carry something out, or change something? A GET of a host that the author named is left out: what it can carry goes
 * to whom the author chose.
 */
const carriesOut = ({ power, scope, computed, outward }: Need): boolean => {
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
    case 'ask':
      return outward === true;
    case 'model':
      return false;
  }
};
