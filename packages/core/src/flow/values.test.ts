import { expect, test } from 'vitest';
import { readFlow } from './parse.ts';
import { valuesRead } from './values.ts';

const read = (more: object): unknown => {
  const flow = readFlow({ headgate: 1, name: 'Values', ...more });
  if (!flow.ok) throw new Error(flow.problems[0]?.text);
  return valuesRead(flow.flow);
};

test('the values a flow names are found in steps, blocks, triggers, settings and its output', () => {
  const inner = { id: 'say', kind: 'set@1', with: { value: '{{ vars.inner }} {{ item }}' } };
  expect(
    read({
      triggers: [{ id: 'hook', kind: 'webhook@1', with: { input: '{{ vars.mapped }}' } }],
      steps: [
        { id: 'all', kind: 'each@1', with: { over: '{{ vars.list.items }}', steps: [inner] } },
        { id: 'get', kind: 'http.request@1', with: { method: 'GET', url: 'https://{{ vars["host"] }}/' } },
      ],
      output: '{{ vars.list ?? vars.other }}',
    }),
  ).toEqual({ names: ['host', 'inner', 'list', 'mapped', 'other'], any: false });
});

test('a name that only running tells means any value; code and plain text mean none', () => {
  expect(read({ steps: [], output: '{{ vars[input.name] }}' })).toEqual({ names: [], any: true });
  expect(read({ steps: [], output: '{{ JSON.stringify(vars) }}' })).toEqual({ names: [], any: true });
  const steps = [
    { id: 'code', kind: 'code@1', with: { source: 'export default () => "{{ vars.no }}"', input: '{{ vars.yes }}' } },
    { id: 'text', kind: 'set@1', with: { value: 'vars.none' } },
  ];
  expect(read({ steps })).toEqual({ names: ['yes'], any: false });
});
