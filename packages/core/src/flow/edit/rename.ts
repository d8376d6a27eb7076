/**
 * Giving a step another id, everywhere at once: its own, what waits for it, and every text that refers to it, code included.
 * Each is an edit of its own, so that undoing is exact and nothing is renamed that was not.
 */

import { renameStepIn } from '../../expr/rename.ts';
import { everyStep, isBlock } from '../blocks.ts';
import type { Flow, Json, Step } from '../model.ts';
import type { Edit, EditPath, Owner } from './edit.ts';

const CODE = 'code@1';

/** `steps.old` and `steps["old"]` in code: by its letters, since code in three languages is not parsed for this. */
const renamedCode = (source: string, from: string, to: string): string =>
  source
    .replaceAll(new RegExp(`(\\bsteps\\s*\\??\\.\\s*)${from}\\b`, 'g'), `$1${to}`)
    .replaceAll(new RegExp(`(\\bsteps\\s*(?:\\?\\.\\s*)?\\[\\s*)(['"])${from}\\2`, 'g'), `$1$2${to}$2`);

/** Sets for each text in a value that refers to the step. */
const sets = (of: Owner, value: unknown, path: EditPath, change: (text: string) => string): Edit[] => {
  if (typeof value === 'string') {
    const made = change(value);
    return made === value ? [] : [{ do: 'set', of, path, value: made }];
  }
  if (Array.isArray(value)) return value.flatMap((one: unknown, i) => sets(of, one, [...path, i], change));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => sets(of, one, [...path, name], change));
};

/** What refers to the step in a step's own fields; inner steps answer for themselves. */
const inStep = (step: Step, from: string, to: string): Edit[] => {
  const of = { step: step.id };
  const change = (text: string): string => renameStepIn(text, from, to);
  const { with: settings, after, ...rest } = step;
  const own: Record<string, Json> = { ...settings };
  if (isBlock(step)) delete own['steps'];
  const source = step.kind === CODE && typeof own['source'] === 'string' ? own['source'] : null;
  const code = source === null ? null : renamedCode(source, from, to);
  const wires = (after ?? []).flatMap((entry, i): Edit[] => {
    const [id, port] = entry.split('.', 2);
    if (id !== from) return [];
    const value: Json = port === undefined ? to : `${to}.${port}`;
    return [{ do: 'set', of, path: ['after', i], value }];
  });
  return [
    ...wires,
    ...sets(of, rest, [], change).filter(
      (edit) => edit.do === 'set' && edit.path[0] !== 'id' && edit.path[0] !== 'kind',
    ),
    ...sets(of, source === null ? own : { ...own, source: '' }, ['with'], change),
    ...(code === null || code === source ? [] : [{ do: 'set', of, path: ['with', 'source'], value: code } as const]),
  ];
};

/** Groups that hold it, and notes that stand in it. */
const inDrawn = (flow: Flow, from: string, to: string): Edit[] => [
  ...Object.entries(flow.groups ?? {}).flatMap(([id, { holds }]): Edit[] => {
    const i = holds.indexOf(from);
    return i === -1 ? [] : [{ do: 'set', of: null, path: ['groups', id, 'holds', i], value: to }];
  }),
  ...Object.entries(flow.notes ?? {}).flatMap(([id, { block }]): Edit[] =>
    block === from ? [{ do: 'set', of: null, path: ['notes', id, 'block'], value: to }] : [],
  ),
];

/** The edits that rename a step in a flow: references first, then the id. */
export const renameEdits = (flow: Flow, from: string, to: string): Edit[] => {
  const change = (text: string): string => renameStepIn(text, from, to);
  const { output, settings } = flow;
  return [
    ...[...everyStep(flow)].flatMap((step) => inStep(step, from, to)),
    ...sets(null, { output, settings }, [], change),
    ...inDrawn(flow, from, to),
    { do: 'rekey', from, to },
  ];
};
