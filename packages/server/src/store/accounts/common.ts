/**
 * Passwords that everybody tries first: the fifty thousand most used ones that became known in breaches, from a package that
 * carries the list (`@zxcvbn-ts/language-common`). Nothing is asked of anybody outside.
 *
 * CO1 The list is read when a password is set, searched as text and let go: it stays in no memory.
 * CO2 What is looked for is the password without signs and capitals, and without the few digits that people put before or after a
 *     word: `Dragon-2024` is `dragon`.
 */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const LIST = '@zxcvbn-ts/language-common/src/passwords.json';
/** Digits that make no other word of a word. */
const FEW = 4;
/** Shorter words stand in too many good passwords. */
const WORD = 5;

/** The forms of a password that are looked for: letters and digits in lower case. */
const formsOf = (password: string): readonly string[] => {
  const plain = password.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const [, before = '', word = '', after = ''] = /^([0-9]*)(.*?)([0-9]*)$/.exec(plain) ?? [];
  const bare = before.length <= FEW && after.length <= FEW && word.length >= WORD ? [word] : [];
  const ended = after.length <= FEW && `${before}${word}`.length >= WORD ? [`${before}${word}`] : [];
  return [...new Set([plain, ...ended, ...bare])].filter((form) => form !== '');
};

/** Is it one of the list, or one with a few digits about it? */
export const isCommon = async (password: string): Promise<boolean> => {
  const forms = formsOf(password);
  if (forms.length === 0) return false;
  const list = await readFile(createRequire(import.meta.url).resolve(LIST), 'utf8');
  return forms.some((form) => list.includes(`"${form}"`));
};
