/** What authors of code steps are told of their text, against the declarations that the engine prints. */

import { catalogOf, codeTypes, type Flow } from '@headgate/core';
import { expect, test } from 'vitest';
import { realmLib } from '../../../../../../realm-lib-plugin.ts';
import { annotated } from './annotate.ts';
import type { Language } from './language.ts';
import { Service } from './service.ts';

const FLOW: Flow = {
  headgate: 1,
  name: 'Typed',
  input: {
    type: 'object',
    properties: { city: { enum: ['Paris', 'Oslo'] } },
    required: ['city'],
    additionalProperties: false,
  },
  steps: [
    { id: 'greet', kind: 'set@1', with: { value: { text: 'Hello', size: 3 } } },
    { id: 'sum', kind: 'code@1', after: ['greet'], with: { source: '', input: '{{ input }}' } },
  ],
};

const declarations = codeTypes(FLOW, 'sum', catalogOf([], []), new Set(['net']))?.typescript ?? '';
const service = new Service(realmLib());

const complaints = (text: string, language: Language = 'ts') =>
  service
    .answer({ text, language, declarations }, { ask: 'complaints' })
    .map(({ from, to, code }) => `${text.slice(from, to)} ${code}`);

test('right code of both languages is accepted, with and without types of its own', () => {
  for (const [language, text] of [
    [
      'ts',
      'export default async (input: Input, can: Can) => { const x: number = can.steps.greet.size; return { x, c: input.city }; };',
    ],
    [
      'ts',
      'export default async (input, can) => { const x: number = can.steps.greet.size; return [x, input.city === "Oslo"]; };',
    ],
    ['ts', 'export default input => input.city.length;'],
    [
      'ts',
      "import { z } from 'zod';\nimport sum from 'lodash-es/sum';\nexport default function main({ city }) { return sum([z.x, city.length]); }",
    ],
    [
      'js',
      'const add = (a, b) => a + b;\nexport default async (input, can) => add(input.city, (await can.fetch("https://a.example/")).status);',
    ],
    ['js', 'const main = (input, can) => can.log(input.city);\nexport default main;'],
    ['js', 'export default input => input.city.length;'],
    ['js', 'export default input => [new URL("/x", "https://a.example").searchParams.get("q"), btoa(input.city)];'],
    ['ts', 'export default (input: Input) => structuredClone({ bytes: new TextEncoder().encode(input.city) });'],
  ] as const)
    expect(complaints(text, language), text).toEqual([]);
});

test('TS1 what the realm does not have is an error at its place, and so is what does not fit', () => {
  const names = [
    'fetch',
    'document',
    'process',
    'require',
    'WebAssembly',
    'SharedArrayBuffer',
    'WeakRef',
    'setInterval',
    'DOMException',
  ];
  for (const language of ['js', 'ts'] as const) {
    for (const name of names) {
      const found = complaints(`export default (input, can) => [${name}, JSON, Math, Map, Intl, crypto];`, language);
      expect(found.length, `${name} ${found}`).toBe(1);
      expect(found[0], name).toMatch(new RegExp(`^${name} TS\\d+$`));
    }
    expect(complaints('export default (input, can) => input.town;', language)).toEqual(['town TS2339']);
    expect(complaints('export default (input, can) => can.steps.greet.txt;', language)).toEqual(['txt TS2551']);
    expect(complaints('export default (input, can) => can.steps.other;', language)).toEqual(['other TS2339']);
    expect(complaints('export default (input) => input.city === "Rome";', language)).toEqual([
      'input.city === "Rome" TS2367',
    ]);
  }
  expect(complaints("import x from 'left-pad';\nexport default () => x;")).toEqual(["'left-pad' TS2307"]);
  expect(complaints('export default (input => 1')).toEqual([expect.stringMatching(/TS1005$/)]);
});

test('what may follow is offered, with what it is', () => {
  const text = 'export default (input, can) => can.steps.greet.;';
  const at = text.indexOf('.;') + 1;
  const source = { text, language: 'js', declarations } as const;
  expect(service.answer(source, { ask: 'offers', at })?.offers.map(({ label }) => label)).toEqual(['size', 'text']);
  expect(service.answer(source, { ask: 'offer', at, label: 'size' })?.signature).toContain('size: number');
  const told = service.answer(source, { ask: 'told', at: text.indexOf('can.steps') + 4 });
  expect(told?.signature).toContain('steps');
  expect(told?.docs).toContain('Results of the steps before this one');
  expect(text.slice(told?.from, told?.to)).toBe('steps');
});

test('AN1 what was put in and taken out again leaves the text, and every place is found again', () => {
  for (const language of ['js', 'ts'] as const)
    for (const text of [
      'export default (input, can) => [input, can];',
      'export default a => a;',
      'export default 1;',
      '',
    ]) {
      const { text: made, into, back } = annotated(text, language);
      for (let i = 0; i < text.length; i += 1) {
        expect(made[into(i + 1) - 1], `${text} ${i}`).toBe(text[i]);
        expect(back(into(i))).toBe(i);
      }
    }
});
