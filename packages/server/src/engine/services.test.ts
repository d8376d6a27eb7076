import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Catalog,
  catalogOf,
  freshOf,
  listFor,
  NO_MEMORY,
  pollOf,
  readService,
  type Recording,
  type Service,
  servicesOf,
  servicesPage,
} from '@headgate/core';
import { type Net, type NetAnswer, trial } from '@headgate/core/step';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { openCompiler } from '../sandbox/compile.ts';
import { openJail } from '../sandbox/jail.ts';
import { step } from '../steps/service.call/step.ts';
import { FORMAT_LIMITS, FormatJail } from './formats.ts';

const DIR = `${import.meta.dirname}/../../services`;
const files = readdirSync(DIR).filter((name) => name.endsWith('.json'));

const read = (file: string): Service => {
  const found = readService(JSON.parse(readFileSync(`${DIR}/${file}`, 'utf8')));
  if (!found.ok) throw new Error(`${file}: ${JSON.stringify(found.problems.slice(0, 5), null, 1)}`);
  return found.service;
};

type Arrived = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
};

/** A peer on loopback that answers as the recording says, call by call, and remembers what arrived. */
const replay = async (recording: Recording) => {
  const arrived: Arrived[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const call = recording.calls[arrived.length];
      const json = request.headers['content-type']?.includes('json') === true;
      const body: unknown = text === '' ? undefined : json ? JSON.parse(text) : text;
      arrived.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
      response.writeHead(call?.status ?? 599, {
        ...(call?.answer === undefined ? {} : { 'content-type': 'application/json' }),
        ...call?.answerHeaders,
      });
      const xml = /xml/.test(call?.answerHeaders?.['content-type'] ?? '');
      response.end(call?.answer === undefined ? undefined : xml ? String(call.answer) : JSON.stringify(call.answer));
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return { arrived, url: `http://127.0.0.1:${port}`, close: () => new Promise((end) => server.close(end)) };
};

/** What the broker lends, without its judgement: a request over real HTTP. */
const net: Net = {
  request: async ({ method, url, headers, body, bytes }) => {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const type: Record<string, string> =
      text === undefined || typeof body === 'string' ? {} : { 'content-type': 'application/json' };
    const answer = await fetch(url, {
      method,
      headers: { ...type, ...headers },
      ...(text === undefined ? {} : { body: bytes === true ? Buffer.from(text, 'base64') : text }),
    });
    const raw = await answer.text();
    const got: NetAnswer = {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: raw === '' ? null : /xml/.test(answer.headers.get('content-type') ?? '') ? raw : JSON.parse(raw),
    };
    return got;
  },
};

/** Answers in XML are read where they are: in the jail. */
const jail = openJail({ cache: fileURLToPath(new URL('../../../../.tmp/cache', import.meta.url)) });
const compiler = openCompiler();
const nobody = { workspace: 'w', flow: 'f' };
const formats = new FormatJail(jail, compiler, FORMAT_LIMITS).lend(nobody, new AbortController().signal);
afterAll(async () => {
  await jail.close();
  await compiler.close();
});

/** The service at another origin: all that its manifest says stays as it is, but for where it lives. */
const moved = (service: Service, to: string): Service => ({
  ...service,
  base: service.base.replace(/^https?:\/\/[^/]+/, to),
});

test('there are services, each in the file of its name, and each operation of each has a recording', () => {
  expect(files.length).toBeGreaterThanOrEqual(11);
  for (const file of files) {
    const service = read(file);
    expect(`${service.name}.json`).toBe(file);
    const recorded = new Set(service.recordings?.map((one) => one.operation));
    expect({
      file,
      missing: service.operations.filter((one) => one.link === undefined && !recorded.has(one.id)).map((one) => one.id),
    }).toEqual({
      file,
      missing: [],
    });
    for (const { id, input } of service.operations)
      for (const [name, { schema }] of Object.entries(input))
        expect({ id, name, says: /^\p{L}.*[.?…]$/su.test(String(schema['description'])) }).toEqual({
          id,
          name,
          says: true,
        });
  }
});

for (const file of files) {
  const service = read(file);
  test(`${service.title} is called as its recordings say, and its answers mean what they say`, async () => {
    for (const recording of service.recordings ?? []) {
      const peer = await replay(recording);
      const kind = step.withServices?.(servicesOf([moved(service, peer.url)])) ?? step;
      const given = {
        service: service.name,
        operation: recording.operation,
        input: recording.input,
        ...(recording.most === undefined ? {} : { most: recording.most }),
        ...(service.auth.kind === 'none' ? {} : { secret: 'mine' }),
      };
      const { outcome } = await trial(kind, given, { net, formats });
      await peer.close();
      const at = { operation: recording.operation };
      expect({ ...at, calls: peer.arrived.map(({ method, path, body }) => ({ method, path, body })) }).toEqual({
        ...at,
        calls: recording.calls.map(({ method, path, body }) => ({ method, path, body })),
      });
      for (const [i, call] of recording.calls.entries())
        expect(peer.arrived[i]?.headers).toMatchObject({ ...call.headers });
      const ended =
        outcome.kind === 'done'
          ? { value: outcome.value }
          : { problem: outcome.kind === 'problem' ? outcome.problem.code : outcome.kind };
      const expected =
        recording.problem === undefined ? { value: recording.value ?? null } : { problem: recording.problem };
      expect({ ...at, ...ended }).toEqual({ ...at, ...expected });
    }
  }, 30_000);
}

test('each trigger that asks finds the items of its operation, with ids that tell them apart', () => {
  let found = 0;
  for (const file of files) {
    const service = read(file);
    for (const trigger of service.triggers ?? []) {
      if (trigger.kind !== 'poll') continue;
      const poll = pollOf(servicesOf([service]), service.name, trigger.id);
      const values = (service.recordings ?? []).filter(
        (one) => one.operation === trigger.operation && one.problem === undefined,
      );
      expect({ file, id: trigger.id, recorded: values.length > 0 }).toEqual({ file, id: trigger.id, recorded: true });
      for (const one of values) {
        const list = poll === undefined ? null : listFor(trigger, poll.operation, one.value);
        const fresh = freshOf(trigger, list ?? [], NO_MEMORY);
        expect({ file, id: trigger.id, fresh: fresh.length }).toEqual({ file, id: trigger.id, fresh: list?.length });
        found += fresh.length;
      }
    }
  }
  expect(found).toBeGreaterThan(20);
});

const ALL: Catalog = catalogOf([step], [], servicesOf(files.map(read)));

test('every operation asks for one method at one host, and for its secret there and nowhere else', () => {
  const kind = ALL.step('service.call@1');
  for (const service of ALL.services.list) {
    for (const { id, method } of service.operations) {
      const needs = kind?.needs?.({ service: service.name, operation: id, secret: 'mine', input: site(service) }) ?? [];
      expect(needs.map((need) => need.computed ?? false)).toEqual([false, false]);
      const [first, second] = needs;
      const [, asked, host] = /^(\S+) ([^/:]+):443/.exec(first?.scope ?? '') ?? [];
      expect({ id, asked, origin: second?.scope }).toEqual({
        id,
        asked: method,
        origin: `use mine for https://${host}`,
      });
      for (const need of needs) expect(need.sentence).toMatch(/^\p{L}.*\.$/u);
    }
  }
});

/** What stands in the base address of some services: whose account it is. */
const site = (service: Service): Record<string, string> =>
  Object.fromEntries(
    Object.entries(service.fields ?? {}).flatMap(([name, field]) =>
      field.in === 'base' ? [[name, field.whole === true ? 'acme.example.com' : 'acme']] : [],
    ),
  );

test('docs/service-list.md is what the manifests say', async () => {
  const page = `# The services that come with the server\n\nMade from \`packages/server/services/\`; how one is written is in [services.md](services.md).\n\n${servicesPage(ALL.services.list)}\n`;
  await expect(page).toMatchFileSnapshot(`${import.meta.dirname}/../../../../docs/service-list.md`);
});
