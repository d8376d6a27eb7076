/**
 * The thread that searches in knowledge bases, so that nothing else waits for a search: a connection that only reads, and the
 * vectors of the bases that were asked last. Its memory goes with it.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { problem } from '@headgate/core';
import { connect } from '../schema/connect.ts';
import type { Renewed, SearchAnswer, SearchAsk, SearchSettings, Wanted } from './messages.ts';
import { Search } from './search.ts';
import { Shelf } from './shelf.ts';

const port = parentPort;
if (port === null) throw new Error('this runs in a thread');
const { path, graphs, graphFrom } = workerData as SearchSettings; // parse boundary: given by searcher.ts
const shelf = new Shelf(graphs, (workspace, base) => {
  const wanted: Wanted = { wanted: { workspace, base } };
  port.postMessage(wanted);
});
const search = new Search(connect(path, { readOnly: true }), shelf, graphFrom);

port.on('message', (ask: SearchAsk | Renewed) => {
  if ('renewed' in ask) {
    shelf.forget(ask.renewed);
    return;
  }
  const answer = (): SearchAnswer => {
    try {
      return search.answer(ask);
    } catch (error) {
      return { id: ask.id, problem: problem('knowledge.down', `The search broke off: ${String(error).slice(0, 200)}`) };
    }
  };
  port.postMessage(answer());
});
