/** The keys inside the canvas: going, choosing, connecting, moving. What a key does elsewhere, too, is in the table of actions. */

import type { Flow } from '@headgate/core';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { isPress } from '../../actions/keys.ts';
import { announce } from '../../ui/announce.ts';
import type { AddWish } from '../add-wish.ts';
import { useEditor } from '../editor-context.ts';
import { pinsOf } from './drop.ts';
import type { Scene } from './scene.ts';
import { isWay, named, orderOf, walk, type Way } from './walk.ts';

const STEP = 8;
const BIG = 80;
/** A pause this long begins another search. */
const PAUSE = 900;

const BY: Readonly<Record<Way, readonly [number, number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

type Parts = {
  readonly scene: Scene;
  readonly flow: Flow;
  readonly see: (id: string) => void;
  readonly add: (wish: AddWish) => void;
  readonly open: (id: string) => void;
};

export const useCanvasKeys = ({ scene, flow, see }: Parts): ((event: React.KeyboardEvent) => void) => {
  const { t } = useTranslation();
  const { selection, commands, connecting } = useEditor();
  const typed = useRef({ text: '', at: 0 });

  const go = (id: string | null, event: React.KeyboardEvent): void => {
    if (id === null) return;
    const mode = connecting.state();
    if (mode !== null) {
      selection.go(id);
      announce(t('graph.connectingTo', { entry: mode.entry, to: id }));
    } else if (event.ctrlKey || event.metaKey) selection.go(id);
    else if (event.shiftKey) selection.set([...[...selection.state()].filter((one) => one !== id), id]);
    else selection.set([id]);
    see(id);
  };

  const move = (way: Way, big: boolean): void => {
    const [dx, dy] = BY[way];
    const by = big ? BIG : STEP;
    const boxes = scene.boxes.filter(({ id, what }) => selection.has(id) && what !== 'group');
    const inGroups = Object.entries(flow.groups ?? {}).flatMap(([id, { holds }]) => (selection.has(id) ? holds : []));
    const all = new Set([...boxes.map(({ id }) => id), ...inGroups]);
    const moved = scene.boxes.filter(({ id, parent }) => all.has(id) && (parent === null || !all.has(parent)));
    if (moved.length === 0) return;
    const places = Object.fromEntries(moved.map(({ id, x, y }) => [id, [x + dx * by, y + dy * by] as const]));
    commands.move({ ...pinsOf(scene, flow, moved[0]?.parent ?? null), ...places });
  };

  const search = (letter: string): void => {
    const now = performance.now();
    const text = now - typed.current.at > PAUSE ? letter : typed.current.text + letter;
    typed.current = { text, at: now };
    const found = named(scene, selection.cursor(), text);
    if (found === null) return;
    if (connecting.state() === null) selection.set([found]);
    else selection.go(found);
    see(found);
  };

  return (event) => {
    const { key } = event;
    if (event.target instanceof HTMLInputElement || isPress(event)) return;
    const taken = (): void => event.preventDefault();
    const cursor = selection.cursor();
    if (key.length > 1 && key !== 'Shift') typed.current = { text: '', at: 0 };
    if (isWay(key)) {
      taken();
      if (event.altKey) move(key, event.shiftKey);
      else go(cursor === null ? (orderOf(scene)[0] ?? null) : walk(scene, cursor, key), event);
    } else if (key === 'Home' || key === 'End') {
      taken();
      go((key === 'Home' ? orderOf(scene)[0] : orderOf(scene).at(-1)) ?? null, event);
    } else if (key === ' ') {
      taken();
      if (cursor !== null) selection.toggle(cursor);
    } else if (connecting.state() !== null && (key === 'Enter' || key === 'Escape')) {
      taken();
      const entry = connecting.end();
      if (key === 'Enter' && entry !== null && cursor !== null && commands.connect(entry, cursor))
        selection.set([cursor]);
    } else if (
      key.length === 1 &&
      /\p{L}|\d/u.test(key) &&
      !event.ctrlKey &&
      !event.metaKey &&
      !event.altKey &&
      (event.shiftKey || (typed.current.text !== '' && performance.now() - typed.current.at < PAUSE))
    ) {
      taken();
      search(key);
    }
  };
};
