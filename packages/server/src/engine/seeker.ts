/**
 * Looks for a text in the data of a run: what came in and out of it and of its steps, what went wrong, what was logged.
 *
 * SK1 What is looked into is what a reader would be shown: labels, shapes of keys and known values are taken out first, of
 *     everything, so that neither an answer nor the time it takes tells anything of what is hidden.
 * SK2 Of one run a bounded part is looked into; of what was left out is told.
 * SK3 A link that answers for a person is found by nobody (row WH-08).
 */

import {
  type Event,
  type GuardPort,
  hiddenInJson,
  hideLinksIn,
  hitsIn,
  JsonText,
  type RunHit,
  seeker,
  redactJson,
} from '@headgate/core';
import type { Ends } from './ends.ts';
import type { Values } from './values.ts';
import { heldIn, HOLDERS } from './views.ts';

type Deps = { readonly ends: Pick<Ends, 'events'>; readonly values: Values; readonly guard: GuardPort };

export type Sought = {
  readonly found: readonly RunHit[] /** Not all of it was looked into. */;
  readonly part: boolean;
};

/** Places of one run that are told. */
const HITS = 5;
/** About characters of one run, and of one value of it. */
const RUN = 8 * 1024 * 1024;
const VALUE = 2 * 1024 * 1024;
/** Characters gathered before they are looked through: the guard costs something each time. */
const BATCH = 64 * 1024;

type Part = {
  readonly seq: number;
  readonly step: string | null;
  readonly item: readonly number[];
  readonly of: string;
};

export const seekIn = async (
  { ends, values, guard }: Deps,
  workspace: string,
  run: string,
  wanted: string,
): Promise<Sought> => {
  const found: RunHit[] = [];
  const pattern = seeker(wanted);
  let parts: Part[] = [];
  let texts: string[] = [];
  let size = 0;
  let left = RUN;
  let part = false;

  const look = (): void => {
    const text = hideLinksIn(hiddenInJson(guard, `[${texts.join(',')}]`, { workspace }));
    pattern.lastIndex = 0;
    if (pattern.test(text)) {
      const json = new JsonText(text);
      for (const { path, around } of hitsIn(json, json.root, '', wanted).found) {
        const [, index = '', ...rest] = path.split('/');
        const place = parts[Number(index)];
        if (place === undefined || found.length >= HITS) break;
        found.push({ ...place, path: rest.map((one) => `/${one}`).join(''), around });
      }
    }
    parts = [];
    texts = [];
    size = 0;
  };
  const take = (event: Event, of: string, value: unknown): void => {
    const text = JSON.stringify(redactJson(value)) ?? 'null';
    parts.push({ seq: event.seq, step: event.step ?? null, item: event.item ?? [], of });
    texts.push(text);
    size += text.length;
    left -= text.length;
    if (size > BATCH) look();
  };

  for await (const event of ends.events(workspace, run, 0)) {
    if (found.length >= HITS) break;
    if (left <= 0) {
      part = true;
      break;
    }
    for (const name of HOLDERS) {
      const held = name === 'over' ? null : heldIn(event, name);
      if (held === null) continue;
      if ('blob' in held && held.size > Math.min(VALUE, left)) part = true;
      else take(event, name, JSON.parse(values.text(workspace, held)));
    }
    if ('problem' in event.data) take(event, 'problem', event.data.problem);
    if (event.type === 'run.log') take(event, 'log', event.data.text);
  }
  if (texts.length > 0) look();
  return { found, part };
};
