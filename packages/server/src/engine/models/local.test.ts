/** Models of this machine, over a real engine, the real library in its locked process, and a model of random weights. */

import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { DEFAULT_CHUNKER } from '@headgate/core';
import { addonFolder, localModels } from '../../main/local-models.ts';
import { Llama } from '../../sandbox/llama.ts';
import { callingModel, hollowModel, tinyModel } from '../../sandbox/testing/gguf.ts';
import { LocalModelFiles } from '../../store/local-models.ts';
import { type Ground, openGround } from '../testing/ground.ts';
import { formOf } from './here/form.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const ADDON = addonFolder();
const { fits: FITS, installed } = localModels(tmpdir());
if (!FITS) console.info('local models: there is no part for this machine; what runs a model is left out');
const running = FITS ? test : test.skip;

let ground: Ground;
let dir: string;
let files: LocalModelFiles;
let there = true;
let fits = FITS;
beforeAll(async () => {
  if (FITS && !(await installed()))
    throw new Error(
      'the add-on that runs local models is missing: `npm test` installs it, or ./headgate models install',
    );
  dir = mkdtempSync(join(tmpdir(), 'headgate-gguf-'));
  files = new LocalModelFiles(dir);
  ground = await openGround(undefined, undefined, undefined, undefined, undefined, undefined, {
    localModels: {
      ...{ addon: ADDON, models: dir, threads: 1, memoryMb: 2_048, context: 4_096 },
      get fits() {
        return fits;
      },
      installed: () => Promise.resolve(there),
      list: async () =>
        (await files.list()).map(({ name }) => ({ id: name, does: ['chat', 'embed'], takes: ['text'] })),
      fileOf: (id) => files.fileOf(id),
    },
  });
});
afterEach(async () => {
  there = true;
  fits = FITS;
  for (const { name } of await files.list()) await files.remove(name);
});
afterAll(async () => {
  await ground.close();
  rmSync(dir, { recursive: true, force: true });
});

const bytes = async function* (of: Buffer) {
  yield of;
};
const add = (name: string, of: Buffer, sha256: string | null = null) => files.add(name, bytes(of), { sha256, now: 1 });
const fileOf = async (name: string) => {
  const file = await files.fileOf(name);
  if (file === null) throw new Error(`no file of ${name}`);
  return file;
};
const flow = (kind: string, fields: object) => ({
  headgate: 1,
  name: 'Asks',
  steps: [{ id: 'ask', kind, with: { model: 'local/tiny', ...fields } }],
  output: '{{ steps.ask }}',
});
const LENT = { grants: [{ step: 'ask', power: 'model: local/tiny, 20k tokens a run' }] };
const asked = async (fields: object = {}, kind = 'model.generate@1') =>
  ground.run(
    await ground.publish(flow(kind, kind === 'model.embed@1' ? fields : { prompt: 'Hello', ...fields }), LENT),
    {},
    { wait: 60_000 },
  );

