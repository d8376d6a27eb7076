/**
 * The data that expressions are tried on: of the run that is looked at, or else of the last one; what is pinned comes first.
 * It is what the engine shows of a run: secrets are not in it, and nobody is asked for one.
 *
 * ED1 What is not known is said to be: a step that has not run, and one whose result is too large to be here.
 */

import { type ExprScope, type Flow, graphOf, compile, evaluate, type Step, type ValueRoot } from '@headgate/core';
import type { Out, RunEvent, RunFold } from '../../run/fold.ts';
import type { Beside } from '../../run/kept.ts';

/** A run as far as it is known here. */
export type Shown = { readonly run: string; readonly fold: RunFold; readonly created: RunEvent | undefined };

/** Why a name of an expression has no value here. */
export type Lack = { readonly what: 'run' | 'input' | 'large'; readonly id: string };

export type Data = {
  readonly scope: ExprScope;
  readonly lack: (references: readonly { readonly root: string; readonly id?: string }[]) => Lack | null;
  readonly items: boolean;
  readonly at: number | null;
};

const partOf = (data: unknown, key: string): unknown =>
  typeof data === 'object' && data !== null ? Reflect.get(data, key) : undefined;

const isLarge = (out: Out | null | undefined): boolean => out !== null && out !== undefined && 'blob' in out;
const valueOf = (out: Out | null | undefined): unknown =>
  out !== null && out !== undefined && 'value' in out ? out.value : undefined;

/** What a list of items is given by: the step itself, or the block around it. Null: it runs once. */
const listBehind = (flow: Flow, id: string): { readonly over: unknown } | 'repeat' | null => {
  const node = graphOf(flow).byId.get(id);
  if (node === undefined) return null;
  if (node.step.each !== undefined) return { over: node.step.each.over };
  const block: Step | undefined = node.level.block?.step;
  if (block === undefined) return null;
  return block.kind === 'each@1' ? { over: block.with?.['over'] } : 'repeat';
};

export const dataFor = (flow: Flow, step: string, shown: Shown | null, { input, pins }: Beside): Data => {
  const out = (id: string): Out | null | undefined =>
    Object.hasOwn(pins, id) ? { value: pins[id]?.value } : shown?.fold.steps.get(id)?.out;
  const created = shown?.created?.data;
  const given = shown === null ? input : valueOf(shown.fold.input);
  const started = shown?.fold.started ?? shown?.fold.created ?? Date.now();
  const list = listBehind(flow, step);
  const outer: ExprScope = {
    get: (root: ValueRoot) => {
      switch (root) {
        case 'input':
          return given;
        case 'trigger': {
          const trigger = partOf(created, 'trigger');
          const data = partOf(trigger, 'data');
          const body = partOf(trigger, 'body') === 'input' ? { body: given } : {};
          return {
            id: partOf(trigger, 'id') ?? null,
            kind: partOf(trigger, 'kind') ?? 'manual@1',
            ...Object(data),
            ...body,
          };
        }
        case 'vars':
          return partOf(created, 'vars') ?? {};
        case 'now':
          return started;
        case 'run':
          return {
            id: shown?.run ?? '',
            environment: partOf(created, 'environment') ?? 'default',
            version: null,
            started,
          };
        default:
          return undefined;
      }
    },
    // A step that did not run in the run reads as it does in the engine.
    step: (id) => valueOf(out(id)) ?? null,
    problem: (id) => shown?.fold.steps.get(id)?.problem ?? null,
  };
  const first = (): unknown => {
    if (list === null || list === 'repeat') return null;
    const made = evaluate(compile(list.over).compiled, outer);
    return made.ok && Array.isArray(made.value) ? made.value[0] : undefined;
  };
  return {
    scope: {
      ...outer,
      get: (root) => (root === 'item' ? first() : root === 'index' ? 0 : outer.get(root)),
    },
    items: list !== null,
    at: shown?.fold.created ?? null,
    lack: (references) => {
      for (const { root, id = '' } of references) {
        if (root === 'input' && shown !== null && isLarge(shown.fold.input)) return { what: 'large', id: root };
        if (root !== 'steps') continue;
        const found = out(id);
        if (isLarge(found)) return { what: 'large', id };
        if (found === null || found === undefined) {
          const state = shown?.fold.steps.get(id)?.state;
          // A step that was passed over in a run that has ended is null, which is a value.
          if (shown === null || shown.fold.ended === null || state === 'failed') return { what: 'run', id };
        }
      }
      return null;
    },
  };
};
