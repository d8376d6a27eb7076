import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { catalogOf, codeTypes, type Flow } from '@headgate/core';
import type { Engine } from '../engine.ts';
import { openPython } from './python.ts';

const root = join(import.meta.dirname, '../../../../../..');
const cache = join(root, '.tmp/cache');

type Seen =
  | { readonly done: boolean; readonly text: string }
  | { readonly call: number; readonly name: string; readonly args: unknown };

let python: Engine;
let seen: Seen[] = [];
let lines: [number, string][] = [];
let last = 0;

beforeAll(async () => {
  const made = await promisify(execFile)(process.execPath, [
    '--no-warnings',
    join(import.meta.dirname, '../snapshot.ts'),
    cache,
  ]);
  python = await openPython(
    {
      done: (_run, ok, text) => void seen.push({ done: ok, text }),
      call: (_run, call, name, args) => void seen.push({ call, name, args: JSON.parse(args) }),
      log: (_run, level, text) => void lines.push([level, text]),
    },
    made.stdout.trim(),
  );
}, 120_000);
afterEach(() => {
  seen = [];
  lines = [];
});

const PROGRAM = { names: ['fetch'], memoryMb: 64, hostCalls: 10, out: 1_000, log: 500 };

/** Begins a run; what it does is in `seen`. */
const begin = async (script: string, input: unknown = null, facts: unknown = {}): Promise<number> => {
  last += 1;
  seen = [];
  expect(await python.load(last, { ...PROGRAM, script })).toBeNull();
  expect(python.enter(last, last, JSON.stringify(input), JSON.stringify(facts), 1_000)).toBeNull();
  return last;
};
const answer = (run: number, call: number, value: unknown, ok = true): void => {
  expect(python.settle(run, run, call, ok, JSON.stringify(value), 1_000)).toBeNull();
};

const given = async (script: string, input?: unknown, facts?: unknown): Promise<unknown> => {
  await begin(script, input, facts);
  expect(seen).toMatchObject([{ done: true }]);
  return JSON.parse((seen[0] as { text: string }).text);
};
const failure = async (script: string, input?: unknown): Promise<Record<string, unknown>> => {
  await begin(script, input);
  expect(seen).toMatchObject([{ done: false }]);
  return JSON.parse((seen[0] as { text: string }).text) as Record<string, unknown>;
};

describe('what main gets and gives', () => {
  test('input and the results of steps are plain values, and so is what it returns', async () => {
    const code =
      'def main(input, can):\n    return {"sum": sum(input["list"]), "of": can.steps.first["name"], "by": can.steps["first"]}';
    expect(await given(code, { list: [1, 2.5] }, { steps: { first: { name: 'Søren 李' } } })).toEqual({
      sum: 3.5,
      of: 'Søren 李',
      by: { name: 'Søren 李' },
    });
    expect(await given('def main():\n    return None')).toBeNull();
    expect(await given('def main(input):\n    return (input, True)', 1)).toEqual([1, true]);
  });

  test('the standard library is there, and chance differs from run to run', async () => {
    const code =
      'import random, uuid, os, hashlib, datetime, configparser\ndef main(input, can):\n    return [random.random(), str(uuid.uuid4()), os.urandom(4).hex()]';
    const first = (await given(code)) as unknown[];
    const second = (await given(code)) as unknown[];
    for (const i of [0, 1, 2]) expect(first[i]).not.toBe(second[i]);
  });

  test('an error is placed at its line and column, innermost first', async () => {
    const code = 'def half(x):\n    é = "é"; return 1 / x\n\ndef main(input, can):\n    return half(input)';
    // The host takes off the three lines it knows to stand before a script.
    expect(await failure(code, 0)).toMatchObject({ name: 'ZeroDivisionError', stack: 'step:5:21\nstep:8:12' });
    expect(await python.load(9_999, { ...PROGRAM, script: 'def main(input, can):\n    return (' })).toMatchObject({
      text: "'(' was never closed",
      stack: 'step:5:12',
    });
  });

  test('what cannot be given back is told', async () => {
    const cases: readonly (readonly [string, string])[] = [
      ['def main(input, can):\n    return {1, 2}', 'output'],
      ['def main(input, can):\n    return float("nan")', 'output'],
      ['def main(input, can):\n    return "x" * 2000', 'large'],
      ['main = 1', 'shape'],
    ];
    for (const [code, why] of cases) {
      expect(await failure(code)).toMatchObject({ why });
    }
  });

  test('what it prints and what it logs are lines of the log', async () => {
    await given(
      'import sys\ndef main(input, can):\n    print("a", 1)\n    can.log("b", [2])\n    print("c", file=sys.stderr)',
    );
    expect(lines.toSorted()).toEqual([
      [1, 'a 1'],
      [1, 'b [2]'],
      [2, 'c'],
    ]);
    await given('def main(input, can):\n    for n in range(100): print("x" * 99)');
    expect(lines.map(([, text]) => text).join('').length).toBeLessThan(600);
  });
});

