/**
 * The GGUF files of models that this machine runs: a folder of the instance, with a folder a model, in which its file lies and
 * what is told of it.
 *
 * LM1 A model is there whole, with the checksum that was asked for, or not at all: its folder is made under another name, and
 *     takes its own when all of it is on the disk. One that is there is never written over.
 * LM2 A name of a model is a name of a folder and no path.
 */

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bad, good, type Problem, problem, type Result } from '@headgate/core';

const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const FILE = 'model.gguf';
const ABOUT = 'about.json';
/** What is not there yet, and what is there no more: no name of a model begins with a dot. */
const BESIDE = /^\.[0-9a-f-]{36}$/;
/** Milliseconds after which nobody writes to it any more. */
const LEFT = 3_600_000;
/** What a file says of itself at its head: more is not believed. */
const MOST_TENSORS = 100_000n;
const MOST_PAIRS = 100_000n;
const HEAD = 24;
/** Bytes of the disk that a model leaves to everything else, looked at each so many bytes. */
const FLOOR = 1024 ** 3;
const LOOK_EACH = 64 * 1024 ** 2;

/** A model that is here: bytes, its checksum in hex, milliseconds since 1970. */
export type LocalModel = {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
  readonly added: number;
};

/** What a model is taken in with. `sha256`: what its bytes have to come to, in hex; null: whatever they come to. */
export type LocalModelWish = {
  readonly sha256: string | null;
  readonly now: number;
  /** Told how many bytes have come. */
  readonly progress?: (bytes: number) => void;
};

/** Why these first bytes are none of a GGUF file (version 2 or 3, little-endian), or null. */
const headFault = (head: Buffer): string | null => {
  if (head.length < HEAD || head.toString('latin1', 0, 4) !== 'GGUF') return 'This is no GGUF file';
  const version = head.readUInt32LE(4);
  if (version !== 2 && version !== 3) return `This is a GGUF file of version ${version}; 2 and 3 are read`;
  const [tensors, pairs] = [head.readBigUInt64LE(8), head.readBigUInt64LE(16)];
  return tensors === 0n || tensors > MOST_TENSORS || pairs > MOST_PAIRS ? 'The head of this file makes no sense' : null;
};

const wrong = (field: string, text: string, fix: string): Problem =>
  problem('model.file', text, { at: { field }, fix });
const taken = (name: string): Problem =>
  problem('model.taken', `There is a model ${name} already`, {
    at: { field: 'name' },
    fix: 'Choose another name, or remove that one first.',
  });

export class LocalModelFiles {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  async list(): Promise<readonly LocalModel[]> {
    const names = (await readdir(this.#dir).catch(() => [])).filter((name) => NAME.test(name)).sort();
    const found = await Promise.all(names.map((name) => this.get(name)));
    return found.filter((one) => one !== null);
  }

  /** What is told of a model; null: there is none. */
  async get(name: string): Promise<LocalModel | null> {
    if (!NAME.test(name)) return null;
    try {
      const { sha256, added } = JSON.parse(await readFile(join(this.#dir, name, ABOUT), 'utf8')) as LocalModel;
      return { name, size: (await stat(join(this.#dir, name, FILE))).size, sha256, added };
    } catch {
      return null;
    }
  }

  /** Where a model's file lies, and the checksum of what lies there; null: there is none. */
  async fileOf(name: string): Promise<{ readonly path: string; readonly is: string } | null> {
    const model = await this.get(name);
    return model === null ? null : { path: join(this.#dir, name, FILE), is: `${name} ${model.sha256} ${model.added}` };
  }

  /** Why no model of this name can be taken in, or null. Problems: `model.file`, `model.taken`. */
  async refuses(name: string): Promise<Problem | null> {
    if (!NAME.test(name))
      return wrong('name', 'A model’s name has a-z, 0-9, ., _ and -', 'Choose one like llama-3.2-1b.');
    return (await this.get(name)) === null ? null : taken(name);
  }

  /** Takes a file in. What reading it throws passes through, and leaves nothing behind. */
  async add(name: string, bytes: AsyncIterable<Uint8Array>, o: LocalModelWish): Promise<Result<LocalModel>> {
    const refused = await this.refuses(name);
    if (refused !== null) return bad(refused);
    await mkdir(this.#dir, { recursive: true, mode: 0o755 });
    await this.#clear(o.now);
    const part = join(this.#dir, `.${randomUUID()}`);
    await mkdir(part, { mode: 0o755 });
    try {
      const came = await take(join(part, FILE), bytes, o);
      if (!came.ok) return came;
      const about = { sha256: came.value.sha256, added: o.now };
      await writeFile(join(part, ABOUT), `${JSON.stringify(about)}\n`, { mode: 0o644, flush: true });
      try {
        await rename(part, join(this.#dir, name));
      } catch (error) {
        // A folder does not take the place of one that holds something.
        if (['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return bad(taken(name));
        throw error;
      }
      return good({ name, size: came.value.size, ...about });
    } finally {
      await rm(part, { recursive: true, force: true });
    }
  }

  /** Takes a model away; was it there? Who reads its file now goes on reading it. */
  async remove(name: string): Promise<boolean> {
    if (!NAME.test(name)) return false;
    const gone = join(this.#dir, `.${randomUUID()}`);
    try {
      await rename(join(this.#dir, name), gone);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    await rm(gone, { recursive: true, force: true });
    return true;
  }

  /** Takes away what a process left that was ended in the middle. */
  async #clear(now: number): Promise<void> {
    for (const name of (await readdir(this.#dir)).filter((one) => BESIDE.test(one))) {
      const path = join(this.#dir, name);
      const last = await stat(join(path, FILE)).catch(() => stat(path).catch(() => null));
      if (last !== null && now - last.mtimeMs > LEFT) await rm(path, { recursive: true, force: true });
    }
  }
}

const FULL: Result<never> = bad(
  problem('disk.full', 'The disk of the server has too little room for this model', {
    fix: 'Remove what is not needed any more, or give the server a larger disk; nothing of the file was kept.',
  }),
);
const hasRoom = async (path: string): Promise<boolean> => {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize >= FLOOR;
};

/** Writes what comes to a new file, to the disk and not only to memory. */
const take = async (
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  { sha256: wanted, progress }: LocalModelWish,
): Promise<Result<{ readonly size: number; readonly sha256: string }>> => {
  const hash = createHash('sha256');
  let look = 0;
  let head = Buffer.alloc(0);
  let size = 0;
  const file = await open(path, 'wx', 0o644);
  try {
    for await (const piece of bytes) {
      if (head.length < HEAD) {
        head = Buffer.concat([head, piece.subarray(0, HEAD)]);
        const fault = head.length < HEAD ? null : headFault(head);
        if (fault !== null) return bad(wrong('file', fault, 'Take a file that ends in .gguf.'));
      }
      if (size >= look) {
        if (!(await hasRoom(path))) return FULL;
        look += LOOK_EACH;
      }
      hash.update(piece);
      await file.writeFile(piece);
      size += piece.length;
      progress?.(size);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  const fault = headFault(head);
  if (fault !== null) return bad(wrong('file', fault, 'Take a file that ends in .gguf.'));
  const sha256 = hash.digest('hex');
  return wanted === null || wanted.toLowerCase() === sha256
    ? good({ size, sha256 })
    : bad(
        wrong(
          'sha256',
          `The file has the checksum ${sha256}, and not the one that was given`,
          'Nothing was kept. Get the file again, or look the checksum up where it comes from.',
        ),
      );
};
