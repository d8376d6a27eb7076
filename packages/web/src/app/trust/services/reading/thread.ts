/** Reading a description beside the page: a thread for each, which ends with it or when nobody waits for it any more. */

import type { Read, Wish } from './read.ts';

export const readBeside = (wish: Wish, signal: AbortSignal): Promise<Read> =>
  new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    const end = (): void => thread.terminate();
    thread.addEventListener('message', ({ data }: MessageEvent<Read>) => {
      end();
      resolve(data);
    });
    thread.addEventListener('error', (event) => {
      event.preventDefault();
      end();
      reject(new Error(event.message));
    });
    signal.addEventListener('abort', end, { once: true });
    thread.postMessage(wish);
  });
