/**
 * The thread that builds the graph of one base from the database and ends. Nothing waits for it: until its file is there, the
 * base is searched exactly.
 *
 * BU1 It reads the pieces of one base of one workspace, a portion at a time, so that no old state of the database is held.
 */

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { workerData } from 'node:worker_threads';
import { connect } from '../schema/connect.ts';
import { Graph } from './graph.ts';
import type { BuildSettings } from './messages.ts';
import { liveOf, vecOf } from './pieces.ts';
import { vectorOf } from './vectors.ts';

/** Pieces that are taken in at once: the thread can end between two portions. */
const PORTION = 100;

const { path, file, workspace, base } = workerData as BuildSettings; // parse boundary: given by builds.ts
const db = connect(path, { readOnly: true });
const live = liveOf(db, workspace, base);
const bytes = vecOf(db);
let graph: Graph | null = null;
for (let at = 0; at < live.length; at += PORTION) {
  const some = live.slice(at, at + PORTION).flatMap((n) => {
    const vec = bytes(n);
    return vec === null ? [] : [{ n, vector: vectorOf(vec) }];
  });
  const [first] = some;
  if (first === undefined) continue;
  graph ??= new Graph(first.vector.length);
  const { length } = first.vector;
  graph.add(some.filter(({ vector }) => vector.length === length));
  // The thread can be ended here.
  await new Promise((resolve) => setImmediate(resolve));
}
db.close();
if (graph !== null) {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  graph.save(file);
}