test('the stub that editors get is right Python', async () => {
  const flow: Flow = {
    headgate: 1,
    name: 'Stub',
    input: {
      type: 'object',
      properties: { 'odd key': { enum: ['a', 1, null, true] }, n: { type: 'integer' } },
      additionalProperties: false,
    },
    steps: [
      { id: 'from', kind: 'set@1', with: { value: { deep: [{ a: 1 }] } } },
      { id: 'run', kind: 'code@1', after: ['from'], with: { language: 'python', source: '' } },
    ],
  };
  const stub = codeTypes(flow, 'run', catalogOf([], []), new Set(['net']))?.python;
  const code =
    'def main(input, can):\n    made = {}\n    exec(input, made)\n    return [sorted(made["Steps_from_deep_item"].__annotations__), "fetch" in dir(made["Can"]), "Input" in made]';
  expect(await given(code, stub)).toEqual([['a'], true, true]);
});

describe('functions of can', () => {
  test('are awaited, one after the other or together', async () => {
    const code =
      'import asyncio\nasync def main(input, can):\n    a, b = await asyncio.gather(can.fetch("https://a.example/"), can.fetch("https://b.example/", method="POST"))\n    return [a["ok"], b["body"]]';
    const run = await begin(code);
    expect(seen).toEqual([
      { call: 1, name: 'fetch', args: ['https://a.example/'] },
      { call: 2, name: 'fetch', args: ['https://b.example/', { method: 'POST' }] },
    ]);
    answer(run, 2, { status: 404, headers: {}, body: 'b' });
    expect(seen).toHaveLength(2);
    answer(run, 1, { status: 200, headers: {}, body: 'a' });
    expect(seen[2]).toEqual({ done: true, text: '[true, "b"]' });
  });

  test('a refusal is an exception that says why', async () => {
    const caught = await begin(
      'async def main(input, can):\n    try:\n        await can.fetch("x")\n    except Refused as error:\n        return [error.code, str(error)]',
    );
    answer(caught, 1, { code: 'net.denied', text: 'no' }, false);
    expect(seen[1]).toEqual({ done: true, text: '["net.denied", "no"]' });
    const loose = await begin('async def main(input, can):\n    await can.fetch("x")');
    answer(loose, 1, { code: 'net.denied', text: 'no' }, false);
    expect(JSON.parse((seen[1] as { text: string }).text)).toMatchObject({
      why: 'refused',
      call: 1,
      stack: 'step:5:5',
    });
  });

  test('time passes only where the host says so', async () => {
    const run = await begin('import asyncio\nasync def main(input, can):\n    await asyncio.sleep(2)\n    return 1');
    expect(seen).toMatchObject([{ call: 1, name: '' }]);
    answer(run, 1, null);
    expect(seen[1]).toEqual({ done: true, text: '1' });
  });

  test('what was not lent is not there', async () => {
    expect(await failure('def main(input, can):\n    return can.read_file("/etc/passwd")')).toMatchObject({
      name: 'AttributeError',
    });
  });
});

describe('what is out of reach', () => {
  test.each(['js', 'pyodide_js', 'pyodide', 'pyodide.ffi', '_pyodide', '_pyodide_core'])(
    'SUP-05 the module %s, by which Python reaches JavaScript',
    async (name) => {
      expect(await failure(`import ${name}\ndef main(input, can):\n    pass`)).toMatchObject({
        name: 'ModuleNotFoundError',
      });
    },
  );

  test('SBX-07 the environment holds constants of the interpreter alone', async () => {
    const found = (await given('import os\ndef main(input, can):\n    return dict(os.environ)')) as Record<
      string,
      string
    >;
    expect(found).toMatchObject({ HOME: '/home/pyodide', _: 'python', USER: 'web_user' });
    expect(JSON.stringify(found)).not.toContain(root);
  });

  test('the files are those of the interpreter', async () => {
    expect(await failure('def main(input, can):\n    return open("/etc/passwd").read()')).toMatchObject({
      name: 'FileNotFoundError',
    });
    expect(await given('import os\ndef main(input, can):\n    return sorted(os.listdir("/"))')).toEqual([
      'dev',
      'home',
      'lib',
      'proc',
      'tmp',
    ]);
  });

  test('SBX-03 code that ends the interpreter ends its run, and says so', async () => {
    last += 1;
    expect(
      await python.load(last, { ...PROGRAM, script: 'import os\ndef main(input, can):\n    os._exit(0)' }),
    ).toBeNull();
    expect(python.enter(last, last, 'null', '', 1_000)).toMatchObject({ why: 'broken', lost: true });
    expect(seen).toEqual([]);
  });
});
