/**
 * The file behind a URL, through the one outgoing door: the address, and each that it redirects to, is judged as every other.
 *
 * DL1 What is not taken in is not got to its end either, and nothing is kept of what did not come whole.
 */

import { PassThrough } from 'node:stream';
import { bad, problem, type Result } from '@headgate/core';
import type { Door } from './door.ts';

const LARGEST = 512 * 1024 ** 3;
/** Milliseconds for the whole. */
const LONGEST = 24 * 3_600_000;
const REDIRECTS = 5;

type Wish = {
  readonly signal?: AbortSignal;
  /** Told how many bytes are to come, where the other side says it. */
  readonly total?: (bytes: number) => void;
};

/** Hands the bytes of `url` to `into` as they come. A Problem of the door, `model.file`, or what `into` answers. */
export const download = async <T>(
  door: Pick<Door, 'request'>,
  url: string,
  { signal, total }: Wish,
  into: (bytes: AsyncIterable<Uint8Array>) => Promise<Result<T>>,
): Promise<Result<T>> => {
  const pipe = new PassThrough();
  // Whoever reads it is told, too; nobody may be reading yet.
  pipe.on('error', () => undefined);
  const stop = new AbortController();
  const kept = into(pipe).then(
    (result) => {
      if (!result.ok) stop.abort();
      return result;
    },
    (error: Error): Result<T> =>
      bad(
        problem('model.file', `The file could not be got: ${error.message}`, {
          at: { field: 'url' },
          fix: 'Is it the address of the file itself, and not of a page about it?',
        }),
      ),
  );
  const outcome = await door.request({
    ...{ method: 'GET', url, timeout: LONGEST, maxBytes: LARGEST, maxRedirects: REDIRECTS, inlineBytes: 0 },
    judge: () => null,
    signal: signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]),
    head: (status, { 'content-length': length }) => {
      if (status !== 200) {
        pipe.destroy(new Error(`it was answered with ${status}`));
        stop.abort();
      } else if (typeof length === 'string' && /^[0-9]{1,15}$/.test(length)) total?.(Number(length));
    },
    sink: () => ({
      write: (chunk) =>
        pipe.write(chunk) || pipe.destroyed
          ? undefined
          : new Promise<void>((go) => void pipe.once('drain', go).once('close', go)),
      end: () => {
        pipe.end();
        return Promise.resolve({ id: '', size: 0 });
      },
      abort: () => {
        pipe.destroy(new Error('it broke off'));
        return Promise.resolve();
      },
    }),
  });
  const enough = stop.signal.aborted;
  // A body that is nothing comes to no sink.
  if (outcome.ok) pipe.end();
  else pipe.destroy(new Error('it did not come'));
  const result = await kept;
  return outcome.ok || result.ok || enough ? result : bad(outcome.problem);
};
