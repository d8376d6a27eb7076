/** json.parse: JSON, or a JSON value a line, as values. Read by the language itself, whose reader is no parser of a library. */

import { defineStep, done, failed, type Outcome, problem, readValues, textOf, z } from '@headgate/core/step';
import { ONE_SOURCE, oneSource, reading, textFields } from '../archive.pack/inputs.ts';
import { placeNeeds } from '../file.read/place.ts';
import { jsonFault } from './place.ts';

const MOST = 16 * 1024 * 1024;
const PIECE = 1024 * 1024;

/** `above`: lines before this text. */
const wrong = (text: string, above: number): Outcome => {
  const { line, column } = jsonFault(text);
  const at = { line: above + line, column };
  return failed(
    problem('json.invalid', `It is no JSON, from line ${at.line}, column ${column} on`, {
      at,
      fix: 'Mend it there. A value on each line is read with `lines`.',
    }),
    'no',
  );
};

const read = (text: string, lines: boolean): Outcome => {
  if (!lines) {
    const whole = readValues(text, 'The JSON');
    return whole === undefined ? wrong(text, 0) : whole.ok ? done(whole.value) : failed(whole.problem, 'no');
  }
  const parts = text.split('\n');
  const kept = parts.filter((part) => part.trim() !== '');
  const all = readValues(`[${kept.join(',')}]`, 'The file');
  if (all?.ok === false) return failed(all.problem, 'no');
  const values: unknown[] = [];
  for (const [i, part] of parts.entries()) {
    if (part.trim() === '') continue;
    const one = readValues(part, 'A line');
    if (one === undefined) return wrong(part, i);
    if (!one.ok) return failed(one.problem, 'no');
    values.push(one.value);
  }
  return done(values);
};

export const step = defineStep({
  kind: 'json.parse',
  version: 1,
  title: 'Read JSON',
  group: 'data',
  summary:
    'Gives the value that JSON holds, or a list of the values of its lines. What is no JSON is a Problem with the line and column.',
  input: z
    .strictObject({
      ...textFields('JSON', '{{ steps.fetch.body }}'),
      lines: z.boolean().optional().describe('True: each line is a value (JSON Lines), and the list of them is given.'),
    })
    .refine(oneSource, ONE_SOURCE),
  output: z.unknown().describe('The value, or the list of the values of the lines.'),
  needs: (raw) => placeNeeds('read', raw['path']),
  repeatable: () => true,
  run: async ({ text, path, from, lines = false }, can) => {
    const got = await reading<Uint8Array>(can, { text, path, from }, async (source) => {
      if (source.size > MOST)
        return {
          problem: problem('json.large', 'More than 16 MB of JSON are no value', {
            fix: 'Let code read it part by part.',
          }),
          sent: 'no',
        };
      const whole = new Uint8Array(source.size);
      for (let at = 0; at < source.size; at += PIECE) {
        const piece = await source.read(at, Math.min(source.size, at + PIECE));
        if ('problem' in piece) return piece;
        whole.set(piece, at);
      }
      return { value: whole };
    });
    if ('problem' in got) return failed(got.problem, got.sent);
    const plain = textOf(got.value);
    return plain === undefined
      ? failed(problem('file.text', 'It is no text in UTF-8', { fix: 'Convert it to UTF-8 first.' }), 'no')
      : read(plain, lines);
  },
});
