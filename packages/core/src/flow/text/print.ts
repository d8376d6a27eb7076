/** Problems as lines of text, for terminals and golden files. */

import type { Problem } from '../../problem.ts';

/** `place: text. fix [code]` in one line; the place is left out when the whole flow is meant. */
export const printProblem = (of: Problem): string => {
  const item = of.at?.item === undefined || of.at.item.length === 0 ? '' : ` (item ${of.at.item.join('/')})`;
  const place = [of.at?.step, of.at?.field].filter((part) => part !== undefined && part !== '').join(' › ');
  const text = /[.!?]$/.test(of.text) ? of.text : `${of.text}.`;
  return `${place === '' ? '' : `${place}${item}: `}${text}${of.fix === undefined ? '' : ` ${of.fix}`} [${of.code}]`;
};
