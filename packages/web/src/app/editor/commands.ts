/**
 * What an author does, however it is asked for: by pointer, key, menu or palette. Each makes an edit by the commands of core,
 * does it to the draft, says what it did, and leaves the selection where a person expects it.
 */

import {
  addNote,
  addStep,
  deleteSteps,
  doEdit,
  type Edit,
  everyId,
  everyStep,
  filledOf,
  type Flow,
  freeId,
  graphOf,
  groupBoxes,
  ID,
  insertStep,
  isBlock,
  type Json,
  type KindTold,
  moveSteps,
  type NewStep,
  pasteSteps,
  placeBoxes,
  type Point,
  type Problem,
  problem,
  renameStep,
  type Result,
  sentenceOf,
  type Step,
  type StepPlace,
  together,
  upgradeSteps,
} from '@headgate/core';
import type { AddWish } from './add-wish.ts';
import { copied, type Copied, pasted } from './clip.ts';
import type { Draft } from './draft/draft.ts';
import type { Selection } from './selection.ts';

export type Said =
  /** `takeBack`: worth a notice with a way back, since what it was about is not to be seen any more. */
  | { readonly what: 'done' | 'undone' | 'redone'; readonly text: string; readonly takeBack?: true }
  | { readonly what: 'problem'; readonly problem: Problem };

export type Commands = ReturnType<typeof commandsOn>;

type Places = Readonly<Record<string, Point>>;

/** What a new step begins with, besides what its kind does. */
export type More = Omit<NewStep, 'id' | 'kind'>;

const wishOf = (kind: string, more: More): NewStep => {
  const settings = { ...filledOf(kind), ...more.with };
  return { kind, ...more, ...(Object.keys(settings).length === 0 ? {} : { with: settings }) };
};

