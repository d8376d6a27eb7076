/**
 * The bytes of a file on their way out, behind the guard: what it hides is hidden here as in any other answer, also where a
 * step wrote a secret into a file (CAN-0). So what leaves may be of another length, and no length is told beforehand.
 *
 * FC1 Text is looked at as text, anything else byte by byte, where values and keys stand as they are.
 * FC2 A range is looked at together with what is around it, or it could show a value piece by piece (`isClear`).
 * FC3 Where the guard finds nothing, exactly the stored bytes leave.
 */

import { Readable } from 'node:stream';
import type { GuardPort, Reader } from '@headgate/core';
import type { Content } from './outcome.ts';

/** Bytes from text and back, without losing any: text keeps its mark at the beginning, too. */
const coder = (plain: boolean): { read: (chunk?: Uint8Array) => string; write: (text: string) => Buffer } => {
  if (!plain)
    return {
      read: (chunk) =>
        chunk === undefined ? '' : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1'),
      write: (text) => Buffer.from(text, 'latin1'),
    };
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    read: (chunk) => decoder.decode(chunk, { stream: chunk !== undefined }),
    write: (text) => Buffer.from(text, 'utf8'),
  };
};

async function* guarded(
  guard: GuardPort,
  reader: Reader,
  bytes: AsyncIterable<Uint8Array>,
  plain: boolean,
): AsyncGenerator<Buffer, void, undefined> {
  const { read, write } = coder(plain);
  const window = guard.window(reader);
  for await (const chunk of bytes) {
    const text = window.push(read(chunk));
    if (text !== '') yield write(text);
  }
  const last = window.push(read()) + window.end();
  if (last !== '') yield write(last);
}

/** A payload that the writer replaces by what of it may leave; by itself it gives nothing. */
export class FileContent extends Readable {
  readonly #of: Content;

  constructor(of: Content) {
    super({ read: () => undefined });
    this.#of = of;
  }

  through(guard: GuardPort, reader: Reader): Readable {
    const { bytes, plain, judged } = this.#of;
    return Readable.from(judged === true ? bytes : guarded(guard, reader, bytes, plain), { objectMode: false });
  }
}

/** Does the guard hide nothing in these bytes? */
export const isClear = (guard: GuardPort, reader: Reader, bytes: Uint8Array, plain: boolean): boolean => {
  const { read } = coder(plain);
  const text = read(bytes) + read();
  return guard.redact(text, reader) === text;
};
