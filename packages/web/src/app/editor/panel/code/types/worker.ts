/** Answers questions about code on a thread of its own: TypeScript takes longer than a frame. */

import { LIB } from 'headgate:realm-lib';
import type { Question, Source } from './language.ts';
import { Service } from './service.ts';

type Message = { readonly id: number; readonly source: Source; readonly question: Question };

const service = new Service(LIB);

// A module of its own in its own thread: what comes is from the page that made it.
addEventListener('message', ({ data }: MessageEvent<Message>) => {
  const { id, source, question } = data;
  postMessage({ id, answer: service.answer(source, question) });
});
