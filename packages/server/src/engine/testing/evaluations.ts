/** Evaluations in tests of the engine: datasets, and an evaluation that is begun, looked at and waited for. */

import type { EvalRow, EvalScore, EvaluationRowView, EvaluationView, Principal } from '@headgate/core';
import { type Ground, OWNER } from './ground.ts';

/** A flow whose answer is a text. */
export const GREET = (text: string) => ({
  headgate: 1,
  name: 'Greet',
  steps: [{ id: 'greet', kind: 'set@1', with: { value: { text } } }],
  output: '{{ steps.greet }}',
});

/** A flow that waits as long as its input says. */
export const SLOW = {
  ...GREET('{{ input.name }}'),
  steps: [
    { id: 'wait', kind: 'wait@1', with: { for: '{{ input.for }}' } },
    { id: 'greet', kind: 'set@1', after: ['wait'], with: { value: '{{ input.name }}' } },
  ],
};

let made = 0;
export const dataset = async (ground: Ground, rows: readonly EvalRow[]): Promise<string> => {
  made += 1;
  const id = `ds_${made}`;
  const done = await ground.store.in('default').datasets.create({
    ...{ id, project: 'default', name: `rows ${made}`, rows, by: 'owner', at: 1 },
  });
  if (done?.ok !== true) throw new Error('no dataset');
  return id;
};

export type Looked = EvaluationView & { readonly rows: readonly EvaluationRowView[] };

export const begin = async (
  ground: Ground,
  flow: string,
  data: string,
  scores: readonly EvalScore[],
  more: { which?: { version?: number } | { draft: true }; principal?: Principal; atOnce?: number } = {},
): Promise<string> => {
  made += 1;
  const id = `ev_${made}`;
  const done = await ground.engine.evaluations.begin({
    ...{ principal: OWNER, id, flow, dataset: data, which: {}, scores, atOnce: 2, ...more },
  });
  if (done?.ok !== true) throw new Error(JSON.stringify(done));
  return id;
};

export const look = async (ground: Ground, flow: string, id: string): Promise<Looked> => {
  const found = await ground.engine.evaluations.look('default', flow, id);
  if (found === null) throw new Error('no evaluation');
  return found;
};

/** Until it is over, or fits. */
export const until = async (
  ground: Ground,
  flow: string,
  id: string,
  fits: (seen: Looked) => boolean = ({ state }) => state !== 'running',
): Promise<Looked> => {
  for (let tries = 0; ; tries += 1) {
    const seen = await look(ground, flow, id);
    if (fits(seen)) return seen;
    if (tries > 500)
      throw new Error(
        `not so: ${JSON.stringify(seen)} ${JSON.stringify(await Promise.all(seen.rows.map(({ run }) => ground.engine.view('default', run ?? ''))))} ${JSON.stringify(ground.logs.slice(-3))}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