test('what is missing is named with the command that mends it', async () => {
  fits = true;
  const none = await asked();
  expect(none.problem).toMatchObject({
    code: 'model.unknown',
    fix: expect.stringContaining('headgate models add tiny'),
  });
  await add('tiny', tinyModel());
  fits = true;
  there = false;
  expect((await asked()).problem).toMatchObject({
    code: 'model.addon',
    fix: expect.stringContaining('headgate models install'),
  });
  fits = false;
  expect((await asked()).problem).toMatchObject({
    code: 'model.addon',
    text: expect.stringContaining('This machine runs no models itself'),
    fix: expect.stringContaining('Ollama'),
  });
  // Each machine that there is a part for has it in the lock file, and npm takes no other than the one that fits.
  const { packages } = JSON.parse(readFileSync(join(ADDON, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<
      Record<string, { readonly os?: string[]; readonly cpu?: string[]; optional?: boolean }>
    >;
  };
  for (const cpu of ['x64', 'arm64'])
    expect(packages[`node_modules/@node-llama-cpp/linux-${cpu}`]).toMatchObject({
      ...{ os: ['linux'], cpu: [cpu], optional: true },
      integrity: expect.stringMatching(/^sha512-/),
    });
});

test('a file that is no model, and one with another checksum, leave nothing behind', async () => {
  expect(await add('tiny', Buffer.from('no model, but a text that is long enough'))).toMatchObject({ ok: false });
  expect(await add('tiny', hollowModel(2n ** 63n, 2n ** 63n))).toMatchObject({ ok: false });
  expect(await add('tiny', tinyModel(), '0'.repeat(64))).toMatchObject({ ok: false });
  expect(await add('../tiny', tinyModel())).toMatchObject({ ok: false });
  expect(await files.remove('../tiny')).toBe(false);
  expect(readdirSync(dir)).toEqual([]);
  expect(await files.list()).toEqual([]);
  // Of two that come at once under one name, one is there, and whole.
  const both = await Promise.all([add('tiny', tinyModel(1)), add('tiny', tinyModel(2))]);
  const [kept, ...more] = both.filter(({ ok }) => ok);
  if (kept?.ok !== true) throw new Error('not kept');
  expect(more).toEqual([]);
  expect(await files.list()).toEqual([kept.value]);
  expect(both.find(({ ok }) => !ok)).toMatchObject({ problem: { code: 'model.taken' } });
  expect(readdirSync(dir)).toEqual(['tiny']);
  expect(await add('again', tinyModel(both[0].ok ? 1 : 2), kept.value.sha256)).toMatchObject({ ok: true });
  expect(await files.remove('again')).toBe(true);
  expect(await files.remove('again')).toBe(false);
});

running('a model answers, as a text, in pieces, as a value, and as vectors', async () => {
  await add('tiny', tinyModel());
  const said = await asked({ maxTokens: 8 });
  expect(said).toMatchObject({ state: 'done', output: { model: 'local/tiny', finish: 'length' } });
  const streamed = await asked({ maxTokens: 200, stream: true });
  expect((streamed.output as { text: string }).text).toContain((said.output as { text: string }).text);
  const events = (await ground.engine.journal('default', streamed.id, 0, 10_000))?.events ?? [];
  const pieces = events.filter(({ type }) => type === 'step.said').map(({ data }) => (data as { text: string }).text);
  expect(pieces.join('')).toBe((streamed.output as { text: string }).text);
  const schema = {
    type: 'object',
    properties: { ok: { type: 'boolean' } },
    required: ['ok'],
    additionalProperties: false,
  };
  expect((await asked({ schema, maxTokens: 100 })).output).toMatchObject({ value: { ok: expect.any(Boolean) } });
  const { output } = await asked({ texts: ['one', 'two'] }, 'model.embed@1');
  expect((output as { vectors: number[][] }).vectors.map(({ length }) => length)).toEqual([32, 32]);
});

running('a hostile file ends its process and not the server; the honest one works after it', async () => {
  const whole = tinyModel();
  for (const hostile of [
    hollowModel(99_999n, 99_999n),
    whole.subarray(0, 3_000),
    whole.subarray(0, whole.length - 9_000),
  ]) {
    await files.remove('tiny');
    await add('tiny', hostile);
    expect((await asked()).problem).toMatchObject({ code: 'model.broken' });
  }
  await files.remove('tiny');
  await add('tiny', whole);
  expect(await asked({ maxTokens: 4 })).toMatchObject({ state: 'done' });
});

running('a question that is called off is stopped, and the process goes on with the next one', async () => {
  await add('tiny', tinyModel());
  const llama = new Llama({ addon: ADDON, models: dir, threads: 1, memoryMb: 2_048, context: 512, idle: 50 });
  // Nothing is begun, nor loaded, before the first question.
  expect(llama.pid).toBe(null);
  const file = await fileOf('tiny');
  const stop = new AbortController();
  const long = { chat: { history: [{ type: 'user', text: 'Hello' }], maxTokens: 400 } };
  const short = { chat: { ...long.chat, maxTokens: 3 } };
  let heard = 0;
  const first = await llama.ask(file, long, stop.signal, () => {
    heard += 1;
    stop.abort();
  });
  expect(heard).toBeLessThan(400);
  expect('broken' in first).toBe(false);
  const next = await llama.ask(file, short, new AbortController().signal, () => undefined);
  expect(next).toMatchObject({ done: { full: true } });
  // Idle: it ends by itself.
  await vi.waitFor(() => expect(llama.pid).toBe(null), { timeout: 30_000 });
  await llama.close();
});

running('memory beyond its bound is refused by the kernel, and that is the end of the process alone', async () => {
  await add('tiny', tinyModel());
  const llama = new Llama({ addon: ADDON, models: dir, threads: 1, memoryMb: 16, context: 512 });
  const asked_ = { chat: { history: [{ type: 'user', text: 'Hello' }], maxTokens: 3 } };
  const file = await fileOf('tiny');
  expect(await llama.ask(file, asked_, new AbortController().signal, () => undefined)).toHaveProperty('broken');
  await llama.close();
});

running('what is asked costs tokens and no money, and an agent asks by the same door', async () => {
  await add('tiny', tinyModel());
  const generated = await asked({ maxTokens: 8 });
  const { usage } = generated.output as { usage: { input: number; output: number; money: number } };
  expect(usage).toMatchObject({ output: 8, money: 0 });
  expect(usage.input).toBeGreaterThan(5);
  // The same again costs the same, though the process knows its beginning.
  expect((await asked({ maxTokens: 8 })).output).toMatchObject({ usage });
  const agent = await asked({ maxTokens: 8, steps: [] }, 'agent@1');
  expect(agent).toMatchObject({ state: 'done' });
  // Without the power, it is asked nothing.
  const other = await ground.publish(flow('model.generate@1', { prompt: 'Hello', model: 'local/other' }), LENT);
  await add('other', tinyModel(2));
  expect((await ground.run(other)).problem).toMatchObject({ code: 'grant.missing' });
});

running(
  'what a model takes out of a text fits the schema, whatever it would say of itself; what it may leave out, it may',
  async () => {
    await add('tiny', tinyModel());
    const schema = {
      type: 'object',
      properties: {
        kind: { enum: ['invoice', 'letter', 7] },
        paid: { type: 'boolean' },
        due: { type: 'string', format: 'date' },
        lines: {
          type: 'array',
          minItems: 1,
          maxItems: 2,
          items: {
            type: 'object',
            properties: { name: { type: 'string', minLength: 1, maxLength: 5 }, number: { type: ['boolean', 'null'] } },
            required: ['name', 'number'],
          },
        },
        note: { type: 'string', maxLength: 3 },
      },
      required: ['kind', 'paid', 'due', 'lines'],
    };
    const { state, output, problem } = await asked(
      { prompt: undefined, from: 'Pay us by Friday.', schema, maxTokens: 300 },
      'model.extract@1',
    );
    expect([state, problem]).toEqual(['done', null]);
    expect(output).toMatchObject({
      value: {
        kind: expect.toBeOneOf(['invoice', 'letter', 7]),
        paid: expect.any(Boolean),
        due: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        lines: expect.toSatisfy((all: readonly { name: string }[]) => all.every(({ name }) => name.length <= 5)),
      },
    });
    const text = { type: 'string' };
    const form = formOf({ type: 'object', properties: { a: text, b: { type: ['string', 'null'] } }, required: [] });
    expect(form.back({ a: null, b: null })).toEqual({ b: null });
    expect(form.back({ a: 'x', b: null })).toEqual({ a: 'x', b: null });
  },
);

running(
  'an agent has a model of this machine call a tool, with arguments that fit, and goes on with what came of it',
  async () => {
    await add('tiny', callingModel());
    const tool = { id: 'lookup', kind: 'set@1', with: { value: 'rain in {{ item.city }}' } };
    const tools = {
      lookup: {
        arguments: {
          properties: { city: { enum: ['Paris', 'Rome'] }, day: { type: 'string' }, exact: { type: 'boolean' } },
          required: ['city'],
        },
      },
    };
    const run = await asked({ prompt: 'How is the weather?', maxTokens: 200, steps: [tool], tools }, 'agent@1');
    expect(run).toMatchObject({
      state: 'done',
      problem: null,
      output: { text: 'Done.', turns: 2, calls: [{ tool: 'lookup', state: 'done' }] },
    });
    expect(JSON.stringify((await ground.engine.journal('default', run.id, 0, 10_000))?.events)).toMatch(
      /rain in (Paris|Rome)/,
    );
    // As it comes, it is the same; and where the answer has a form, it is in that form.
    const schema = { type: 'object', properties: { rain: { type: 'boolean' } }, required: ['rain'] };
    const formed = await asked({ maxTokens: 200, steps: [tool], tools, schema, stream: true }, 'agent@1');
    expect(formed).toMatchObject({
      state: 'done',
      output: { value: { rain: expect.any(Boolean) }, turns: 2, calls: [{ tool: 'lookup', state: 'done' }] },
    });
  },
);

test('pictures and files are refused before anything is begun', async () => {
  // This file would end its process.
  await add('tiny', hollowModel(99_999n, 99_999n));
  const space = ground.store.in('default');
  const sink = space.files.sink();
  await sink.add(Buffer.from('no real picture'));
  const content = await sink.end();
  await space.files.put({
    ...{ id: 'file_of_a_plan', project: 'default', path: 'plans/house.png', type: 'image/png' },
    ...{ content, by: 'x', at: 1 },
  });
  const { steps, ...whole } = flow('model.generate@1', { prompt: 'What is this?', files: ['{{ steps.get }}'] });
  const get = { id: 'get', kind: 'file.read@1', with: { path: 'plans/house.png', as: 'reference' } };
  const doc = { ...whole, steps: [get, ...steps.map((step) => ({ ...step, after: ['get'] }))] };
  const lent = { grants: [...LENT.grants, { step: 'get', power: 'file: read plans/' }] };
  expect((await ground.run(await ground.publish(doc, lent))).problem).toMatchObject({
    code: 'model.task',
    at: { step: 'ask', field: 'with.files' },
    fix: expect.stringContaining('Name a model that takes them'),
  });
});

running(
  'a model that is taken away goes on with the question it has; another one of its name answers the next',
  async () => {
    await add('tiny', tinyModel());
    const stop = new AbortController();
    const llama = new Llama({ addon: ADDON, models: dir, threads: 1, memoryMb: 2_048, context: 512 });
    const question = { chat: { history: [{ type: 'user', text: 'Hello' }], maxTokens: 60 } };
    let said = '';
    let removed: Promise<boolean> | null = null;
    const first = await llama.ask(await fileOf('tiny'), question, stop.signal, (piece) => {
      removed ??= files.remove('tiny');
      said += piece;
    });
    expect(await removed).toBe(true);
    expect(first).toMatchObject({ done: { output: 60 } });
    expect((await asked()).problem).toMatchObject({ code: 'model.unknown' });
    await add('tiny', tinyModel(2));
    let other = '';
    await llama.ask(await fileOf('tiny'), question, stop.signal, (piece) => {
      other += piece;
    });
    expect(other).not.toBe(said);
    await llama.close();
  },
);

running('a knowledge base makes its vectors with a model of this machine', async () => {
  await add('tiny', tinyModel());
  const space = ground.store.in('default');
  const sink = space.files.sink();
  await sink.add(new TextEncoder().encode('Everybody has thirty days of vacation.'));
  await space.files.put({
    ...{ id: 'file_1', project: 'default', path: 'house/vacation.md', type: 'text/markdown' },
    ...{ content: await sink.end(), by: 'x', at: 1 },
  });
  expect(await ground.engine.knowledge.embeds('default', 'local/none')).toMatchObject({ code: 'knowledge.model' });
  expect(await ground.engine.knowledge.embeds('default', 'local/tiny')).toBe(null);
  await space.knowledge.create({
    ...{ id: 'kb_1', project: 'default', name: 'house', model: 'local/tiny', chunker: DEFAULT_CHUNKER },
    ...{ readers: null, by: 'x', at: 1 },
  });
  await space.knowledge.addSource('default', {
    ...{ id: 'kbs_1', base: 'kb_1', spec: { kind: 'files', path: 'house/' }, at: 1 },
  });
  ground.engine.knowledge.stir('default');
  await vi.waitFor(
    async () => {
      const { rows } = await space.knowledge.documents({ project: 'default', base: 'kb_1', limit: 9 });
      expect(rows.map(({ state, problem }) => ({ state, problem }))).toEqual([{ state: 'ready', problem: null }]);
    },
    { timeout: 60_000, interval: 50 },
  );
  const found = await ground.engine.knowledge.search(
    { workspace: 'default', reader: 'anybody', principal: 'anybody' },
    { project: 'default', id: 'kb_1' },
    { question: 'vacation', top: 5, minScore: -1, where: [], mode: 'vector' },
  );
  expect(found).toMatchObject({ ok: true, value: [{ text: expect.stringContaining('thirty days') }] });
});
