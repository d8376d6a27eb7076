/** `headgate models`: which GGUF files this server runs, from beside it. A running server sees a change with its next question. */

import { createReadStream } from 'node:fs';
import { bad, problem, type Result } from '@headgate/core';
import { openDoor, parseAllow } from '../egress/door.ts';
import { download } from '../egress/download.ts';
import { type LocalModel, LocalModelFiles } from '../store/local-models.ts';
import type { Settings } from './config.ts';
import { localModels, modelsFolder } from './local-models.ts';
import { complain, DONE, FAILED, note, pretty, print } from './say.ts';

const MEGABYTE = 1024 * 1024;
/** Progress is told each so many bytes. */
const EACH = 100 * MEGABYTE;

const told = ({ name, size, sha256 }: LocalModel): string =>
  `local/${name}  ${(size / MEGABYTE).toFixed(1)} MB  sha256 ${sha256}`;

export const listModels = async ({ dir }: Settings, json: boolean): Promise<number> => {
  const models = await new LocalModelFiles(modelsFolder(dir)).list();
  const installed = await localModels(modelsFolder(dir)).installed();
  if (json) print(pretty({ installed, models }));
  else if (models.length === 0) note('No models yet: headgate models add NAME FILE');
  else for (const one of models) print(told(one));
  if (!installed) note('The add-on that runs them is not installed: headgate models install');
  return DONE;
};

export const removeModel = async ({ dir }: Settings, name: string, json: boolean): Promise<number> => {
  if (await new LocalModelFiles(modelsFolder(dir)).remove(name)) return DONE;
  complain([problem('model.unknown', `There is no model ${name} here`, { fix: 'headgate models list' })], json);
  return FAILED;
};

type Into = Parameters<typeof download<LocalModel>>[3];

const fetched = async (url: string, { egressAllow }: Settings, into: Into): Promise<Result<LocalModel>> => {
  const policy = parseAllow(egressAllow);
  if (!policy.ok) return policy;
  const door = openDoor(policy.value);
  try {
    return await download(door, url, {}, into);
  } finally {
    await door.close();
  }
};

type Wish = { readonly sha256?: string };

/** Opened when it is read, so that whoever reads it is told that it is not there. */
async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path) as AsyncIterable<Buffer>;
}

export const addModel = async (s: Settings, name: string, from: string, o: Wish, json: boolean): Promise<number> => {
  const files = new LocalModelFiles(modelsFolder(s.dir));
  let last = 0;
  const progress = (bytes: number): void => {
    if (bytes - last < EACH) return;
    last = bytes;
    note(`${(bytes / MEGABYTE).toFixed(0)} MB`);
  };
  const into: Into = (bytes) => files.add(name, bytes, { sha256: o.sha256 ?? null, now: Date.now(), progress });
  const done = /^https?:/.test(from)
    ? await fetched(from, s, into)
    : await into(bytesOf(from)).catch(
        (error: Error): Result<LocalModel> =>
          bad(problem('model.file', `The file could not be read: ${error.message}`, { at: { field: 'file' } })),
      );
  if (!done.ok) {
    complain([done.problem], json);
    return FAILED;
  }
  print(json ? pretty(done.value) : told(done.value));
  return DONE;
};
