/**
 * What the actions of canvas and outline do to the selection; the same for both. A part that shows nothing: it is drawn again with
 * each step that is chosen, and the editor around it is not.
 */

import { everyStep, graphOf, type GraphNode } from '@headgate/core';
import { useTranslation } from 'react-i18next';
import { useAction } from '../actions/use-action.ts';
import { announce } from '../ui/announce.ts';
import type { EditorSearch } from '../router/paths.ts';
import type { AddWish } from './add-wish.ts';
import { useEditor, useFlow, useSelected, useWire } from './editor-context.ts';
import { entriesOf } from './ports.ts';
import type { Wire } from './selection.ts';
import { toGraph } from './to-graph.ts';
import { copyByButton, pasteByButton } from './use-clipboard.ts';

type Parts = {
  readonly show: (part: EditorSearch, replace?: boolean) => void;
  readonly view: 'canvas' | 'outline';
  /** The step whose panel is open. */
  readonly step: string | undefined;
  readonly add: () => void;
  readonly addTo: (wish: AddWish) => void;
  readonly rename: (id: string | null) => void;
};

export const EditorActions = ({ show, view, step, add, addTo, rename }: Parts): null => {
  const { t } = useTranslation();
  const { commands, selection, kinds, connecting } = useEditor();
  const flow = useFlow();
  const selected = useSelected();
  const wire = useWire();
  const none = selected.size === 0 ? t('actions.off.nothing') : undefined;
  const ids = (): string[] => [...selected];

  useAction('add', add);
  useAction('open', () => show({ step: selection.last() ?? undefined, tab: undefined }), none);
  useAction('back', () => {
    if (wire !== null) selection.choose(null);
    else if (step === undefined) selection.set([]);
    else {
      show({ step: undefined, tab: undefined });
      toGraph();
    }
  });
  useAction('duplicate', () => commands.duplicate(ids()), none);
  // A wire that is chosen is what is deleted; the steps it joins stay.
  const remove = (join: boolean) => (): void => {
    if (wire === null) return void commands.remove(ids(), join);
    selection.choose(null);
    commands.disconnect(wire.entry, wire.to);
  };
  useAction('remove', remove(false), wire === null ? none : undefined);
  useAction('removeJoin', remove(true), wire === null ? none : undefined);
  useAction(
    'wire',
    () => {
      const [id = ''] = (selection.cursor() ?? selection.last() ?? '').split('.');
      const here = graphOf(flow).byId.get(id);
      const wires = here === undefined ? [] : wiresAt(here);
      const at = wires.findIndex((one) => one.entry === wire?.entry && one.to === wire.to);
      const next = wires[(at + 1) % wires.length] ?? null;
      selection.choose(next);
      announce(next === null ? t('graph.noWires') : t('graph.wireChosen', next));
    },
    none,
  );
  useAction('disable', () => commands.toggle(ids()), none);
  useAction('rename', () => rename(selection.last()), none);
  useAction(
    'insert',
    () => {
      const to = selection.last() ?? '';
      const from = graphOf(flow).byId.get(to)?.entries[0]?.text;
      addTo({ where: from === undefined ? { at: 'before', to } : { at: 'wire', from, to } });
    },
    none,
  );
  useAction('group', () => void commands.group(ids(), t('graph.newGroup')), none);
  useAction(
    'connect',
    () => {
      const mode = connecting.state();
      if (mode !== null) return connecting.begin(mode.entries);
      const [id = '', port] = (selection.cursor() ?? selection.last() ?? '').split('.');
      const found = graphOf(flow).byId.get(id);
      const entries = found === undefined ? [] : port === undefined ? entriesOf(kinds, found.step) : [`${id}.${port}`];
      if (entries.length === 0) return announce(t('graph.noPorts'));
      connecting.begin(entries);
      const now = connecting.state();
      if (now !== null) announce(t('graph.connecting', { entry: now.entry }));
    },
    none,
  );
  useAction('copySteps', () => void copyByButton(commands.copy(), t), none);
  useAction('pasteSteps', () => void pasteByButton(commands.paste));
  useAction('outline', () => show({ view: view === 'canvas' ? 'outline' : 'canvas' }));
  useAction('selectAll', () => selection.set([...everyStep(flow)].map(({ id }) => id)));

  const walk = (by: 1 | -1) => (): void => {
    const all = [...(flow.triggers ?? []).map(({ id }) => id), ...[...everyStep(flow)].map(({ id }) => id)];
    const at = all.indexOf(step ?? selection.last() ?? '');
    const next = all[at === -1 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))];
    if (next === undefined) return;
    selection.set([next]);
    if (step !== undefined) show({ step: next }, true);
  };
  useAction('previous', walk(-1));
  useAction('next', walk(1));

  const reach = (next: (node: GraphNode) => readonly GraphNode[]) => (): void => {
    const { byId } = graphOf(flow);
    const found = new Set(selected);
    const todo = ids();
    for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
      const node = byId.get(id);
      for (const one of node === undefined ? [] : next(node))
        if (!found.has(one.id)) {
          found.add(one.id);
          todo.push(one.id);
        }
    }
    selection.set(found);
  };
  useAction(
    'upstream',
    reach((node) => node.entries.map(({ from }) => from)),
    none,
  );
  useAction(
    'downstream',
    reach((node) => node.next),
    none,
  );
  return null;
};

/** The wires of a step: first those into it, then those that leave it. */
const wiresAt = ({ id, entries, next }: GraphNode): readonly Wire[] => [
  ...entries.map(({ text }) => ({ entry: text, to: id })),
  ...next.flatMap((one) =>
    one.entries.filter(({ from }) => from.id === id).map(({ text }) => ({ entry: text, to: one.id })),
  ),
];
