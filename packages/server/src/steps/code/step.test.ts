import { type Code, type CodeProgram, trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { calls } from './source.ts';
import { step } from './step.ts';

const jail = (answer: Awaited<ReturnType<Code['run']>>): { code: Code; asked: CodeProgram[] } => {
  const asked: CodeProgram[] = [];
  return { asked, code: { run: async (program) => (asked.push(program), answer) } };
};

test('code hands source, language and input to the jail, and gives what comes back', async () => {
  const { code, asked } = jail({ value: { n: 2 } });
  const { outcome } = await trial(
    step,
    { source: 'export default (i) => i', input: { n: 1 }, language: 'ts' },
    { code },
  );
  expect(outcome).toEqual({ kind: 'done', value: { n: 2 } });
  expect(asked).toEqual([{ source: 'export default (i) => i', language: 'ts', input: { n: 1 }, names: [] }]);
});

test('without language it is JavaScript, without input it is null, and a Problem stays one', async () => {
  const refused = { code: 'code.thrown', text: 'no', retry: 'no' } as const;
  const { code, asked } = jail({ problem: refused, sent: 'maybe' });
  const { outcome } = await trial(step, { source: 'x' }, { code });
  expect(outcome).toEqual({ kind: 'problem', problem: refused, sent: 'maybe' });
  expect(asked[0]).toMatchObject({ language: 'js', input: null });
});

test('a function of can is there only when the text names it, as a word', () => {
  expect(calls('export default () => 1')).toEqual([]);
  expect(calls("can['fe' + 'tch']('https://a.example')")).toEqual([]);
  expect(calls('prefetch(1); fetched; $fetch')).toEqual([]);
  expect(calls('await can.fetch(url)')).toEqual(['fetch']);
});

const scopes = (source: string): readonly string[] =>
  (step.needs?.({ source }) ?? [])
    .slice(1)
    .map((need) => `${need.power}: ${need.scope}${need.computed === true ? ' computed' : ''}`);

test('a host counts as typed only where every call begins with one; else any address is asked for', () => {
  expect(scopes('export default () => 1')).toEqual([]);
  expect(scopes("can.fetch('https://api.example.com/a'); can.fetch(`https://api.example.com/${x}`)")).toEqual([
    'net: * api.example.com:443',
  ]);
  expect(scopes('can.fetch(\'https://a.example/\'); can.fetch("http://b.example:81/")')).toEqual([
    'net: * a.example:443',
    'net: * b.example:81',
  ]);
  expect(scopes('can.fetch(url)')).toEqual(['net: * *:* computed']);
  expect(scopes('can.fetch(`https://${host}/`)')).toEqual(['net: * *:* computed']);
  expect(scopes('can.fetch(`https://a.example${rest}`)')).toEqual(['net: * *:* computed']);
  expect(scopes("can.fetch('https://a.example' + rest)")).toEqual(['net: * *:* computed']);
  expect(scopes("const f = can.fetch; can.fetch('https://a.example/'); f(url)")).toEqual(['net: * *:* computed']);
});

test('running it is a power of its own, by language', () => {
  const first = (language?: string) => step.needs?.({ source: 'x', language })[0];
  expect(first()).toMatchObject({ power: 'code', scope: 'js' });
  expect(first('ts')).toMatchObject({ power: 'code', scope: 'js' });
  expect(first('python')).toMatchObject({ power: 'code', scope: 'python' });
});

test('code that calls nothing outside may be repeated after a crash, other code may not', () => {
  expect(step.repeatable?.({ source: 'export default () => 1' } as never)).toBe(true);
  expect(step.repeatable?.({ source: 'can.fetch(1)' } as never)).toBe(false);
});

test('SBX-05: limits, engine and modules are no fields of the step', () => {
  for (const more of [
    { limits: { cpuMs: 1e9 } },
    { engine: 'none' },
    { memoryMb: 1e9 },
    { modules: ['fs'] },
    { env: { NODE_OPTIONS: 'x' } },
  ])
    expect(step.input.safeParse({ source: 'x', ...more }).success).toBe(false);
  expect(step.input.safeParse({ source: 'x' }).success).toBe(true);
});
