/**
 * What an author asks for, as edits: add, insert, delete, duplicate, rename, connect. The canvas, the outline, the keys and
 * the palette all call these, so that the same act gives the same edit wherever it was asked for.
 *
 * CM1 What cannot be done is a Problem, before anything is done.
 * CM2 Ids are made of kinds, are free, and never change by themselves.
 */

import { bad, good, problem, type Result } from '../../problem.ts';
import { everyStep } from '../blocks.ts';
import type { Flow, Json, Step } from '../model.ts';
import { doEdit } from './apply.ts';
import { type Edit, type Place, together } from './edit.ts';
import { placeOf, stepIn } from './place.ts';
import { renameEdits } from './rename.ts';

const missing = (id: string): Result<never> =>
  bad(problem('edit.missing', `There is no step or trigger ${id}`, { at: { step: id } }));

export const idsOf = (flow: Flow): ReadonlySet<string> =>
  new Set([...[...everyStep(flow)].map(({ id }) => id), ...(flow.triggers ?? []).map(({ id }) => id)]);

/** Ids of all that can be selected: steps, triggers, notes and groups. What is new gets one that none of them has. */
export const everyId = (flow: Flow): ReadonlySet<string> =>
  new Set([...idsOf(flow), ...Object.keys(flow.notes ?? {}), ...Object.keys(flow.groups ?? {})]);

/** What a new step of a kind holds from the start: a block its list of steps, so that it can be filled. */
export const filledOf = (kind: string): Readonly<Record<string, Json>> | null => {
  if (kind === 'each@1') return { over: [], steps: [] };
  return kind === 'repeat@1' ? { until: '{{ true }}', max: 10, steps: [] } : null;
};

/** A free id for a step of a kind: `http.request@1` gives `http_request`, then `http_request_2`. */
export const freeId = (taken: ReadonlySet<string>, wish: string): string => {
  const base =
    wish
      .replace(/@.*$/, '')
      .replaceAll(/[^a-z0-9_]+/g, '_')
      .replace(/^[^a-z]+/, '')
      .slice(0, 56) || 'step';
  if (!taken.has(base)) return base;
  for (let n = 2; ; n += 1) if (!taken.has(`${base}_${n}`)) return `${base}_${n}`;
};

/** A new step, without an id. */
export type NewStep = Omit<Step, 'id'> & { readonly id?: string };

/** Adds a step; `after`: it waits for these entries and stands behind the last of them, in the same block. */
export const addStep = (
  flow: Flow,
  wish: NewStep,
  where: { readonly after?: readonly string[]; readonly block?: string | null } = {},
): Result<{ readonly edit: Edit; readonly id: string }> => {
  const entries = where.after ?? [];
  const last = entries.at(-1)?.split('.')[0];
  const beside = last === undefined ? null : placeOf(flow, last);
  if (last !== undefined && beside === null) return missing(last);
  const at: Place = beside ?? { block: where.block ?? null, before: null };
  const id = wish.id ?? freeId(everyId(flow), wish.kind);
  const step: Step = { ...wish, id, ...(entries.length === 0 ? {} : { after: [...entries] }) };
  return good({ edit: together(`Add ${id}`, [{ do: 'step.put', step, at }]), id });
};

/** Puts a new step on a wire: it waits for what the other waited for, and the other for it. */
export const insertStep = (
  flow: Flow,
  wish: NewStep,
  wire: { readonly from: string; readonly to: string },
): Result<{ readonly edit: Edit; readonly id: string }> => {
  const target = stepIn(flow, wire.to);
  const i = target?.after?.indexOf(wire.from) ?? -1;
  if (target === null || i === -1) return missing(wire.to);
  const at: Place = { block: placeOf(flow, wire.to)?.block ?? null, before: wire.to };
  const id = wish.id ?? freeId(everyId(flow), wish.kind);
  const step: Step = { ...wish, id, after: [wire.from] };
  const edits: Edit[] = [
    { do: 'step.put', step, at },
    { do: 'wire', step: wire.to, entry: wire.from, on: false },
    { do: 'wire', step: wire.to, entry: id, on: true, at: i },
  ];
  return good({ edit: together(`Insert ${id}`, edits), id });
};

