/**
 * Where one packet of MQTT 3.1.1 ends and the next begins (section 2.2), before anything of it is read: whole packets go on
 * as they are, and of a message that is larger than is read only its topic and number.
 *
 * FR1 No more than the largest packet is held, whatever a broker announces.
 */

/** Bytes of a packet that is read whole. */
export const LARGEST_PACKET = 1024 * 1024;

const PUBLISH = 3;
const EMPTY = Buffer.alloc(0);

export type Frame =
  | { readonly whole: Buffer }
  /** A message that is too large. `id` null: of quality 0. */
  | {
      readonly topic: string;
      readonly id: number | null;
      readonly again: boolean;
      readonly retained: boolean;
      readonly size: number;
    };

/** The length of the fixed header and of what follows; null: not there yet; undefined: no such length. */
const lengthOf = (bytes: Buffer): { readonly head: number; readonly rest: number } | null | undefined => {
  let rest = 0;
  for (let at = 1; at <= 4; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) return null;
    rest += (byte & 127) * 128 ** (at - 1);
    if (byte < 128) return { head: at + 1, rest };
  }
  return undefined;
};

export class Frames {
  #have: Buffer = EMPTY;
  /** Bytes of a message that still come and are not read. */
  #skip = 0;

  /** The packets that are complete now; null: what comes is no MQTT. */
  push(piece: Buffer): readonly Frame[] | null {
    let bytes = piece;
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, bytes.length);
      this.#skip -= skipped;
      bytes = bytes.subarray(skipped);
    }
    this.#have = this.#have.length === 0 ? bytes : Buffer.concat([this.#have, bytes]);
    const found: Frame[] = [];
    while (this.#have.length > 1) {
      const length = lengthOf(this.#have);
      if (length === undefined) return null;
      if (length === null) break;
      const { head, rest } = length;
      if (rest > LARGEST_PACKET) {
        const large = this.#large(head, rest);
        if (large === undefined) return null;
        if (large === null) break;
        found.push(large);
      } else {
        if (this.#have.length < head + rest) break;
        found.push({ whole: this.#have.subarray(0, head + rest) });
        this.#have = this.#have.subarray(head + rest);
      }
    }
    return found;
  }

  /** The beginning of a message that is not read, as soon as it is there; undefined: it is no message. */
  #large(head: number, rest: number): Frame | null | undefined {
    const flags = this.#have[0] ?? 0;
    if (flags >> 4 !== PUBLISH) return undefined;
    if (this.#have.length < head + 2) return null;
    const named = head + 2 + this.#have.readUInt16BE(head);
    const quality = (flags >> 1) & 3;
    const begun = quality === 0 ? named : named + 2;
    if (this.#have.length < begun) return null;
    const left = head + rest - this.#have.length;
    const frame: Frame = {
      topic: this.#have.subarray(head + 2, named).toString('utf8'),
      id: quality === 0 ? null : this.#have.readUInt16BE(named),
      again: (flags & 8) !== 0,
      retained: (flags & 1) !== 0,
      size: head + rest - begun,
    };
    this.#skip = Math.max(0, left);
    this.#have = left >= 0 ? EMPTY : this.#have.subarray(head + rest);
    return frame;
  }
}
