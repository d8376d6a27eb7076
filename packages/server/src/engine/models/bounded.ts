/**
 * What a provider answers, held to what was asked before anything reads it: gathered up to so many bytes, given its turn, and
 * counted. Who sets up a provider trusts it with what is asked, and not with the thread that does all the work here.
 *
 * BO1 A whole answer reaches a library, or our own reading, only when it holds no more bytes and values than its question
 *     explains; the number is known before anything is made of it (row DOS-04). What the answer says of its type has no say.
 * BO2 Of an answer that comes as events, no event is longer than one may be.
 */

import { holdsMore, MOST_VALUES, problem } from '@headgate/core';
import type { JsonTurns } from '../json.ts';
import { CallFault, type Fetch, MOST_BYTES } from './fetch.ts';

/** `values`: of its JSON; null: it is none (speech). `events`: it comes as events, and is handed on as it comes. */
export type Bound = { readonly bytes: number; readonly values: number | null; readonly events?: true };

const MIB = 1024 * 1024;
/** An answer in JSON, and whatever a provider says where it refuses. */
export const JSON_BOUND: Bound = { bytes: 8 * MIB, values: MOST_VALUES };
export const EVENTS_BOUND: Bound = { ...JSON_BOUND, events: true };
/** Pictures come inside of JSON, as one text each. */
export const PICTURES_BOUND: Bound = { bytes: MOST_BYTES, values: MOST_VALUES };
export const SPEECH_BOUND: Bound = { bytes: MOST_BYTES, values: null };

/** Numbers of one vector at most, the characters that one takes, and what stands around them. */
const DIMENSIONS = 10_000;
const NUMBER = 40;
const AROUND = 100;

/** The vectors of so many texts. */
export const vectorsBound = (texts: number): Bound => ({
  bytes: Math.min(MOST_BYTES, MIB + texts * DIMENSIONS * NUMBER),
  values: 1_000 + texts * (DIMENSIONS + AROUND),
});

/** Bytes of one event at most. */
const LONGEST_EVENT = MIB;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;

const tooMuch = (): CallFault =>
  new CallFault(
    problem('model.answer', 'The provider answers more than the question explains', {
      retry: 'no',
      fix: 'Ask for less at a time, or name a model of another provider. Is the address that of an API of the right kind?',
    }),
    'maybe',
  );

const gathered = async (answer: Response, most: number): Promise<Uint8Array<ArrayBuffer>> => {
  const pieces: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop lets go of the connection.
  for await (const piece of answer.body ?? []) {
    size += piece.length;
    if (size > most) throw tooMuch();
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
};

/** Hands on events as they come, until one is too long. An event ends with an empty line. */
const eventsOf = (body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> => {
  let length = 0;
  let empty = true;
  const grows = (piece: Uint8Array): boolean => {
    for (const byte of piece) {
      length += 1;
      if (byte === LINE_FEED) {
        if (empty) length = 0;
        empty = true;
      } else if (byte !== RETURN) empty = false;
      if (length > LONGEST_EVENT) return true;
    }
    return false;
  };
  const reader = body.getReader();
  // A stream that is pulled: each stage of `pipeThrough` takes a dozen turns of promises for a word.
  return new ReadableStream<Uint8Array>(
    {
      pull: async (into) => {
        const { done, value } = await reader.read();
        if (done) return into.close();
        if (!grows(value)) return into.enqueue(value);
        const fault = tooMuch();
        into.error(fault);
        await reader.cancel(fault);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
};

/** This `fetch`, its answers held to a bound: it rejects with a CallFault (`model.answer`) where one holds more. */
export const bounded =
  (through: Fetch, turns: Pick<JsonTurns, 'turn'>, bound: Bound): Fetch =>
  async (input, init) => {
    const answer = await through(input, init);
    const { status, headers, body } = answer;
    if (body === null) return answer;
    // A refusal is read as JSON, whatever was asked for.
    if (status === 200 && bound.events === true) return new Response(eventsOf(body), { status, headers });
    const { bytes, values } = status === 200 ? bound : JSON_BOUND;
    const whole = await gathered(answer, bytes);
    if (values !== null) {
      await turns.turn(whole.length);
      if (holdsMore(Buffer.from(whole.buffer).toString('utf8'), values)) throw tooMuch();
    }
    return new Response(whole, { status, headers });
  };
