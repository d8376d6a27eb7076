/**
 * The thread that knows TypeScript, from the page: begun with the first question, one for all editors. It is asked and
 * answers; a question whose asker has gone is not answered twice.
 */

import type { AnswerTo, Question, Source } from './language.ts';

type Waiting = { readonly done: (answer: unknown) => void; readonly failed: (error: unknown) => void };

let worker: Worker | null = null;
let last = 0;
const waiting = new Map<number, Waiting>();

const begin = (): Worker => {
  const made = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  made.addEventListener('message', ({ data }: MessageEvent<{ readonly id: number; readonly answer: unknown }>) => {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    asked?.done(data.answer);
  });
  made.addEventListener('error', (event) => {
    // A thread that fell is made anew by the next question; who waits is told.
    event.preventDefault();
    made.terminate();
    worker = null;
    for (const asked of waiting.values()) asked.failed(new Error(event.message));
    waiting.clear();
  });
  return made;
};

export const ask = <Q extends Question>(source: Source, question: Q): Promise<AnswerTo<Q>> => {
  worker ??= begin();
  last += 1;
  const id = last;
  const answer = new Promise<AnswerTo<Q>>((resolve, reject) =>
    // The thread answers each question in its own shape (service.ts).
    waiting.set(id, { done: (value) => resolve(value as AnswerTo<Q>), failed: reject }),
  );
  worker.postMessage({ id, source, question });
  return answer;
};
