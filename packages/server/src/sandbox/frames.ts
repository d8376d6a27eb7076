/**
 * Frames between host and runner, the host's half; their table stands in child/frames.ts. What comes from a runner is not
 * believed: a frame that is too long or makes no sense is the runner's end (runner.ts).
 */

export type Frame = { readonly kind: string; readonly id: number; readonly body: Buffer };

const HEAD = 9;

const framed = (kind: string, id: number, length: number): Buffer => {
  const frame = Buffer.allocUnsafe(HEAD + length);
  frame.writeUInt32LE(5 + length, 0);
  frame[4] = kind.charCodeAt(0);
  frame.writeUInt32LE(id, 5);
  return frame;
};

/** P: a program, its head as JSON. */
export const programFrame = (id: number, head: string, script: string): Buffer => {
  const length = Buffer.byteLength(head);
  const frame = framed('P', id, 4 + length + Buffer.byteLength(script));
  frame.writeUInt32LE(length, HEAD);
  frame.write(head, HEAD + 4);
  frame.write(script, HEAD + 4 + length);
  return frame;
};

/** R: a run of a program. */
export const runFrame = (id: number, program: number, facts: string, input: string): Buffer => {
  const length = Buffer.byteLength(facts);
  const frame = framed('R', id, 8 + length + Buffer.byteLength(input));
  frame.writeUInt32LE(program, HEAD);
  frame.writeUInt32LE(length, HEAD + 4);
  frame.write(facts, HEAD + 8);
  frame.write(input, HEAD + 8 + length);
  return frame;
};

/** A: the answer to a host call. */
export const answerFrame = (id: number, call: number, ok: boolean, text: string): Buffer => {
  const frame = framed('A', id, 5 + Buffer.byteLength(text));
  frame.writeUInt32LE(call, HEAD);
  frame[HEAD + 4] = ok ? 1 : 0;
  frame.write(text, HEAD + 5);
  return frame;
};

/** X: cancel a run. D: drop a program. */
export const plainFrame = (kind: 'X' | 'D', id: number): Buffer => framed(kind, id, 0);

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
