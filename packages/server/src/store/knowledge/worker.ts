/**
 * The thread that searches in knowledge bases, so that nothing else waits for a search: a connection that only reads, and the
 * vectors of the bases that were asked last. Its memory goes with it.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { problem } from '@headgate/core';
import { connect } from '../schema/connect.ts';
import type { SearchAnswer, SearchAsk, SearchSettings } from './messages.ts';
import { Search } from './search.ts';

const port = parentPort;
if (port === null) throw new Error('this runs in a thread');
const { path } = workerData as SearchSettings; // parse boundary: given by searcher.ts
const search = new Search(connect(path, { readOnly: true }));

port.on('message', (ask: SearchAsk) => {
  const answer = (): SearchAnswer => {
    try {
      return search.answer(ask);
    } catch (error) {
      return { id: ask.id, problem: problem('knowledge.down', `The search broke off: ${String(error).slice(0, 200)}`) };
    }
  };
  port.postMessage(answer());
});