/** `say`: tells the person, by eye and by ear. */
export const commandsOn = (draft: Draft, selection: Selection, say: (said: Said) => void) => {
  const flow = (): Flow => draft.state().flow;

  /** True when it was done. */
  const change = (edit: Edit, takeBack = false): boolean => {
    const made = draft.change(edit);
    if (made.ok) say({ what: 'done', text: sentenceOf(edit), ...(takeBack ? { takeBack } : {}) });
    else say({ what: 'problem', problem: made.problem });
    return made.ok;
  };

  const tell = (problem: Problem): null => {
    say({ what: 'problem', problem });
    return null;
  };

  const made = <T extends { readonly edit: Edit }>(result: Result<T>): T | null => {
    if (!result.ok) return tell(result.problem);
    return change(result.value.edit) ? result.value : null;
  };

  /** The edit, and places on the canvas for what it brings; one step of undo. */
  const placed = (edit: Edit, places: Places): Edit =>
    Object.keys(places).length === 0
      ? edit
      : together(sentenceOf(edit), [...(edit.do === 'all' ? edit.edits : [edit]), { do: 'layout', places }]);

  const stepOf = (id: string): Step | null => [...everyStep(flow())].find((one) => one.id === id) ?? null;
  const triggerOf = (id: string) => flow().triggers?.find((one) => one.id === id) ?? null;
  const blockOf = (id: string): string | null => graphOf(flow()).byId.get(id)?.level.block?.id ?? null;

  const addTrigger = (
    kind: string,
    filled: Readonly<Record<string, Json>> = {},
    places: Places = {},
  ): string | null => {
    const id = freeId(everyId(flow()), kind);
    const trigger = { id, kind, ...(Object.keys(filled).length === 0 ? {} : { with: { ...filled } }) };
    if (!change(placed({ do: 'trigger.put', trigger, before: null }, places))) return null;
    selection.set([id]);
    return id;
  };

  const add = (
    kind: string,
    where: {
      readonly after?: readonly string[];
      readonly block?: string | null;
      readonly at?: Point;
      readonly pins?: Places;
    } = {},
    more: More = {},
  ): string | null => {
    const result = addStep(flow(), wishOf(kind, more), where);
    if (!result.ok) return tell(result.problem);
    const { edit, id } = result.value;
    const places = where.at === undefined ? {} : { ...where.pins, [id]: where.at };
    if (!change(placed(edit, places))) return null;
    selection.set([id]);
    return id;
  };

  /** Puts a new step on a wire. `entry`: of what waits for it, where the kind has ports: none of its own is chosen for it. */
  const insert = (kind: string, wire: { readonly from: string; readonly to: string }, more: More = {}) => {
    const result = insertStep(flow(), wishOf(kind, more), wire);
    if (!result.ok) return tell(result.problem);
    const { edit, id } = result.value;
    if (!change(edit)) return null;
    selection.set([id]);
    return id;
  };

  /** True: the two stand on one level, which is where a wire may join them. */
  const mayJoin = (entry: string, to: string): boolean => {
    const from = entry.split('.')[0] ?? '';
    return from !== to && stepOf(from) !== null && stepOf(to) !== null && blockOf(from) === blockOf(to);
  };

  return {
    change,
    add,
    addTrigger,
    insert,
    mayJoin,

    /** Adds what was chosen in the search, where it was asked for. */
    addAt: (kind: string, isTrigger: boolean, { where, spot, pins }: AddWish, more: More = {}): string | null => {
      const at = spot === undefined ? {} : { at: spot, ...(pins === undefined ? {} : { pins }) };
      if (isTrigger) return addTrigger(kind, more.with);
      switch (where.at) {
        case 'after':
          return add(kind, { after: [where.entry], ...at }, more);
        case 'wire':
          return insert(kind, where, more);
        case 'block':
          return add(kind, { block: where.block, ...at }, more);
        case 'before': {
          const result = addStep(flow(), wishOf(kind, more), { block: blockOf(where.to) });
          if (!result.ok) return tell(result.problem);
          const { edit, id } = result.value;
          const wire: Edit = { do: 'wire', step: where.to, entry: id, on: true };
          const both = together(sentenceOf(edit), [edit, wire]);
          if (!change(placed(both, spot === undefined ? {} : { ...pins, [id]: spot }))) return null;
          selection.set([id]);
          return id;
        }
        case 'flow':
          return add(kind, at, more);
      }
    },

    remove: (ids: readonly string[], reconnect: boolean): void => {
      const next = reconnect || ids.length > 1 ? null : neighbourOf(flow(), ids[0] ?? '');
      const result = deleteSteps(flow(), ids, reconnect);
      if (!result.ok) return void tell(result.problem);
      if (!change(result.value, true)) return;
      selection.set([]);
      if (next !== null) selection.go(next);
    },

    duplicate: (ids: readonly string[]): void => {
      const steps = ids.map(stepOf).filter((step) => step !== null);
      if (steps.length === 0) return;
      const behind = steps.at(-1)?.id;
      const done = made(pasteSteps(flow(), steps, behind === undefined ? {} : { behind }));
      if (done !== null) selection.set(done.ids);
    },

    /** What is selected as text; null: nothing is. */
    copy: (): Copied | null => copied(flow(), selection.state()),

    /** Steps and triggers out of a text: of this flow, another, or a flow file. */
    paste: (text: string): boolean => {
      const read = pasted(text);
      if (!read.ok) return tell(read.problem) !== null;
      const { steps, triggers } = read.value;
      const last = selection.last();
      const behind = last !== null && stepOf(last) !== null ? { behind: last } : {};
      const result = pasteSteps(flow(), steps, behind);
      if (!result.ok) return tell(result.problem) !== null;
      const { edit, ids } = result.value;
      const taken = new Set([...everyId(flow()), ...ids]);
      const puts = triggers.map((one): Edit & { readonly do: 'trigger.put' } => {
        const id = freeId(taken, one.id.replace(/_\d+$/, ''));
        taken.add(id);
        return { do: 'trigger.put', trigger: { ...one, id }, before: null };
      });
      const what = puts.length === 0 ? sentenceOf(edit) : `Paste ${ids.length + puts.length} boxes`;
      if (!change(puts.length === 0 ? edit : together(what, [edit, ...puts]))) return false;
      selection.set([...ids, ...puts.map(({ trigger }) => trigger.id)]);
      return true;
    },

    rename: (from: string, to: string): boolean => {
      const result = renameStep(flow(), from, to);
      if (!result.ok) return tell(result.problem) !== null;
      if (!change(result.value)) return false;
      selection.set([to]);
      return true;
    },

    /** The name that people read, and the id that expressions read after it; an id that is typed is both. */
    call: (id: string, text: string): void => {
      const name = text.trim();
      const group = flow().groups?.[id];
      if (group !== undefined) {
        if (name !== '' && name !== group.name)
          change({ do: 'set', of: null, path: ['groups', id, 'name'], value: name });
        return;
      }
      const thing = stepOf(id) ?? triggerOf(id);
      if (thing === null || name === '' || name === (thing.name ?? thing.id)) return;
      const others = new Set([...everyId(flow())].filter((one) => one !== id));
      const isId = ID.test(name);
      // An id that was made of the name follows the name; one that somebody chose stays.
      const follows = thing.name === undefined || slug(thing.name) === id.replace(/_\d+$/, '');
      const to = isId ? name : follows && slug(name) !== '' ? freeId(others, slug(name)) : id;
      const renamed = to === id ? null : renameStep(flow(), id, to);
      if (renamed?.ok === false) return void tell(renamed.problem);
      const of = stepOf(id) === null ? { trigger: to } : { step: to };
      const naming: Edit[] =
        isId && thing.name === undefined ? [] : [{ do: 'set', of, path: ['name'], ...(isId ? {} : { value: name }) }];
      const edits = [...(renamed === null ? [] : [renamed.value]), ...naming];
      if (change(together(`Rename ${thing.name ?? id} to ${name}`, edits))) selection.set([to]);
    },

    /** `entry`: a step, or a step and a port. */
    connect: (entry: string, to: string): boolean => {
      if (mayJoin(entry, to)) return change({ do: 'wire', step: to, entry, on: true });
      return (
        tell(
          problem('edit.field', `${entry} and ${to} cannot be joined: a wire stays within its block`, {
            at: { step: to },
          }),
        ) !== null
      );
    },
    disconnect: (entry: string, to: string): boolean => change({ do: 'wire', step: to, entry, on: false }, true),

    /** Puts a step that stands alone on a wire. */
    putOnWire: (id: string, wire: { readonly from: string; readonly to: string }, places: Places): boolean => {
      const i = stepOf(wire.to)?.after?.indexOf(wire.from) ?? -1;
      const edits: Edit[] = [
        { do: 'wire', step: id, entry: wire.from, on: true },
        { do: 'wire', step: wire.to, entry: wire.from, on: false },
        { do: 'wire', step: wire.to, entry: id, on: true, ...(i === -1 ? {} : { at: i }) },
      ];
      return change(placed(together(`Insert ${id} between ${wire.from} and ${wire.to}`, edits), places));
    },

    toggle: (ids: readonly string[]): void => {
      const things = ids.flatMap((id) => {
        const step = stepOf(id);
        const thing = step ?? triggerOf(id);
        return thing === null
          ? []
          : [{ id, of: step === null ? { trigger: id } : { step: id }, off: thing.disabled === true }];
      });
      const on = things.every(({ off }) => off);
      const edits = things
        .filter(({ off }) => off === on)
        .map(({ of }): Edit => ({ do: 'set', of, path: ['disabled'], ...(on ? {} : { value: true }) }));
      if (edits.length === 0) return;
      const what = things.length === 1 ? (things[0]?.id ?? '') : `${things.length} steps`;
      change(together(`${on ? 'Enable' : 'Disable'} ${what}`, edits));
    },

    /** Where boxes stand on the canvas. */
    move: (places: Places): boolean => change(placeBoxes(flow(), places)),

    /** Where they stand in the file: before a neighbour, in a block, out of one. `places`: where on the canvas, counted from there. */
    moveTo: (ids: readonly string[], to: StepPlace, places: Places = {}): boolean => {
      const result = moveSteps(flow(), ids, to);
      return result.ok ? change(placed(result.value, places)) : tell(result.problem) !== null;
    },

    /** Up or down among its neighbours in the file, into the block above, or out of the block it stands in. */
    shift: (ids: readonly string[], how: 'up' | 'down' | 'in' | 'out'): boolean => {
      const to = shifted(flow(), ids, how);
      if (to === null) return false;
      const result = moveSteps(flow(), ids, to);
      return result.ok ? change(result.value) : tell(result.problem) !== null;
    },

    note: (at: Point, text: string, block: string | null = null): string | null => {
      const { edit, id } = addNote(flow(), at, text, block);
      if (!change(edit)) return null;
      selection.set([id]);
      return id;
    },

    write: (note: string, text: string): boolean =>
      flow().notes?.[note]?.text === text ||
      change({ do: 'set', of: null, path: ['notes', note, 'text'], value: text }),

    group: (ids: readonly string[], name: string): string | null => {
      const done = made(groupBoxes(flow(), ids, name));
      if (done !== null) selection.set([done.id]);
      return done?.id ?? null;
    },

    tidy: (places: Places): boolean => change(together('Tidy up the canvas', [placeBoxes(flow(), places)])),

    /** Takes steps to newer versions of their kinds. */
    upgrade: (to: ReadonlyMap<string, KindTold>): boolean => {
      const result = upgradeSteps(flow(), to);
      return result.ok ? change(result.value) : tell(result.problem) !== null;
    },

    /** What an edit would make of the flow, without doing it; null: it cannot be done. */
    preview: (edit: Edit): Flow | null => {
      const done = doEdit(flow(), edit);
      return done.ok ? done.value.flow : null;
    },

    undo: (): void => {
      const done = draft.undo();
      if (done === null) return;
      if (done.ok) say({ what: 'undone', text: sentenceOf(done.value.edit) });
      else tell(done.problem);
    },

    redo: (): void => {
      const done = draft.redo();
      if (done === null) return;
      if (done.ok) say({ what: 'redone', text: sentenceOf(done.value.edit) });
      else tell(done.problem);
    },
  };
};

