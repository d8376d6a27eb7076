/**
 * What a durable history means, looked at after the load: the server is killed without warning, started again on the
 * same folder, and must still have a finished run for every answer it gave, each sampled one with its whole journal.
 *
 * The load tool drops the answers that are on their way when its time is up, at most one a connection: so the runs may
 * exceed the answers it counted by that many, and never fall short.
 */

import type { Home, Server } from '../contenders/headgate.ts';
import { startHeadgate } from '../contenders/headgate.ts';
import { type FlowName, SETS } from '../contenders/contender.ts';
import { whole } from '../kit/figures.ts';
import type { Ground } from '../kit/ground.ts';

type Listed = { readonly runs: readonly { readonly id: string }[]; readonly next?: string };
type Journal = {
  readonly events: readonly { readonly seq: number; readonly type: string; readonly step?: string }[];
  readonly next?: number;
};

const SAMPLED = 40;

/** Finished runs of the workspace, and all others, from the server's own figures. */
const counts = async (server: Server): Promise<{ done: number; others: number }> => {
  let done = 0;
  let others = 0;
  for (const [, state, count] of (await server.text('/metrics')).matchAll(/^headgate_runs\{state="(\w+)"\} (\d+)$/gm)) {
    if (state === 'done') done += Number(count);
    else others += Number(count);
  }
  return { done, others };
};

/** What is missing from the journal of a run that is done; empty when nothing is. */
const gaps = ({ events }: Journal, steps: readonly string[]): string[] => {
  const missing: string[] = [];
  events.forEach((event, i) => {
    if (event.seq !== i + 1) missing.push(`event ${i + 1}`);
  });
  for (const type of ['run.created', 'run.started', 'run.done'])
    if (!events.some((event) => event.type === type)) missing.push(type);
  for (const step of steps)
    if (!events.some((event) => event.type === 'step.done' && event.step === step)) missing.push(`step ${step}`);
  return missing;
};

const sample = async (server: Server, flow: string, steps: readonly string[]): Promise<number> => {
  const first = await server.ask<Listed>('GET', `/api/v1/runs?flow=${flow}&state=done&limit=${SAMPLED}`);
  for (const { id } of first.runs) {
    const missing = gaps(await server.ask<Journal>('GET', `/api/v1/runs/${id}/journal?limit=1000`), steps);
    if (missing.length > 0) throw new Error(`the journal of run ${id} lacks ${missing.join(', ')}`);
  }
  return first.runs.length;
};

/** Kills, starts again, counts, reads. Throws when an answer has no run, or a run no whole journal. Ends the server. */
export const proveKept = async (
  ground: Ground,
  home: Home,
  server: Server,
  flows: Readonly<Record<FlowName, string>>,
  { answers, cut }: { readonly answers: number; readonly cut: number },
): Promise<string> => {
  const before = await counts(server);
  await server.kill();
  const again = await startHeadgate(ground, home);
  const after = await counts(again);
  const range = `${whole(answers)} answers, and at most ${whole(cut)} more cut off at the end of a load`;
  if (after.done < answers || after.done > answers + cut) throw new Error(`${after.done} runs are kept of ${range}`);
  if (after.done < before.done || after.others > 0)
    throw new Error(`${before.done} runs before the kill, ${after.done} done and ${after.others} others after it`);
  const chain = Array.from({ length: SETS }, (_, i) => `s${i + 1}`);
  const read =
    (await sample(again, flows.a, ['make', 'answer'])) +
    (await sample(again, flows.b, ['add', 'answer'])) +
    (await sample(again, flows.c, [...chain, 'answer']));
  await again.stop();
  return `After kill -9 and a start of ${again.ready.toFixed(0)} ms: ${whole(after.done)} finished runs kept (${range}); ${read} journals read, none with a gap.`;
};
