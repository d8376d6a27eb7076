/**
 * Frames between host and runner, the runner's half; the host's half is sandbox/frames.ts, and a test holds them together.
 *
 *   u32 length of what follows · u8 kind · u32 id · body          (little endian)
 *
 *   to the runner                                                 from the runner
 *   P program id   u32 length of head, head JSON, script          U up               JSON of `Up`
 *   R run id       u32 program, u32 length of facts, facts, input O done, run id     JSON of the result
 *   T run id       the same, the input a text itself
 *   A run id       u32 call, u8 ok, text                          F failed, run id   JSON of `Failure`
 *   X run id       cancel                                         C run id           u32 call, u8 length of name, name, args
 *   D program id   drop                                           L run id           u8 level, text
 *                                                                 W run id           entered, and waits for its calls
 *                                                                 K program id       compiled
 *                                                                 B program id       does not compile: JSON text, stack
 */

import { readSync, writeSync } from 'node:fs';

export type Frame = { readonly kind: string; readonly id: number; readonly body: Buffer };

const HEAD = 9;
const ROOM = 64 * 1024;

/**
 * Reads frames from a descriptor, blocking: all that have come, at least one. Null at the end of the input. Their bodies
 * lie in its own memory, which the next reading writes over.
 */
export const reader = (fd: number): (() => readonly Frame[] | null) => {
  let memory = Buffer.allocUnsafeSlow(ROOM);
  let from = 0;
  let to = 0;
  const take = (): Frame | null => {
    if (to - from < 4) return null;
    const length = memory.readUInt32LE(from);
    if (to - from - 4 < length) return null;
    const body = memory.subarray(from + HEAD, from + 4 + length);
    const frame = { kind: String.fromCharCode(memory[from + 4] ?? 0), id: memory.readUInt32LE(from + 5), body };
    from += 4 + length;
    return frame;
  };
  const makeRoom = (): void => {
    const need = to - from >= 4 ? memory.readUInt32LE(from) + 4 : ROOM;
    if (memory.length - from >= need && memory.length > to) return;
    const next = need > memory.length ? Buffer.allocUnsafeSlow(need + ROOM) : memory;
    memory.copy(next, 0, from, to);
    to -= from;
    from = 0;
    memory = next;
  };
  return () => {
    const frames: Frame[] = [];
    for (;;) {
      for (let frame = take(); frame !== null; frame = take()) frames.push(frame);
      if (frames.length > 0) return frames;
      makeRoom();
      const got = readSync(fd, memory, to, memory.length - to, null);
      if (got === 0) return null;
      to += got;
    }
  };
};

const framed = (kind: string, id: number, length: number): Buffer => {
  const frame = Buffer.allocUnsafe(HEAD + length);
  frame.writeUInt32LE(5 + length, 0);
  frame[4] = kind.charCodeAt(0);
  frame.writeUInt32LE(id, 5);
  return frame;
};

export const textFrame = (kind: string, id: number, text: string): Buffer => {
  const frame = framed(kind, id, Buffer.byteLength(text));
  frame.write(text, HEAD);
  return frame;
};

export const callFrame = (run: number, call: number, name: string, args: string): Buffer => {
  const named = Buffer.byteLength(name);
  const frame = framed('C', run, 5 + named + Buffer.byteLength(args));
  frame.writeUInt32LE(call, HEAD);
  frame[HEAD + 4] = named;
  frame.write(name, HEAD + 5);
  frame.write(args, HEAD + 5 + named);
  return frame;
};

export const logFrame = (run: number, level: number, text: string): Buffer => {
  const frame = framed('L', run, 1 + Buffer.byteLength(text));
  frame[HEAD] = level;
  frame.write(text, HEAD + 1);
  return frame;
};

/** Writes whole frames, blocking, gathered so that many small ones cost one call of the system. */
export const writer = (fd: number): { readonly add: (frame: Buffer) => void; readonly flush: () => void } => {
  let waiting: Buffer[] = [];
  return {
    add: (frame) => void waiting.push(frame),
    flush: () => {
      if (waiting.length === 0) return;
      const all = waiting.length === 1 ? waiting[0] : Buffer.concat(waiting);
      waiting = [];
      if (all === undefined) return;
      let at = 0;
      while (at < all.length) at += writeSync(fd, all, at, all.length - at);
    },
  };
};
