/**
 * A runner that is broken: after it says that it is up, it answers each run with what the program's text names. It is not
 * locked, so only the WebAssembly engine's place may be given to it, and it runs no code.
 */

import { readSync, writeSync } from 'node:fs';

const frame = (kind: string, id: number, body: string | Buffer = ''): Buffer => {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const head = Buffer.alloc(9);
  head.writeUInt32LE(5 + bytes.length, 0);
  head[4] = kind.charCodeAt(0);
  head.writeUInt32LE(id, 5);
  return Buffer.concat([head, bytes]);
};

const call = (id: number, name: string): Buffer => {
  const head = Buffer.alloc(5);
  head[4] = name.length;
  return frame('C', id, Buffer.concat([head, Buffer.from(`${name}[]`)]));
};

const long = Buffer.alloc(9);
long.writeUInt32LE(0xfffffff0, 0);

const hoard: Buffer[] = [];

const LIES: Readonly<Record<string, (id: number) => Buffer | null>> = {
  'a frame of four gigabytes': () => long,
  'a frame of no length': () => Buffer.alloc(9),
  noise: () => Buffer.from(Array.from({ length: 4_096 }, (_, i) => (i * 7_919) % 251)),
  'a kind that is none': (id) => frame('Z', id),
  'a result of a run that is none': () => frame('O', 4_711, '1'),
  'a result that is no JSON': (id) => frame('O', id, '{"a":'),
  'a failure that is no JSON': (id) => frame('F', id, 'x'),
  'a failure of no shape': (id) => frame('F', id, '[]'),
  'a call of a function that was not granted': (id) => call(id, 'steal'),
  'a call of a name longer than its frame': (id) => frame('C', id, Buffer.from([0, 0, 0, 0, 255, 97])),
  'more calls than allowed': (id) => Buffer.concat(Array.from({ length: 100 }, () => call(id, 'get'))),
  'log without end': (id) =>
    Buffer.concat(Array.from({ length: 2_000 }, () => frame('L', id, `\u0001${'x'.repeat(1_000)}`))),
  'two results of one run': (id) => Buffer.concat([frame('O', id, '1'), frame('O', id, '2')]),
  'that it is up, again': (id) => frame('U', id, '{}'),
  'its end': () => null,
  nothing: () => Buffer.alloc(0),
  'nothing, and fills its memory': () => {
    hoard.push(Buffer.alloc(400 * 1024 * 1024, 1));
    return Buffer.alloc(0);
  },
};

const say = (bytes: Buffer): void => {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
};

let lie = '';
say(frame('U', 0, JSON.stringify({ engine: 'quickjs', node: '', arch: '', lock: {}, second: false })));
const memory = Buffer.alloc(1024 * 1024);
for (;;) {
  const got = readSync(0, memory);
  if (got === 0) break;
  for (let at = 0; at < got; at += 4 + memory.readUInt32LE(at)) {
    const kind = String.fromCharCode(memory[at + 4] ?? 0);
    const id = memory.readUInt32LE(at + 5);
    if (kind === 'P') {
      lie = /LIE:([^']*)/.exec(memory.toString('utf8', at, at + 4 + memory.readUInt32LE(at)))?.[1] ?? '';
      say(frame('K', id));
    }
    if (kind !== 'R') continue;
    const bytes = LIES[lie]?.(id);
    if (bytes === null || bytes === undefined) process.exit(3);
    say(bytes);
  }
}
