import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eachSchema, flowSchema, retrySchema, settingsSchema, stepSchema, triggerSchema } from './model.ts';
import { parseFlow } from './parse.ts';

const page = readFileSync(`${import.meta.dirname}/../../../../docs/flow-file.md`, 'utf8');

/** The text under one heading. */
const under = (heading: string): string => page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';

test.each([
  ['The document', flowSchema],
  ['A step', stepSchema],
  ['A step', eachSchema],
  ['A step', retrySchema],
  ['A trigger', triggerSchema],
  ['Settings', settingsSchema],
] as const)('docs/flow-file.md names every field of its part “%s”', (heading, schema) => {
  expect(Object.keys(schema.shape).filter((field) => !under(heading).includes(`\`${field}\``))).toEqual([]);
});

test('the flow it shows is one', () => {
  const shown = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  expect(parseFlow(shown)).toMatchObject({ ok: true });
});
