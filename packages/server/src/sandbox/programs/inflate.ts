/**
 * Deflated bytes made long again, by fflate, piece by piece and counted: what comes out is bounded before it is kept.
 *
 * IN1 A piece of 16 kB gives 16 MB at most (deflate makes a thousandth at best), and they are counted before the next one
 *     is asked for: a bomb is found in its first seconds and in little memory.
 */

import { Gunzip, Inflate } from 'fflate';
import { fault, type Source } from './bytes.ts';

const PIECE = 16 * 1024;
/** What is this small is no bomb, whatever the ratio. */
const HARMLESS = 1024 * 1024;

export type Bounds = { readonly entries: number; readonly bytes: number; readonly ratio: number };

/** Counts what comes out of one archive. */
export class Budget {
  readonly #bounds: Bounds;
  readonly #packed: number;
  #bytes = 0;
  #entries = 0;

  constructor(bounds: Bounds, packed: number) {
    this.#bounds = bounds;
    this.#packed = packed;
  }

  get bytes(): number {
    return this.#bytes;
  }

  out(length: number): void {
    this.#bytes += length;
    const { bytes, ratio } = this.#bounds;
    if (this.#bytes > bytes)
      throw fault('archive.large', `It holds more than ${bytes} bytes`, {
        at: { field: 'bytes' },
        fix: 'Raise `bytes` where the archive is meant to hold so much.',
      });
    if (this.#bytes > HARMLESS && this.#bytes > this.#packed * ratio)
      throw fault('archive.bomb', `It unpacks to more than ${ratio} times its size`, {
        at: { field: 'ratio' },
        fix: 'Raise `ratio` only for an archive that you know.',
      });
  }

  entry(): void {
    this.#entries += 1;
    if (this.#entries > this.#bounds.entries)
      throw fault('archive.entries', `It holds more than ${this.#bounds.entries} entries`, {
        at: { field: 'entries' },
        fix: 'Raise `entries` where the archive is meant to hold so many.',
      });
  }
}

type Stream = {
  ondata: (chunk: Uint8Array, last: boolean) => unknown;
  push: (chunk: Uint8Array, last?: boolean) => void;
};

const damaged = (what: string) =>
  fault('archive.damaged', `${what} is damaged: its packed bytes make no sense`, { fix: 'Fetch or make it again.' });

async function* through(stream: Stream, pieces: AsyncIterable<Uint8Array>, what: string, budget: Budget) {
  let made: Uint8Array[] = [];
  let over = false;
  stream.ondata = (chunk, last) => {
    budget.out(chunk.length);
    made.push(chunk);
    over ||= last;
  };
  const push = (piece: Uint8Array, last: boolean): void => {
    try {
      stream.push(piece, last);
    } catch (error) {
      // fflate tells what is wrong by a number; what is ours is thrown on.
      if (typeof error === 'object' && error !== null && 'fault' in error) throw error;
      throw damaged(what);
    }
  };
  for await (const piece of pieces)
    for (let at = 0; at < piece.length; at += PIECE) {
      push(piece.subarray(at, at + PIECE), false);
      yield* made;
      made = [];
    }
  if (!over) push(new Uint8Array(0), true);
  yield* made;
}

/** What a deflated stretch of a source holds. */
export const inflated = (source: Source, from: number, to: number, what: string, budget: Budget) =>
  through(new Inflate() as Stream, source.pieces(from, to), what, budget);

/** What a gzipped source holds. */
export const gunzipped = (source: Source, budget: Budget) =>
  through(new Gunzip() as Stream, source.pieces(), 'The archive', budget);
