/**
 * Moving steps to another place in the file: among their neighbours, into a block, out of one. Wires join steps of one level
 * (graph.ts, G1), so those that would cross the border of a block go; the edit says so, and one undo brings all back.
 */

import { bad, good, problem, type Result } from '../../problem.ts';
import { everyStep } from '../blocks.ts';
import { splitEntry } from '../graph.ts';
import type { Flow, Json, Step } from '../model.ts';
import { type Edit, type Place, together } from './edit.ts';
import { pathTo, placeOf, stepIn } from './place.ts';

const wrong = (id: string, text: string): Result<never> => bad(problem('edit.field', text, { at: { step: id } }));

/** Moves steps, in the order given, before a neighbour or to the end of a block (null: the flow itself). */
export const moveSteps = (flow: Flow, ids: readonly string[], to: Place): Result<Edit> => {
  const steps: Step[] = [];
  for (const id of ids) {
    const step = stepIn(flow, id);
    if (step === null) return bad(problem('edit.missing', `There is no step ${id}`, { at: { step: id } }));
    steps.push(step);
  }
  // What a moved block holds moves with it.
  const tops = steps.filter(({ id }) => !steps.some((one) => one.id !== id && pathTo([one], id) !== null));
  for (const top of tops)
    if (to.block !== null && pathTo([top], to.block) !== null) return wrong(top.id, `${top.id} cannot stand in itself`);
  const moving = new Set(tops.map(({ id }) => id));
  const away = tops.filter(({ id }) => placeOf(flow, id)?.block !== to.block);
  const leaving = new Set(away.map(({ id }) => id));
  const before = to.before !== null && moving.has(to.before) ? behind(flow, to, moving) : to.before;
  const moves = tops.map(({ id }): Edit => ({ do: 'step.move', id, to: { block: to.block, before } }));
  const cut = leaving.size === 0 ? [] : cutWires(flow, to.block, moving, leaving);
  const places = Object.fromEntries(
    away.filter(({ id }) => flow.layout?.[id] !== undefined).map(({ id }) => [id, null]),
  );
  const layout: Edit[] = Object.keys(places).length === 0 ? [] : [{ do: 'layout', places }];
  const what = tops.length === 1 ? (tops[0]?.id ?? '') : `${tops.length} steps`;
  const where = leaving.size === 0 ? '' : to.block === null ? ' out of the block' : ` into ${to.block}`;
  const lost = cut.length === 0 ? '' : ', and take away the wires that would cross its border';
  return good(together(`Move ${what}${where}${lost}`, [...cut, ...layout, ...moves]));
};

/** The next neighbour that stays where it is. */
const behind = (flow: Flow, { before }: Place, moving: ReadonlySet<string>): string | null => {
  let next = before;
  while (next !== null && moving.has(next)) next = placeOf(flow, next)?.before ?? null;
  return next;
};

const cutWires = (
  flow: Flow,
  block: string | null,
  moving: ReadonlySet<string>,
  leaving: ReadonlySet<string>,
): Edit[] =>
  [...everyStep(flow)].flatMap((step): Edit[] => {
    const after = step.after ?? [];
    const kept = after.filter((entry) => {
      const { id } = splitEntry(entry);
      const there = (one: string): string | null => (moving.has(one) ? block : (placeOf(flow, one)?.block ?? null));
      if (!leaving.has(id) && !leaving.has(step.id)) return true;
      return there(id) === there(step.id);
    });
    if (kept.length === after.length) return [];
    const value: Json[] = kept;
    return [{ do: 'set', of: { step: step.id }, path: ['after'], ...(kept.length === 0 ? {} : { value }) }];
  });
