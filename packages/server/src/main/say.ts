/**
 * How commands speak: results on standard output, everything else on standard error; Problems with place, text and fix.
 *
 * Exit codes: 0 done · 1 the flow or what was asked for failed (a Problem) · 2 the command itself was wrong.
 */

import type { Place, Problem } from '@headgate/core';

export const DONE = 0;
export const FAILED = 1;
export const MISUSED = 2;

let plain = false;

/** Turns colours off for this process (NO_COLOR, https://no-color.org). */
export const withoutColours = (): void => {
  plain = true;
};

export type Stream = 'out' | 'err';
const streams = { out: process.stdout, err: process.stderr } as const;
const CODES = { red: 31, green: 32, cyan: 36, dim: 2 } as const;

/** Colours a text, where a person looks at the stream and did not ask otherwise. */
export const paint = (colour: keyof typeof CODES, text: string, stream: Stream = 'err'): string =>
  streams[stream].isTTY === true && !plain ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;

/** `flow greet › step check › field with.when › item 3` */
export const place = (at: Place | undefined): string =>
  [
    at?.flow === undefined ? null : `flow ${at.flow}`,
    at?.step === undefined ? null : `step ${at.step}`,
    at?.field === undefined ? null : `field ${at.field}`,
    at?.item === undefined || at.item.length === 0 ? null : `item ${at.item.join('.')}`,
    at?.line === undefined ? null : `line ${at.line}${at.column === undefined ? '' : `, column ${at.column}`}`,
  ]
    .filter((part) => part !== null)
    .join(' › ');

/** One Problem in two or three lines. */
export const describe = (problem: Problem, stream: Stream = 'err'): string => {
  const where = place(problem.at);
  const head = `${paint('red', problem.code, stream)}${where === '' ? '' : ` at ${where}`}`;
  const next = problem.fix === undefined ? [] : [`  ${paint('cyan', 'next:', stream)} ${problem.fix}`];
  return [head, `  ${problem.text}`, ...next].join('\n');
};

export const print = (text: string): void => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
export const note = (text: string): void => void process.stderr.write(`${text}\n`);

export const pretty = (value: unknown): string => JSON.stringify(value, null, 2) ?? 'null';

/** Prints Problems: as text on standard error, or with `json` as one document on standard output. */
export const complain = (problems: readonly Problem[], json: boolean): void => {
  if (json) print(pretty({ problems }));
  else for (const p of problems) note(describe(p));
};
