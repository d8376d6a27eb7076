/**
 * Formats that strangers wrote (archives, spreadsheets, XML, HTML, PDF, pictures): a step hands bytes to a program of ours
 * in the jail, and gets values or bytes back. It needs no power of its own: what is read and where it goes are the files
 * that the step was lent.
 *
 * FM1 No parser of such a format runs in the server: a step holds this object, and nothing that could read them itself.
 * FM2 What a program says is not believed: a step judges names, sizes and places again before it writes.
 */

import { type Problem, problem } from '../problem.ts';
import type { Refused } from './files.ts';

export const FORMAT_PROGRAMS = ['archive', 'docx', 'html', 'image', 'markdown', 'page', 'pdf', 'sheet', 'xml'] as const;
export type FormatProgram = (typeof FORMAT_PROGRAMS)[number];

/** One use. `input` is what the program takes, as JSON holds it. */
export type FormatCall = {
  readonly program: FormatProgram;
  readonly input: unknown;
  /** Bytes of what it reads, by its number in the input: those from `from` up to and without `to`. */
  readonly read?: (source: number, from: number, to: number) => Promise<Uint8Array | Refused>;
  /** Bytes of what it makes, by its number; `last`: nothing more comes of this one. */
  readonly write?: (out: number, piece: Uint8Array, last: boolean) => Promise<Refused | null>;
  /** Values that are too many to come back at once. */
  readonly take?: (value: unknown) => Refused | null;
};

export type Formats = { run(call: FormatCall): Promise<{ readonly value: unknown } | Refused> };

/** For steps and tests that were lent none. */
export const noFormats: Formats = {
  run: async () => ({ problem: problem('format.unavailable', 'There is no jail to read formats in'), sent: 'no' }),
};

/** Thrown into whoever reads a pipe whose other end failed. */
class Broken extends Error {
  readonly why: Problem;
  constructor(why: Problem) {
    super(why.code);
    this.why = why;
  }
}

/** Pieces from one who writes to one who reads, one at a time: whoever writes waits until it was taken. */
export class Pipe {
  #piece: Uint8Array | null = null;
  #over = false;
  #why: Refused | null = null;
  #wake: () => void = () => undefined;
  #changed: Promise<void> = this.#next();

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #tell(): void {
    const wake = this.#wake;
    this.#changed = this.#next();
    wake();
  }

  /** Null when the piece was taken; why not, when nobody reads any more. */
  async write(piece: Uint8Array): Promise<Refused | null> {
    while (this.#piece !== null && this.#why === null) await this.#changed;
    if (this.#why !== null) return this.#why;
    this.#piece = piece;
    this.#tell();
    while (this.#piece !== null && this.#why === null) await this.#changed;
    return this.#why;
  }

  /** Nothing more comes. */
  end(): void {
    this.#over = true;
    this.#tell();
  }

  /** It goes no further; whoever is at the other end is told why. */
  stop(why: Refused): void {
    this.#why ??= why;
    this.#tell();
  }

  async *read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (this.#why !== null) throw new Broken(this.#why.problem);
      if (this.#piece !== null) {
        const piece = this.#piece;
        this.#piece = null;
        this.#tell();
        yield piece;
      } else if (this.#over) return;
      else await this.#changed;
    }
  }
}

/** Stores what comes through a pipe; its other end is told when that fails. */
export const storedFrom = async <S>(
  pipe: Pipe,
  store: (bytes: AsyncIterable<Uint8Array>) => Promise<{ readonly value: S } | Refused>,
): Promise<{ readonly value: S } | Refused> => {
  try {
    const stored = await store(pipe.read());
    if ('problem' in stored) pipe.stop(stored);
    return stored;
  } catch (error) {
    if (error instanceof Broken) return { problem: error.why, sent: 'no' };
    pipe.stop({ problem: problem('format.crashed', 'What was made could not be written'), sent: 'no' });
    throw error;
  }
};

/**
 * Joins one who makes bytes with one who stores them. When either fails the other is told, and the answer says why: the
 * Problem of whoever failed first.
 */
export const piped = async <M, S>(
  make: (pipe: Pipe) => Promise<{ readonly value: M } | Refused>,
  store: (bytes: AsyncIterable<Uint8Array>) => Promise<{ readonly value: S } | Refused>,
): Promise<{ readonly made: M; readonly stored: S } | Refused> => {
  const pipe = new Pipe();
  const making = async (): Promise<{ readonly value: M } | Refused> => {
    try {
      const made = await make(pipe);
      if ('problem' in made) pipe.stop(made);
      else pipe.end();
      return made;
    } catch (error) {
      pipe.stop({ problem: problem('format.crashed', 'What was to be written could not be made'), sent: 'no' });
      throw error;
    }
  };
  const [made, stored] = await Promise.all([making(), storedFrom(pipe, store)]);
  if ('problem' in made) return made;
  if ('problem' in stored) return stored;
  return { made: made.value, stored: stored.value };
};
