/** What was lent, as the map of powers groups it, and what to do about it. */

import { covers, parsePower, type PowerWord } from '@headgate/core';
import type { Answer } from '../../transport/client.ts';

export type LentPower = Answer<'listPowers'>['powers'][number];
export type Word = PowerWord | 'other';

export const WORDS: readonly Word[] = [
  'net',
  'secret',
  'file',
  'data',
  'model',
  'flow',
  'mcp',
  'code',
  'ask',
  'reveal',
  'other',
];

/** The power's word, and what it is about: a host, a secret, a folder. */
export const aboutOf = (text: string): { readonly word: Word; readonly about: string } => {
  const read = parsePower(text);
  if (!read.ok) return { word: 'other', about: text };
  const power = read.value;
  const rest = text.slice(text.indexOf(':') + 1).trim();
  if (power.power === 'net') return { word: 'net', about: power.host };
  if (power.power === 'secret') return { word: 'secret', about: power.name };
  return { word: power.power, about: rest };
};

/** Less than was lent, and all that was used; null: what was lent is no wider than its use, or was not used. */
export const narrowerOf = ({ power, uses }: Pick<LentPower, 'power' | 'uses'>): readonly string[] | null => {
  const lent = parsePower(power);
  if (!lent.ok || uses.length === 0) return null;
  const used = uses.map((text) => parsePower(text));
  for (const one of used) if (!one.ok || !covers(lent.value, one.value) || covers(one.value, lent.value)) return null;
  return uses;
};

export type Show = 'all' | 'unused' | 'wide' | 'void';
export const SHOWS: readonly Show[] = ['all', 'unused', 'wide', 'void'];

export const isShown = (one: LentPower, show: Show): boolean => {
  if (show === 'unused') return one.used === null;
  if (show === 'wide') return narrowerOf(one) !== null;
  return show === 'all' || one.void;
};
