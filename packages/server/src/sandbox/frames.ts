/**
 * Frames between host and runner, the host's half; their table stands in child/frames.ts. What comes from a runner is not
 * believed: a frame that is too long or makes no sense is the runner's end (runner.ts).
 */

/** What says that an entrance is over: a result, a failure, waiting; of a program: taken, or broken. */
export const ENDS = new Set(['O', 'F', 'W', 'K', 'B']);

export type Frame = { readonly kind: string; readonly id: number; readonly body: Buffer };

const HEAD = 9;

/** A frame to be written: what stands between its head and its texts, and the texts themselves. */
export type Outgoing = {
  readonly kind: string;
  readonly id: number;
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
  /** One byte after the numbers. */
  readonly flag?: number;
};

/** P: a program, its head as JSON. */
export const programFrame = (id: number, head: string, script: string): Outgoing => ({
  kind: 'P',
  id,
  numbers: [Buffer.byteLength(head)],
  texts: [head, script],
});

/** R: a run of a program; T: one whose input is a text. */
export const runFrame = (kind: 'R' | 'T', id: number, program: number, facts: string, input: string): Outgoing => ({
  kind,
  id,
  numbers: [program, Buffer.byteLength(facts)],
  texts: [facts, input],
});

/** A: the answer to a host call. */
export const answerFrame = (id: number, call: number, ok: boolean, text: string): Outgoing => ({
  kind: 'A',
  id,
  numbers: [call],
  flag: ok ? 1 : 0,
  texts: [text],
});

/** X: cancel a run. D: drop a program. */
export const plainFrame = (kind: 'X' | 'D', id: number): Outgoing => ({ kind, id, numbers: [], texts: [] });

/** The bytes of frames that go out together, each text written once. */
export const bytesOf = (frames: readonly Outgoing[]): Buffer => {
  const lengths = frames.map(
    ({ numbers, texts, flag }) =>
      4 * numbers.length + (flag === undefined ? 0 : 1) + texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
  );
  const all = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + HEAD + length, 0));
  let at = 0;
  frames.forEach(({ kind, id, numbers, texts, flag }, i) => {
    at = all.writeUInt32LE(5 + (lengths[i] ?? 0), at);
    at = all.writeUInt8(kind.charCodeAt(0), at);
    at = all.writeUInt32LE(id, at);
    for (const number of numbers) at = all.writeUInt32LE(number, at);
    if (flag !== undefined) at = all.writeUInt8(flag, at);
    for (const text of texts) at += all.write(text, at);
  });
  return all;
};

/** C: what a run asks of the host; null when it makes no sense. */
export const readCall = (
  body: Buffer,
): { readonly call: number; readonly name: string; readonly args: string } | null => {
  if (body.length < 5) return null;
  const length = body[4] ?? 0;
  if (body.length < 5 + length) return null;
  return {
    call: body.readUInt32LE(0),
    name: body.toString('utf8', 5, 5 + length),
    args: body.toString('utf8', 5 + length),
  };
};

/** Takes bytes as they come and gives frames; `false` when one is longer than `most` or shorter than its head. */
export const parser = (take: (frame: Frame) => void, most: () => number): ((chunk: Buffer) => boolean) => {
  let rest: Buffer[] = [];
  let held = 0;
  let need = 4;
  return (chunk) => {
    rest.push(chunk);
    held += chunk.length;
    if (held < need) return true;
    let all = rest.length === 1 ? chunk : Buffer.concat(rest);
    need = 4;
    while (all.length >= 4) {
      const length = all.readUInt32LE(0);
      if (length < 5 || length > most()) return false;
      if (all.length < 4 + length) {
        need = 4 + length;
        break;
      }
      take({ kind: String.fromCharCode(all[4] ?? 0), id: all.readUInt32LE(5), body: all.subarray(HEAD, 4 + length) });
      all = all.subarray(4 + length);
    }
    rest = all.length === 0 ? [] : [all];
    held = all.length;
    return true;
  };
};
