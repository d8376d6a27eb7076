/**
 * Answers from documents on a machine without any network: puts itself into a network namespace with a loopback and nothing
 * else, starts the built server there, fills a folder with documents of every kind, asks a webhook, changes a file and asks
 * again. Says what came of it as one line of JSON (`Told`); ../knowledge-offline.test.ts judges it.
 */

import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import { docxOf, pdfOf, xlsxOf } from '../../../packages/server/src/engine/testing/documents.ts';
import { type ServerProcess, startProcess } from '../../fixtures/process.ts';

export type Answered = {
  readonly question: string;
  readonly context: string;
  readonly citations: readonly {
    readonly document: string;
    readonly page: number | null;
    readonly heading: string | null;
    readonly row: number | null;
  }[];
};
export type Told = {
  /** Network interfaces other than the loopback that the server could see, and what a connection to an address outside said. */
  readonly ways: readonly string[];
  readonly outside: string;
  /** Names of the documents that were read. */
  readonly read: readonly string[];
  readonly first: readonly Answered[];
  readonly after: readonly Answered[];
  readonly gone: readonly Answered[];
  /** The same question where the model that comes with the server judges what was found. */
  readonly ranked: Answered & { readonly rerank: { readonly model: string } };
};

const WAYS = [['--net'], ['--user', '--map-root-user', '--net']];
const NODE = ['--conditions=headgate-source', '--disable-warning=ExperimentalWarning'];

const HANDBOOK = (days: string): string =>
  `# Handbook\n\nWelcome.\n\n## Vacation\n\nEvery employee has ${days} days of paid vacation each year.\n\n## Illness\n\nCall your manager before nine.\n`;
const FILES: readonly (readonly [name: string, content: string | Uint8Array])[] = [
  ['garden.txt', 'Tomatoes need a lot of sun and should be watered every morning at their roots.'],
  ['handbook.md', HANDBOOK('thirty')],
  ['car.html', '<html><body><h1>The car</h1><p>Change the oil of the engine every ten thousand km.</p></body></html>'],
  ['space.pdf', pdfOf(['The rocket burns liquid oxygen.', 'The moon is four hundred thousand km away.'])],
  ['cooking.docx', docxOf(['# Bread', 'Knead the dough and bake the bread for forty minutes.'])],
  [
    'people.xlsx',
    xlsxOf('Staff', [
      ['name', 'office'],
      ['Ada Lovelace', 'London'],
      ['Alan Turing', 'Bletchley'],
    ]),
  ],
  ['prices.csv', 'product,price\nblue bicycle,499 euro\nred scooter,299 euro\n'],
];
export const QUESTIONS = [
  'How often do I water tomatoes?',
  'How many days of holiday do employees get?',
  'When do I change the engine oil?',
  'How far away is the moon?',
  'How long do I bake bread?',
  'Where does Alan Turing work?',
  'What does the red scooter cost?',
] as const;

const flowOf = (name: string, more: object) => ({
  headgate: 1,
  name,
  triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
  steps: [
    {
      id: 'find',
      kind: 'knowledge.search@1',
      with: { base: 'folder', question: '{{ input.question }}', top: 1, ...more },
    },
    {
      id: 'answer',
      after: ['find'],
      kind: 'respond@1',
      with: {
        body: {
          question: '{{ input.question }}',
          context: '{{ steps.find.context }}',
          citations: '{{ steps.find.hits.map(h => h.citation) }}',
          rerank: '{{ steps.find.rerank }}',
        },
      },
    },
  ],
});

const outside = (): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect({ host: '192.0.2.1', port: 80, timeout: 2_000 });
    socket.on('connect', () => resolve('connected'));
    socket.on('timeout', () => resolve('timeout'));
    socket.on('error', (error) => resolve('code' in error ? String(error.code) : error.message));
  });

