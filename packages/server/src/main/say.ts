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
  const where = printable(place(problem.at));
  const head = `${paint('red', printable(problem.code), stream)}${where === '' ? '' : ` at ${where}`}`;
  const next = problem.fix === undefined ? [] : [`  ${paint('cyan', 'next:', stream)} ${printable(problem.fix)}`];
  return [head, `  ${printable(problem.text)}`, ...next].join('\n');
};

/** Control characters but line feed and tab, and those that turn the direction of text. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A text of others as a terminal may get it: what would steer the terminal is written out. In JSON it stays the same. */
export const printable = (text: string): string => text.replace(UNSEEN, escaped);

/** The colours that `paint` puts in. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const COLOURS = /(\u001b\[(?:31|32|36|2|0)m)/;

/** Whatever is printed has come this way: nothing but our own colours reaches the terminal as it is. */
const shown = (text: string, stream: Stream): string =>
  streams[stream].isTTY === true && !plain
    ? text
        .split(COLOURS)
        .map((part, i) => (i % 2 === 1 ? part : printable(part)))
        .join('')
    : printable(text);

export const print = (text: string): void => {
  const safe = shown(text, 'out');
  process.stdout.write(safe.endsWith('\n') ? safe : `${safe}\n`);
};
export const note = (text: string): void => void process.stderr.write(`${shown(text, 'err')}\n`);

export const pretty = (value: unknown): string => JSON.stringify(value, null, 2) ?? 'null';

/** Prints Problems: as text on standard error, or with `json` as one document on standard output. */
export const complain = (problems: readonly Problem[], json: boolean): void => {
  if (json) print(pretty({ problems }));
  else for (const p of problems) note(describe(p));
};
