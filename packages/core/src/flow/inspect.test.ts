import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inspectFlow } from './inspect.ts';
import { parseFlow } from './parse.ts';
import { broken } from './testing/broken.ts';
import { catalog } from './testing/catalog.ts';

const told = (value: unknown): string[] =>
  inspectFlow(JSON.stringify(value), catalog).problems.map((p) => `${p.code} ${p.at?.step ?? ''}|${p.at?.field ?? ''}`);
const flow = (steps: unknown, more: object = {}): object => ({ headgate: 1, name: 'Trial', steps, ...more });

test('unknown fields and problems of meaning are told together', () => {
  expect(
    told(
      flow(
        [
          { id: 'a', kind: 'set@1', colour: 'red', with: { value: '{{ steps.ghost }}' } },
          { id: 'b', kind: 'sett@1', after: ['nobody'], with: { value: 1 } },
        ],
        { surplus: true },
      ),
    ),
  ).toEqual([
    'field.unknown a|colour',
    'field.unknown |surplus',
    'ref.unknown a|with.value',
    'kind.unknown b|kind',
    'wire.dangling b|after[0]',
  ]);
});

test('a misspelt field is read as the one it is near to, so that nothing is told that would not be there without it', () => {
  const steps = [
    { id: 'a', kind: 'set@1', with: { value: 1 } },
    { id: 'b', kind: 'set@1', aftr: ['a'], whit: { value: '{{ steps.a }}' }, timeuot: '1s' },
  ];
  expect(told(flow(steps))).toEqual(['field.unknown b|aftr', 'field.unknown b|whit', 'field.unknown b|timeuot']);
});

test('inner steps of blocks are looked at the same way', () => {
  const inner = { id: 'in', kind: 'set@1', nte: 'x', with: { value: '{{ steps.ghost }}' } };
  const block = { id: 'out', kind: 'each@1', with: { over: '{{ input }}', concurrency: 'two', steps: [inner] } };
  expect(told(flow([block]))).toEqual([
    'field.wrong out|with.concurrency',
    'field.unknown in|nte',
    'ref.unknown in|with.value',
  ]);
});

test('what cannot be told from a document of wrong form is not guessed at', () => {
  const ghost = { id: 'b', kind: 'set@1', with: { value: '{{ steps.ghost }}' } };
  expect(told(flow([{ id: 'a' }, ghost]))).toEqual(['field.missing a|kind']);
  expect(told(flow([{ ...ghost, with: 3 }]))).toEqual(['field.wrong b|with']);
  expect(told(flow('none'))).toEqual(['field.wrong |steps']);
});

test('IN1 a document of wrong form never comes out as a flow; one of right form does, whatever it means', () => {
  expect(inspectFlow(JSON.stringify(flow([], { surplus: 1 })), catalog).flow).toBe(null);
  expect(inspectFlow('{', catalog).flow).toBe(null);
  const meaningless = flow([{ id: 'a', kind: 'ghost@1' }]);
  expect(inspectFlow(JSON.stringify(meaningless), catalog).flow).toEqual(meaningless);
});

test('of one place only the problem of form is told', () => {
  const problems = told(flow([{ id: 'My Step', kind: 'set', with: { value: 1 } }]));
  expect(problems).toEqual(['field.wrong My Step|id', 'field.wrong My Step|kind']);
});

test('it tells all that the reader of the form tells, first and in its order, and never throws', () => {
  const documents = Object.values(broken).map((one) =>
    typeof one === 'string' ? one : JSON.stringify({ headgate: 1, name: 'x', ...one }),
  );
  const spoil = fc.tuple(
    fc.constantFrom(...documents),
    fc.nat(),
    fc.constantFrom('null', '1', '"https://x.example"', '[]', '{}'),
  );
  fc.assert(
    fc.property(spoil, ([text, where, by]) => {
      // Puts something else in the place of one value of the document.
      const values = [...text.matchAll(/("[^"]*"|\d+|true|null)(?=[,\]}])/g)];
      const hit = values[where % Math.max(1, values.length)];
      const spoilt = hit === undefined ? text : text.slice(0, hit.index) + by + text.slice(hit.index + hit[0].length);
      const { problems, flow: read } = inspectFlow(spoilt, catalog);
      const form = parseFlow(spoilt);
      expect(read === null).toBe(!form.ok);
      if (!form.ok) expect(problems.slice(0, form.problems.length)).toEqual(form.problems);
    }),
    { numRuns: 500 },
  );
});
