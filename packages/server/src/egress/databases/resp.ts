/**
 * What Redis speaks (RESP2, redis.io/docs/reference/protocol-spec): commands as lists of texts, each with its length before
 * it, so that no text can end a command or begin another; and the reader of answers.
 *
 * RE1 The reader takes pieces as they come, reads no deeper than DEEPEST, and throws on what is no answer.
 */

/** Lists in lists. */
const DEEPEST = 8;
/** Answers in one list at most. */
const MOST = 1_000_000;

/** What the server said no with. */
export class RedisRefusal extends Error {}

export type RedisAnswer = Buffer | string | number | null | RedisRefusal | readonly RedisAnswer[];

export const commandOf = (parts: readonly (string | number)[]): Buffer => {
  const pieces: Buffer[] = [Buffer.from(`*${parts.length}\r\n`)];
  for (const part of parts) {
    const bytes = Buffer.from(String(part), 'utf8');
    pieces.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n'));
  }
  return Buffer.concat(pieces);
};

const NOT_YET = Symbol('not yet');
type Part = RedisAnswer | typeof NOT_YET;

/** The first whole answer that the pieces hold, or undefined while it is not whole. One answer a reader. */
export class RedisReader {
  #pieces: Buffer[] = [];
  #held: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Not looked at again before so many bytes are there: a large answer is not read anew with every piece. */
  #wanted = 0;
  #size = 0;

  add(piece: Buffer): RedisAnswer | undefined {
    this.#pieces.push(piece);
    this.#size += piece.length;
    if (this.#size < this.#wanted) return undefined;
    this.#held = Buffer.concat([this.#held, ...this.#pieces]);
    this.#pieces = [];
    this.#at = 0;
    const answer = this.#read(0);
    if (answer === NOT_YET) {
      this.#wanted = Math.max(
        this.#wanted,
        this.#size * 2 < 65_536 ? this.#size + 1 : Math.min(this.#size * 2, this.#size + 1_000_000),
      );
      return undefined;
    }
    if (this.#at !== this.#held.length) throw new Error('more than one answer');
    return answer;
  }

  #line(): string | typeof NOT_YET {
    const end = this.#held.indexOf('\r\n', this.#at, 'latin1');
    if (end < 0) {
      if (this.#held.length - this.#at > 65_536) throw new Error('a line without an end');
      return NOT_YET;
    }
    const line = this.#held.toString('utf8', this.#at, end);
    this.#at = end + 2;
    return line;
  }

  #read(depth: number): Part {
    const line = this.#line();
    if (line === NOT_YET) return NOT_YET;
    const rest = line.slice(1);
    switch (line[0]) {
      case '+':
        return rest;
      case '-':
        return new RedisRefusal(rest);
      case ':':
        return /^-?\d{1,19}$/.test(rest) ? (Number.isSafeInteger(Number(rest)) ? Number(rest) : rest) : no(line);
      case '$':
        return this.#bytes(sizeOf(rest, 512 * 1024 * 1024));
      case '*': {
        const count = sizeOf(rest, MOST);
        if (count < 0) return null;
        if (depth >= DEEPEST) throw new Error('too deep');
        const list: RedisAnswer[] = [];
        for (let i = 0; i < count; i += 1) {
          const one = this.#read(depth + 1);
          if (one === NOT_YET) return NOT_YET;
          list.push(one);
        }
        return list;
      }
      default:
        return no(line);
    }
  }

  #bytes(size: number): Part {
    if (size < 0) return null;
    const end = this.#at + size;
    if (this.#held.length < end + 2) {
      this.#wanted = this.#size - this.#held.length + end + 2;
      return NOT_YET;
    }
    if (this.#held[end] !== 13 || this.#held[end + 1] !== 10) throw new Error('a text that does not end');
    const bytes = this.#held.subarray(this.#at, end);
    this.#at = end + 2;
    return bytes;
  }
}

const sizeOf = (text: string, most: number): number => {
  const size = /^(-1|\d{1,10})$/.test(text) ? Number(text) : Number.NaN;
  if (!(size <= most)) throw new Error('no length');
  return size;
};

const no = (line: string): never => {
  throw new Error(`no answer: ${line.slice(0, 20)}`);
};