/** Deletes steps or triggers. `reconnect`: what waited for one waits for what that waited for; else a gap is left. */
export const deleteSteps = (flow: Flow, ids: readonly string[], reconnect: boolean): Result<Edit> => {
  const gone = new Set(ids);
  const edits: Edit[] = [];
  for (const id of ids) {
    const step = stepIn(flow, id);
    if (step !== null) edits.push({ do: 'step.take', id });
    else if (flow.notes?.[id] !== undefined) edits.push({ do: 'set', of: null, path: ['notes', id] });
    else if (flow.groups?.[id] !== undefined) edits.push({ do: 'set', of: null, path: ['groups', id] });
    else if ((flow.triggers ?? []).some((one) => one.id === id)) edits.push({ do: 'trigger.take', id });
    else return missing(id);
  }
  const isGone = (entry: string): boolean => gone.has(entry.split('.')[0] ?? '');
  /** What an entry leads back to, past all that is deleted. */
  const behind = (entry: string, seen: ReadonlySet<string> = new Set()): string[] => {
    if (!isGone(entry)) return [entry];
    const id = entry.split('.')[0] ?? '';
    if (!reconnect || seen.has(id)) return [];
    return (stepIn(flow, id)?.after ?? []).flatMap((one) => behind(one, new Set([...seen, id])));
  };
  const wires = [...everyStep(flow)].flatMap((step): Edit[] => {
    const after = step.after ?? [];
    if (gone.has(step.id) || !after.some(isGone)) return [];
    const next: Json[] = [...new Set(after.flatMap((entry) => behind(entry)))];
    const of = { step: step.id };
    return [{ do: 'set', of, path: ['after'], ...(next.length === 0 ? {} : { value: next }) }];
  });
  const places = Object.fromEntries(ids.filter((id) => flow.layout?.[id] !== undefined).map((id) => [id, null]));
  const layout: Edit[] = Object.keys(places).length === 0 ? [] : [{ do: 'layout', places }];
  // Inner steps first: a block that is deleted takes with it what is left in it.
  const inner = new Set(
    ids.flatMap((id) => [...everyStep({ ...flow, steps: innerOf(flow, id) })].map((one) => one.id)),
  );
  const own = edits.filter((edit) => !('id' in edit) || !inner.has(edit.id));
  const touching = wires.filter(
    (edit) => edit.do !== 'set' || edit.of === null || !('step' in edit.of) || !inner.has(edit.of.step),
  );
  return good(
    together(ids.length === 1 ? `Delete ${ids[0]}` : `Delete ${ids.length} steps`, [
      ...touching,
      ...layout,
      ...drawnWithout(flow, new Set([...ids, ...inner])),
      ...own,
    ]),
  );
};

/** Groups without what is gone, and none that would be empty; notes that stood in a block that is gone go with it. */
const drawnWithout = (flow: Flow, gone: ReadonlySet<string>): Edit[] => [
  ...Object.entries(flow.groups ?? {}).flatMap(([id, { holds }]): Edit[] => {
    const left = holds.filter((one) => !gone.has(one));
    if (gone.has(id) || left.length === holds.length) return [];
    return left.length === 0
      ? [{ do: 'set', of: null, path: ['groups', id] }]
      : [{ do: 'set', of: null, path: ['groups', id, 'holds'], value: left }];
  }),
  ...Object.entries(flow.notes ?? {}).flatMap(([id, { block }]): Edit[] =>
    !gone.has(id) && block !== undefined && gone.has(block) ? [{ do: 'set', of: null, path: ['notes', id] }] : [],
  ),
];

const innerOf = (flow: Flow, id: string): Step[] => {
  const step = stepIn(flow, id);
  return step === null ? [] : [...everyStep({ ...flow, steps: [step] })].filter((one) => one !== step);
};

/** Copies of steps with ids of their own, beside the last of them; what they refer to among themselves goes along. */
export const pasteSteps = (
  flow: Flow,
  steps: readonly Step[],
  where: { readonly behind?: string } = {},
): Result<{ readonly edit: Edit; readonly ids: readonly string[] }> => {
  const taken = new Set(everyId(flow));
  const own = [...everyStep({ ...flow, steps: [...steps] })].map(({ id }) => id);
  const fresh = new Map<string, string>();
  for (const id of own) {
    const made = freeId(taken, id.replace(/_\d+$/, ''));
    taken.add(made);
    fresh.set(id, made);
  }
  const used = new Set([...own, ...fresh.values()]);
  // In a flow of their own they are renamed as any step is; names that are taken there are freed by a detour.
  let alone: Flow = { headgate: 1, name: 'Copied', steps: [...steps] };
  const away = own.map((id) => {
    const to = freeId(used, 'copied');
    used.add(to);
    return [id, to] as const;
  });
  const home = away.map(([id, via]) => [via, fresh.get(id) ?? id] as const);
  for (const [from, to] of [...away, ...home])
    for (const edit of renameEdits(alone, from, to)) {
      const done = doEdit(alone, edit);
      if (!done.ok) return done;
      alone = done.value.flow;
    }
  const beside = where.behind === undefined ? null : placeOf(flow, where.behind);
  if (where.behind !== undefined && beside === null) return missing(where.behind);
  const known = new Set(fresh.values());
  const kept = alone.steps.map((step) => {
    // What waited for steps that were not copied waits for them still where they are, and for nothing where they are not.
    const after = step.after?.filter((entry) => {
      const id = entry.split('.')[0] ?? '';
      return known.has(id) || taken.has(id);
    });
    const { after: _, ...bare } = step;
    return after === undefined || after.length === 0 ? bare : { ...bare, after };
  });
  const at: Place = beside ?? { block: null, before: null };
  const edits = kept.map((step): Edit => ({ do: 'step.put', step, at }));
  return good({
    edit: together(kept.length === 1 ? `Paste ${kept[0]?.id}` : `Paste ${kept.length} steps`, edits),
    ids: kept.map(({ id }) => id),
  });
};

/** Gives a step or a trigger another id, and everything that refers to it follows. */
export const renameStep = (flow: Flow, from: string, to: string): Result<Edit> =>
  idsOf(flow).has(from) ? good(together(`Rename ${from} to ${to}`, renameEdits(flow, from, to))) : missing(from);
