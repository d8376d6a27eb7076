/**
 * A server, a model and a knowledge base in a process of its own, for a test that counts what leaves the machine: it reads
 * documents, answers questions from them, and tells what came of it as one line of JSON. Given an address, the model is asked there.
 */

import { openModelServer } from '../../packages/server/src/engine/testing/models/server.ts';
import { startServer } from '../fixtures/server.ts';
import { pickModels, starterFlow } from '../fixtures/starters.ts';

const elsewhere = process.argv[2];
const models = await openModelServer();
models.otherwise({ says: 'Thirty days [1].' });
const server = await startServer({ egressAllow: models.host });
const key = (await server.key()).plain;
const ask = (method: string, path: string, body?: unknown) =>
  server.ask(method, `/api/v1/${path}`, { key, ...(body === undefined ? {} : { body }) });
const idOf = ({ json }: { readonly json: unknown }): string => (json as { id: string }).id;

await pickModels(server, key, elsewhere === undefined ? models : { origin: elsewhere, url: `${elsewhere}/v1` });
await server.ask('PUT', '/api/v1/files?path=handbook/vacation.md', {
  key,
  body: '# Vacation\n\nEverybody has thirty days of paid vacation.',
  headers: { 'content-type': 'text/markdown' },
});
const base = idOf(await ask('POST', 'knowledge', { name: 'handbook' }));
await ask('POST', `knowledge/${base}/sources`, { kind: 'files', path: 'handbook/' });
for (;;) {
  const { documents, working } = (await ask('GET', `knowledge/${base}`)).json as {
    documents: { ready: number };
    working: boolean;
  };
  if (documents.ready === 1 && !working) break;
  await new Promise((resolve) => setTimeout(resolve, 50));
}

const publish = async (id: string): Promise<string> => {
  const flow = idOf(await ask('POST', 'flows', { draft: starterFlow(id) }));
  await ask('POST', `flows/${flow}/publish`, { grant: 'needed' });
  return flow;
};
const question = 'How many days of vacation do I have?';
const chat = await publish('ask-documents');
const said = await ask('POST', `chat/${chat}/messages`, { message: question, wait: 30 });
const local = await publish('local-answers');
const texts = ['Everybody has thirty days.', 'Lunch is at noon.'];
const run = await ask('POST', `flows/${local}/runs`, { input: { question, texts }, wait: 30 });
process.stdout.write(
  `${JSON.stringify({
    reply: (said.json as { reply?: { text: string | null } }).reply?.text ?? null,
    output: (run.json as { output?: unknown }).output ?? null,
    asked: models.asked.length,
  })}\n`,
);
await server.close();
await models.close();
process.exit(0);