/** An id out of a name; empty: none can be made of it. */
const slug = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9_]+/g, '_')
    .replaceAll(/^[^a-z]+|_+$/g, '');

/** Where the cursor goes when a step is gone: to what waited for it, else to what it waited for, else to its neighbour. */
const neighbourOf = (flow: Flow, id: string): string | null => {
  const node = graphOf(flow).byId.get(id);
  if (node === undefined) return null;
  const beside = node.level.nodes[node.position + 1] ?? node.level.nodes[node.position - 1];
  return node.next[0]?.id ?? node.entries[0]?.from.id ?? beside?.id ?? null;
};

const shifted = (flow: Flow, ids: readonly string[], how: 'up' | 'down' | 'in' | 'out'): StepPlace | null => {
  const graph = graphOf(flow);
  const nodes = ids.map((id) => graph.byId.get(id)).filter((node) => node !== undefined);
  const [first, last] = [nodes[0], nodes.at(-1)];
  if (first === undefined || last === undefined) return null;
  const { level } = first;
  if (nodes.some((node) => node.level !== level)) return null;
  const block = level.block?.id ?? null;
  const moving = new Set(ids);
  const top = Math.min(...nodes.map(({ position }) => position));
  const bottom = Math.max(...nodes.map(({ position }) => position));
  const above = level.nodes.slice(0, top).findLast(({ id }) => !moving.has(id));
  switch (how) {
    case 'up':
      return above === undefined ? null : { block, before: above.id };
    case 'down': {
      const below = level.nodes.slice(bottom + 1).filter(({ id }) => !moving.has(id));
      return below.length === 0 ? null : { block, before: below[1]?.id ?? null };
    }
    case 'in': {
      const into = level.nodes.slice(0, top).findLast(({ id, step }) => !moving.has(id) && isBlock(step));
      return into === undefined ? null : { block: into.id, before: null };
    }
    case 'out': {
      if (level.block === null) return null;
      const outer = level.block.level;
      return { block: outer.block?.id ?? null, before: outer.nodes[level.block.position + 1]?.id ?? null };
    }
  }
};
