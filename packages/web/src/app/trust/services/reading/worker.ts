/** Reads descriptions of services on a thread of its own: one of megabytes takes seconds. */

import { readText, type Wish } from './read.ts';

addEventListener('message', ({ data }: MessageEvent<Wish>) => postMessage(readText(data)));
