/**
 * What an author does, however it is asked for: by pointer, key, menu or palette. Each makes an edit by the commands of core,
 * does it to the draft, says what it did, and leaves the selection where a person expects it.
 */

import {
  addStep,
  deleteSteps,
  type Edit,
  everyStep,
  insertStep,
  type Json,
  pasteSteps,
  type Problem,
  renameStep,
  type Result,
  sentenceOf,
  type Step,
} from '@headgate/core';
import type { Draft } from './draft/draft.ts';
import type { Selection } from './selection.ts';

export type Said =
  | { readonly what: 'done' | 'undone' | 'redone'; readonly text: string }
  | { readonly what: 'problem'; readonly problem: Problem };

export type Commands = ReturnType<typeof commandsOn>;

/** `say`: tells the person, by eye and by ear. */
export const commandsOn = (draft: Draft, selection: Selection, say: (said: Said) => void) => {
  const flow = () => draft.state().flow;

  /** True when it was done. */
  const change = (edit: Edit): boolean => {
    const made = draft.change(edit);
    say(made.ok ? { what: 'done', text: sentenceOf(edit) } : { what: 'problem', problem: made.problem });
    return made.ok;
  };

  const made = <T extends { readonly edit: Edit }>(result: Result<T>): T | null => {
    if (!result.ok) {
      say({ what: 'problem', problem: result.problem });
      return null;
    }
    return change(result.value.edit) ? result.value : null;
  };

  /** The edit, and a place on the canvas for what it brings; one step of undo. */
  const placed = (edit: Edit, id: string, at: readonly [number, number] | undefined): Edit =>
    at === undefined
      ? edit
      : {
          do: 'all',
          what: sentenceOf(edit),
          edits: [...(edit.do === 'all' ? edit.edits : [edit]), { do: 'layout', places: { [id]: at } }],
        };

  const stepOf = (id: string): Step | null => [...everyStep(flow())].find((one) => one.id === id) ?? null;

  return {
    change,

    /** `after`: entries it waits for; `at`: where on the canvas. Answers the new step's id. */
    add: (
      kind: string,
      where: {
        readonly after?: readonly string[];
        readonly block?: string | null;
        readonly at?: readonly [number, number];
      } = {},
      filled: Readonly<Record<string, Json>> = {},
    ): string | null => {
      const wish = { kind, ...(Object.keys(filled).length === 0 ? {} : { with: { ...filled } }) };
      const result = addStep(flow(), wish, where);
      if (!result.ok) return made(result) === null ? null : null;
      const { edit, id } = result.value;
      if (!change(placed(edit, id, where.at))) return null;
      selection.set([id]);
      return id;
    },

    addTrigger: (kind: string, filled: Readonly<Record<string, Json>> = {}): string | null => {
      const taken = new Set(
        [...everyStep(flow())].map(({ id }) => id).concat((flow().triggers ?? []).map(({ id }) => id)),
      );
      const base = kind.replace(/@.*$/, '').replaceAll(/[^a-z0-9_]+/g, '_');
      let id = base;
      for (let n = 2; taken.has(id); n += 1) id = `${base}_${n}`;
      const trigger = { id, kind, ...(Object.keys(filled).length === 0 ? {} : { with: { ...filled } }) };
      if (!change({ do: 'trigger.put', trigger, before: null })) return null;
      selection.set([id]);
      return id;
    },

    insert: (kind: string, wire: { readonly from: string; readonly to: string }): string | null => {
      const done = made(insertStep(flow(), { kind }, wire));
      if (done !== null) selection.set([done.id]);
      return done?.id ?? null;
    },

    remove: (ids: readonly string[], reconnect: boolean): void => {
      const result = deleteSteps(flow(), ids, reconnect);
      if (!result.ok) say({ what: 'problem', problem: result.problem });
      else if (change(result.value)) selection.set([]);
    },

    duplicate: (ids: readonly string[]): void => {
      const steps = ids.map(stepOf).filter((step) => step !== null);
      const behind = steps.at(-1)?.id;
      const done = made(pasteSteps(flow(), steps, behind === undefined ? {} : { behind }));
      if (done !== null) selection.set(done.ids);
    },

    paste: (steps: readonly Step[]): void => {
      const behind = selection.last();
      const done = made(pasteSteps(flow(), steps, behind === null || stepOf(behind) === null ? {} : { behind }));
      if (done !== null) selection.set(done.ids);
    },

    rename: (from: string, to: string): boolean => {
      const result = renameStep(flow(), from, to);
      if (!result.ok) {
        say({ what: 'problem', problem: result.problem });
        return false;
      }
      if (!change(result.value)) return false;
      selection.set([to]);
      return true;
    },

    /** `entry`: a step, or a step and a port. */
    connect: (entry: string, to: string): boolean => change({ do: 'wire', step: to, entry, on: true }),
    disconnect: (entry: string, to: string): boolean => change({ do: 'wire', step: to, entry, on: false }),

    toggle: (id: string): void => {
      const isStep = stepOf(id) !== null;
      const on = isStep
        ? stepOf(id)?.disabled === true
        : flow().triggers?.find((one) => one.id === id)?.disabled === true;
      const of = isStep ? { step: id } : { trigger: id };
      change({ do: 'set', of, path: ['disabled'], ...(on ? {} : { value: true }) });
    },

    move: (places: Readonly<Record<string, readonly [number, number] | null>>): boolean =>
      change({ do: 'layout', places }),

    undo: (): void => {
      const done = draft.undo();
      if (done === null) return;
      say(done.ok ? { what: 'undone', text: sentenceOf(done.value.edit) } : { what: 'problem', problem: done.problem });
    },

    redo: (): void => {
      const done = draft.redo();
      if (done === null) return;
      say(done.ok ? { what: 'redone', text: sentenceOf(done.value.edit) } : { what: 'problem', problem: done.problem });
    },
  };
};