const story = async (server: ServerProcess): Promise<Told> => {
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await server.call(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json as T; // the shapes of our own interface
  };
  const put = (name: string, content: string | Uint8Array): Promise<unknown> =>
    ask('PUT', `/api/v1/files?path=papers/${name}`, content);

  for (const [name, content] of FILES) await put(name, content);
  const { id: base } = await ask<{ id: string }>('POST', '/api/v1/knowledge', { name: 'folder' });
  await ask('POST', `/api/v1/knowledge/${base}/sources`, { kind: 'files', path: 'papers/' });
  type Doc = { readonly id: string; readonly name: string; readonly state: string; readonly problem: unknown };
  const settled = async (fits: (docs: readonly Doc[]) => boolean): Promise<readonly Doc[]> => {
    for (let tries = 0; ; tries += 1) {
      const { documents } = await ask<{ documents: Doc[] }>('GET', `/api/v1/knowledge/${base}/documents`);
      if (documents.every(({ state }) => state !== 'waiting') && fits(documents)) return documents;
      if (tries > 2_000) throw new Error(`never as wished: ${JSON.stringify(documents)}`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  };
  const docs = await settled(({ length }) => length === FILES.length);

  const hookOf = async (draft: object): Promise<string> => {
    const flow = await ask<{ id: string }>('POST', '/api/v1/flows', { draft });
    const { webhooks } = await ask<{ webhooks: readonly { url: string }[] }>(
      'POST',
      `/api/v1/flows/${flow.id}/publish`,
      { grant: 'needed' },
    );
    return new URL(webhooks[0]?.url ?? '').pathname;
  };
  const hook = await hookOf(flowOf('Ask the folder', {}));
  const all = async (questions: readonly string[]): Promise<readonly Answered[]> => {
    const told: Answered[] = [];
    for (const question of questions) told.push(await ask<Answered>('POST', hook, { question }));
    return told;
  };
  const first = await all(QUESTIONS);
  const ranking = await hookOf(flowOf('Ask and rank', { rerank: { of: 3 } }));
  const ranked = await ask<Told['ranked']>('POST', ranking, { question: QUESTIONS[3] });

  const HOLIDAY = [QUESTIONS[1]];
  const says = async (fits: (told: readonly Answered[]) => boolean): Promise<readonly Answered[]> => {
    for (let tries = 0; ; tries += 1) {
      const told = await all(HOLIDAY);
      if (fits(told)) return told;
      if (tries > 1_000) throw new Error(`never as wished: ${JSON.stringify(told)}`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  };
  await put('handbook.md', HANDBOOK('forty-two'));
  const after = await says((told) => told.some(({ context }) => context.includes('forty-two')));
  const { files } = await ask<{ files: readonly { id: string; path: string }[] }>(
    'GET',
    '/api/v1/files?prefix=papers/',
  );
  const handbook = files.find(({ path }) => path === 'papers/handbook.md');
  await ask('DELETE', `/api/v1/files/${handbook?.id ?? ''}`);
  const gone = await says((told) => told.every(({ context }) => !context.includes('vacation')));
  const ways = Object.keys(networkInterfaces()).filter((name) => name !== 'lo');
  const read = docs.filter(({ state }) => state === 'ready').map(({ name }) => name);
  return { ways, outside: await outside(), read: read.toSorted(), first, after, gone, ranked };
};

/** This program again, in such a namespace; answers its exit code. */
const enter = (): number => {
  const way = WAYS.find((args) => spawnSync('unshare', [...args, 'ip', 'link', 'set', 'lo', 'up']).status === 0);
  if (way === undefined) {
    console.error('this user may not make a network namespace: run it as root, or allow user namespaces');
    return 2;
  }
  const again = [process.execPath, ...NODE, fileURLToPath(import.meta.url), 'inside'];
  const words = [...way, 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...again];
  return spawnSync('unshare', words, { stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1;
};

const main = async (): Promise<void> => {
  const server = await startProcess();
  try {
    console.log(JSON.stringify(await story(server)));
  } finally {
    await server.stop();
  }
};

if (process.argv[2] === 'inside') await main();
else if (process.argv[2] === 'enter') process.exitCode = enter();
