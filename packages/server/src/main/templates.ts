/**
 * The starters that come with the server: those of the examples that examples/starters.json lists, in its order. Read when somebody asks for them, once.
 */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Flow, isObject } from '@headgate/core';
import type { Starter } from '../gateway/deps.ts';
import { readFlowFile, readText } from './files.ts';

const EXAMPLES = fileURLToPath(new URL('../../../../examples/', import.meta.url));

const flowAt = (path: string): Flow | null => {
  const read = readFlowFile(path);
  return 'flow' in read ? read.flow : null;
};

const starterAt = (entry: unknown): readonly Starter[] => {
  if (!isObject(entry)) return [];
  const { folder, group, tables, knowledge } = entry;
  if (typeof folder !== 'string' || typeof group !== 'string') return [];
  const flow = flowAt(join(EXAMPLES, folder, 'flow.json'));
  if (flow === null) return [];
  const others = readdirSync(join(EXAMPLES, folder)).filter((name) => name.endsWith('.flow.json'));
  const along = others.map((name) => flowAt(join(EXAMPLES, folder, name))).filter((one) => one !== null);
  // Of the build: what an answer may hold is judged where it leaves, and by a test.
  const named = {
    tables: Array.isArray(tables) ? (tables as Starter['tables']) : [],
    knowledge: Array.isArray(knowledge) ? knowledge.map(String) : [],
  };
  return [{ id: folder, group, flow, with: along, ...named }];
};

let known: readonly Starter[] | undefined;

/** None where the server was installed without them. */
export const starters = (): readonly Starter[] => {
  if (known !== undefined) return known;
  const text = readText(join(EXAMPLES, 'starters.json'));
  if (!text.ok) return [];
  const list: unknown = JSON.parse(text.value);
  const entries: unknown = isObject(list) ? list['starters'] : [];
  known = Array.isArray(entries) ? entries.flatMap(starterAt) : [];
  return known;
};
