/**
 * Event streams (server-sent events): frames, heart-beats, and how many of them there are.
 *
 * ST1 A stream reads the next event only when the client took the last one, so a slow client costs no memory.
 * ST2 A stream ends with what it follows, with the client, with the server, and within a second of its key's end (AZ-10).
 */

import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { MISSING, type Plain, refuse, type Refused } from './outcome.ts';

type Socket = IncomingMessage['socket'];

const LOOK_EVERY = 1_000;
const BEAT = Symbol('beat');

type Open = { readonly key: string; readonly still: () => Promise<boolean>; readonly end: AbortController };

/** An event of a stream: its number in it, its name, and all that it tells. */
export type StreamEvent = { readonly seq: number; readonly type: string };

/** How events are written: as server-sent events, or as others want them. */
export type Form<E extends StreamEvent = StreamEvent> = {
  readonly hello: string;
  readonly beat: string;
  readonly frame: (event: E) => string;
};

export type Follow<E extends StreamEvent = StreamEvent> = (signal: AbortSignal) => Promise<AsyncIterable<E> | null>;

/** What a route answers with a stream that was asked for, or that there is none. */
export const streamed = (
  stream: Readable | 'full' | null,
  socket: Socket,
  stalled: number,
  type = 'text/event-stream; charset=utf-8',
): Plain | Refused => {
  if (stream === null) return MISSING;
  if (stream === 'full') return refuse('streams.limit');
  // A client that takes nothing for this long is cut off; heart-beats count as taking.
  socket.setTimeout(stalled);
  return {
    status: 200,
    type,
    text: stream,
    headers: { 'x-accel-buffering': 'no' },
  };
};

export class Streams {
  readonly #most: number;
  readonly #heartbeat: number;
  readonly #open = new Set<Open>();
  #timer: NodeJS.Timeout | undefined;

  constructor(most: number, heartbeat: number) {
    this.#most = most;
    this.#heartbeat = heartbeat;
  }

  get size(): number {
    return this.#open.size;
  }

  /** A stream of frames; `full` when the key has too many; null when there is nothing to follow. `still`: is the key still good? */
  async open<E extends StreamEvent>(
    key: string,
    still: () => Promise<boolean>,
    follow: Follow<E>,
    form: Form<E> = EVENTS,
  ): Promise<Readable | 'full' | null> {
    let count = 0;
    for (const other of this.#open) if (other.key === key) count += 1;
    if (count >= this.#most) return 'full';
    const open: Open = { key, still, end: new AbortController() };
    this.#open.add(open);
    this.#watch();
    try {
      const events = await follow(open.end.signal);
      if (events === null) {
        this.#close(open);
        return null;
      }
      const frames = this.#frames(open, events, form);
      const readable = new Readable({
        objectMode: true,
        highWaterMark: 1,
        read() {
          frames.next().then(
            (next) => this.push(next.done === true ? null : next.value),
            (fault: unknown) => this.destroy(fault instanceof Error ? fault : new Error('it cannot be followed')),
          );
        },
        // A client that leaves ends the wait for the next event, instead of waiting for it.
        destroy: (fault, done) => {
          this.#close(open);
          done(fault);
        },
      });
      return readable;
    } catch (fault) {
      this.#close(open);
      throw fault;
    }
  }

  /** Ends all streams. */
  endAll(): void {
    for (const open of this.#open) open.end.abort();
  }

  #close(open: Open): void {
    open.end.abort();
    this.#open.delete(open);
    if (this.#open.size > 0 || this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #watch(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => {
      for (const open of this.#open)
        void open.still().then(
          (good) => good || open.end.abort(),
          () => open.end.abort(),
        );
    }, LOOK_EVERY);
    this.#timer.unref();
  }

  async *#frames<E extends StreamEvent>(open: Open, events: AsyncIterable<E>, form: Form<E>): AsyncGenerator<string> {
    const { signal } = open.end;
    const ended = new Promise<typeof BEAT>((resolve) =>
      signal.addEventListener('abort', () => resolve(BEAT), { once: true }),
    );
    const iterator = events[Symbol.asyncIterator]();
    try {
      if (form.hello !== '') yield form.hello;
      let next = iterator.next();
      while (!signal.aborted) {
        const beat = wait(this.#heartbeat);
        const first = await Promise.race([next, beat.promise, ended]);
        beat.cancel();
        if (signal.aborted) return;
        if (first === BEAT) {
          yield form.beat;
          continue;
        }
        if (first.done === true) return;
        yield form.frame(first.value);
        next = iterator.next();
      }
    } finally {
      open.end.abort();
      await iterator.return?.();
    }
  }
}

const EVENTS: Form = { hello: ': follows\n\n', beat: ': still here\n\n', frame: (event) => frame(event) };

/** One event as the standard writes it. JSON holds no line break, so one `data` line is enough. */
const frame = (event: StreamEvent): string =>
  `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

const wait = (ms: number): { readonly promise: Promise<typeof BEAT>; readonly cancel: () => void } => {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<typeof BEAT>((resolve) => {
    timer = setTimeout(() => resolve(BEAT), ms);
    timer.unref();
  });
  return { promise, cancel: () => clearTimeout(timer) };
};
