import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Flow, readFlow } from '@headgate/core';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeIn, takeOut } from './beside.ts';
import { readFlowFile } from './files.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headgate-beside-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string | Uint8Array): string => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
};

const flowWith = (source: unknown, language = 'ts'): unknown => ({
  headgate: 1,
  name: 'greet',
  steps: [
    {
      id: 'all',
      kind: 'each@1',
      with: { over: '{{ input.names }}', steps: [{ id: 'greet', kind: 'code@1', with: { language, source } }] },
    },
  ],
});

const sourceOf = (flow: Flow): unknown => {
  const [all] = flow.steps;
  const inner = all?.with?.['steps'];
  return (inner as unknown as { with: { source: unknown } }[])[0]?.with.source;
};

const read = (name: string): Flow => {
  const found = readFlowFile(join(folder, name));
  if ('problems' in found) throw new Error(JSON.stringify(found.problems));
  return found.flow;
};

test('code in a file beside the flow file is read into the flow, in blocks too', () => {
  const code = 'export default (name: string) =>\n  `Hello ${name}`;\n';
  write('a/steps/greet.ts', code);
  write('a/flow.json', JSON.stringify(flowWith({ file: 'steps/greet.ts' })));
  expect(sourceOf(read('a/flow.json'))).toBe(code);
});

test('a text, and an object that names no file alone, are left to the check', () => {
  write('b/flow.json', JSON.stringify(flowWith('export default () => 1')));
  expect(sourceOf(read('b/flow.json'))).toBe('export default () => 1');
  const more = flowWith({ file: 'x.ts', other: 1 });
  const before = structuredClone(more);
  expect(takeIn(join(folder, 'b/flow.json'), more)).toEqual({ any: false, problems: [] });
  expect(more).toEqual(before);
});

test.each([
  ['the folder above', '../secret.txt'],
  ['a folder above, on the way', 'steps/../../secret.txt'],
  ['an absolute path', '/etc/hostname'],
  ['a hidden file', '.env'],
  ['a hidden folder', '.git/config'],
  ['a path with a NUL', 'steps/a\0.ts'],
  ['a path of another system', 'C:\\secret.txt'],
  ['nothing', ''],
  ['a link that leads out', 'steps/link.ts'],
  ['a folder that is a link that leads out', 'away/secret.txt'],
  ['a device', 'steps/zero.ts'],
  ['a folder', 'steps'],
  ['a file that is not there', 'steps/none.ts'],
  ['bytes that are no UTF-8', 'steps/bytes.ts'],
])('%s is refused with its step, and nothing of it comes into the flow', (_, file) => {
  write('secret.txt', 'a secret of this machine');
  write('away/secret.txt', 'a secret of this machine');
  write('c/steps/bytes.ts', Uint8Array.of(0x61, 0xff, 0xfe));
  write('c/flow.json', JSON.stringify(flowWith({ file })));
  const link = (to: string, at: string): void => {
    rmSync(join(folder, at), { force: true });
    symlinkSync(to, join(folder, at));
  };
  link('../../secret.txt', 'c/steps/link.ts');
  link('../away', 'c/away');
  link('/dev/zero', 'c/steps/zero.ts');
  const found = readFlowFile(join(folder, 'c/flow.json'));
  if (!('problems' in found)) throw new Error('it was read');
  expect(found.problems).toHaveLength(1);
  expect(found.problems[0]).toMatchObject({ code: 'file.unreadable', at: { step: 'greet', field: 'with.source' } });
  expect(found.problems[0]?.fix).toBeDefined();
  expect(JSON.stringify(found)).not.toContain('a secret of this machine');
});

test('whatever code a flow holds is the same after it was written out and read in', () => {
  const lines = fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 4 }).map((all) => all.join('\n'));
  let n = 0;
  fc.assert(
    fc.property(lines, fc.constantFrom('js', 'ts', 'python'), (source, language) => {
      const first = readFlow(flowWith(source, language));
      if (!first.ok) throw new Error(JSON.stringify(first.problems));
      const { document, files } = takeOut(first.flow);
      n += 1;
      for (const { name, text } of files) write(`d${n}/${name}`, text);
      write(`d${n}/flow.json`, JSON.stringify(document));
      expect(read(`d${n}/flow.json`)).toEqual(first.flow);
    }),
    { numRuns: 60 },
  );
});

test('code of more than a line is taken out under the name of its step and language; what is short stays', () => {
  const first = readFlow(flowWith('def main(input, can):\n    return 1', 'python'));
  if (!first.ok) throw new Error('the flow is wrong');
  const { document, files } = takeOut(first.flow);
  expect(files.map(({ name }) => name)).toEqual(['steps/greet.py']);
  expect(JSON.stringify(document)).toContain('"source":{"file":"steps/greet.py"}');
  expect(sourceOf(first.flow)).toBe('def main(input, can):\n    return 1');
  const short = readFlow(flowWith('export default () => 1'));
  if (!short.ok) throw new Error('the flow is wrong');
  expect(takeOut(short.flow).files).toEqual([]);
});
