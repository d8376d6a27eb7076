/**
 * How commands speak: results on standard output, everything else on standard error; Problems with place, text and fix.
 *
 * Exit codes: 0 done · 1 the flow or what was asked for failed (a Problem) · 2 the command itself was wrong.
 */

import type { Place, Problem } from '@headgate/core';

export const DONE = 0;
export const FAILED = 1;
export const MISUSED = 2;

/** Colours only where a person looks, and not when NO_COLOR asks otherwise (https://no-color.org). */
const coloured = (stream: NodeJS.WriteStream, noColor: boolean): boolean => stream.isTTY === true && !noColor;

let plain = false;
/** Turns colours off for this process. */
export const withoutColours = (): void => {
  plain = true;
};

const paint = (code: string, text: string): string => (coloured(process.stderr, plain) ? `\u001b[${code}m${text}\u001b[0m` : text);

/** `flow greet › step check › field with.when › item 3` */
export const place = (at: Place | undefined): string =>
  [
    at?.flow === undefined ? null : `flow ${at.flow}`,
    at?.step === undefined ? null : `step ${at.step}`,
    at?.field === undefined ? null : `field ${at.field}`,
    at?.item === undefined || at.item.length === 0 ? null : `item ${at.item.join('.')}`,
  ]
    .filter((part) => part !== null)
    .join(' › ');

/** One Problem in two or three lines. */
export const describe = (problem: Problem): string => {
  const where = place(problem.at);
  const head = `${paint('31', problem.code)}${where === '' ? '' : ` at ${where}`}`;
  return [head, `  ${problem.text}`, ...(problem.fix === undefined ? [] : [`  ${paint('36', 'next:')} ${problem.fix}`])].join('\n');
};

export const print = (text: string): void => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
export const note = (text: string): void => void process.stderr.write(`${text}\n`);

/** Prints Problems: as text on standard error, or with `json` as one document on standard output. */
export const complain = (problems: readonly Problem[], json: boolean): void => {
  if (json) print(JSON.stringify({ problems }, null, 2));
  else for (const p of problems) note(describe(p));
};
