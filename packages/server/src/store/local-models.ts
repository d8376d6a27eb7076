/**
 * The GGUF files of models that this machine runs: a folder of the instance, one file a model and one that tells of it.
 *
 * LM1 A model is there whole, with the checksum that was asked for, or not at all: it is written under another name first.
 * LM2 A name of a model is a name of a file and no path.
 */

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bad, good, problem, type Result } from '@headgate/core';

const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const ENDING = '.gguf';
/** What a file says of itself at its head: more is not believed. */
const MOST_TENSORS = 100_000n;
const MOST_PAIRS = 100_000n;
const HEAD = 24;

/** A model that is here: bytes, its checksum in hex, milliseconds since 1970. */
export type LocalModel = {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
  readonly added: number;
};

/** Why these first bytes are none of a GGUF file (version 2 or 3, little-endian), or null. */
const headFault = (head: Buffer): string | null => {
  if (head.length < HEAD || head.toString('latin1', 0, 4) !== 'GGUF') return 'This is no GGUF file';
  const version = head.readUInt32LE(4);
  if (version !== 2 && version !== 3) return `This is a GGUF file of version ${version}; 2 and 3 are read`;
  const [tensors, pairs] = [head.readBigUInt64LE(8), head.readBigUInt64LE(16)];
  return tensors === 0n || tensors > MOST_TENSORS || pairs > MOST_PAIRS ? 'The head of this file makes no sense' : null;
};

export class LocalModelFiles {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  async list(): Promise<readonly LocalModel[]> {
    const names = await readdir(this.#dir).catch(() => []);
    const all = names.filter((name) => name.endsWith(ENDING) && NAME.test(name.slice(0, -ENDING.length)));
    const found = await Promise.all(
      all.sort().map(async (file): Promise<LocalModel | null> => {
        const name = file.slice(0, -ENDING.length);
        try {
          const { sha256, added } = JSON.parse(await readFile(join(this.#dir, `${name}.json`), 'utf8')) as LocalModel;
          return { name, size: (await stat(join(this.#dir, file))).size, sha256, added };
        } catch {
          return null;
        }
      }),
    );
    return found.filter((one) => one !== null);
  }

  /** Where a model's file lies; null: there is none. */
  async fileOf(name: string): Promise<string | null> {
    return (await this.list()).some((one) => one.name === name) ? join(this.#dir, `${name}${ENDING}`) : null;
  }

  /** Takes a file in. `sha256`: what its bytes have to come to, in hex; null: whatever they come to. */
  async add(
    name: string,
    bytes: AsyncIterable<Uint8Array>,
    o: { readonly sha256: string | null; readonly now: number; readonly progress?: (bytes: number) => void },
  ): Promise<Result<LocalModel>> {
    const wrong = (field: string, text: string, fix: string): Result<never> =>
      bad(problem('model.file', text, { at: { field }, fix }));
    if (!NAME.test(name))
      return wrong('name', 'A model’s name has a-z, 0-9, ., _ and -', 'Choose one like llama-3.2-1b.');
    await mkdir(this.#dir, { recursive: true, mode: 0o755 });
    const part = join(this.#dir, `.${randomUUID()}.part`);
    const hash = createHash('sha256');
    let head = Buffer.alloc(0);
    let size = 0;
    const file = await open(part, 'wx', 0o644);
    try {
      try {
        for await (const piece of bytes) {
          if (head.length < HEAD) {
            head = Buffer.concat([head, piece.subarray(0, HEAD)]);
            const fault = head.length < HEAD ? null : headFault(head);
            if (fault !== null) return wrong('file', fault, 'Take a file that ends in .gguf.');
          }
          hash.update(piece);
          await file.write(piece);
          size += piece.length;
          o.progress?.(size);
        }
        await file.sync();
      } finally {
        await file.close();
      }
      const fault = headFault(head);
      if (fault !== null) return wrong('file', fault, 'Take a file that ends in .gguf.');
      const sha256 = hash.digest('hex');
      if (o.sha256 !== null && o.sha256.toLowerCase() !== sha256)
        return wrong(
          'sha256',
          `The file has the checksum ${sha256}, and not the one that was given`,
          'Nothing was kept. Get the file again, or look the checksum up where it comes from.',
        );
      await writeFile(join(this.#dir, `${name}.json`), `${JSON.stringify({ sha256, added: o.now })}\n`, {
        mode: 0o644,
      });
      await rename(part, join(this.#dir, `${name}${ENDING}`));
      return good({ name, size, sha256, added: o.now });
    } finally {
      await rm(part, { force: true });
    }
  }

  /** Takes a model away; was it there? */
  async remove(name: string): Promise<boolean> {
    const file = await this.fileOf(name);
    if (file === null) return false;
    await rm(file);
    await rm(join(this.#dir, `${name}.json`), { force: true });
    return true;
  }
}
