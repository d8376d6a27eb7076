/** `headgate models`: which GGUF files this server runs, from beside it. A running server sees a change with its next question. */

import { createReadStream } from 'node:fs';
import { PassThrough } from 'node:stream';
import { bad, problem, type Result } from '@headgate/core';
import { openDoor, parseAllow } from '../egress/door.ts';
import { type LocalModel, LocalModelFiles } from '../store/local-models.ts';
import type { Settings } from './config.ts';
import { localModels, modelsFolder } from './local-models.ts';
import { complain, DONE, FAILED, note, pretty, print } from './say.ts';

const MEGABYTE = 1024 * 1024;
const GIGABYTE = 1024 * MEGABYTE;
const LARGEST = 512 * GIGABYTE;
const LONGEST = 24 * 3_600_000;
const REDIRECTS = 5;
/** Progress is told each so many bytes. */
const EACH = 100 * MEGABYTE;

const told = ({ name, size, sha256 }: LocalModel): string =>
  `local/${name}  ${(size / MEGABYTE).toFixed(1)} MB  sha256 ${sha256}`;

export const listModels = async ({ dir }: Settings, json: boolean): Promise<number> => {
  const models = await new LocalModelFiles(modelsFolder(dir)).list();
  const installed = await localModels(dir).installed();
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

/** The bytes behind a URL, by the outgoing door; the address it redirects to is judged as the first one was. */
const fetched = (
  url: string,
  allow: string,
  into: (bytes: AsyncIterable<Uint8Array>) => Promise<Result<LocalModel>>,
): Promise<Result<LocalModel>> => {
  const policy = parseAllow(allow);
  if (!policy.ok) return Promise.resolve(policy);
  const door = openDoor(policy.value);
  const pipe = new PassThrough();
  // Whoever reads it is told, too; nobody may be reading yet.
  pipe.on('error', () => undefined);
  // What is not taken in is not got to its end either.
  const stop = new AbortController();
  const kept = into(pipe);
  const asked = door.request({
    ...{ method: 'GET', url, timeout: LONGEST, maxBytes: LARGEST, maxRedirects: REDIRECTS, inlineBytes: 0 },
    judge: () => null,
    signal: stop.signal,
    head: (status) => {
      if (status !== 200) pipe.destroy(new Error(`it answered ${status}`));
    },
    sink: () => ({
      write: (chunk) =>
        pipe.write(chunk) || pipe.destroyed
          ? undefined
          : new Promise<void>((go) => void pipe.once('drain', go).once('close', go)),
      end: () => {
        pipe.end();
        return Promise.resolve({ id: '', size: 0 });
      },
      abort: () => {
        pipe.destroy(new Error('it broke off'));
        return Promise.resolve();
      },
    }),
  });
  const all = async (): Promise<Result<LocalModel>> => {
    const [outcome, result] = await Promise.all([
      asked.then((done) => {
        if (!done.ok) pipe.destroy(new Error('it did not come'));
        return done;
      }),
      kept.then(
        (one) => {
          if (!one.ok) stop.abort();
          return one;
        },
        (error: Error): Result<LocalModel> =>
          bad(problem('model.file', `The file could not be got: ${error.message}`, { at: { field: 'file' } })),
      ),
    ]);
    return outcome.ok || result.ok || stop.signal.aborted ? result : { ok: false, problem: outcome.problem };
  };
  return all().finally(() => door.close());
};

type Wish = { readonly sha256?: string };

export const addModel = async (s: Settings, name: string, from: string, o: Wish, json: boolean): Promise<number> => {
  const files = new LocalModelFiles(modelsFolder(s.dir));
  let last = 0;
  const progress = (bytes: number): void => {
    if (bytes - last < EACH) return;
    last = bytes;
    note(`${(bytes / MEGABYTE).toFixed(0)} MB`);
  };
  const into = (bytes: AsyncIterable<Uint8Array>): Promise<Result<LocalModel>> =>
    files.add(name, bytes, { sha256: o.sha256 ?? null, now: Date.now(), progress });
  const done = /^https?:/.test(from)
    ? await fetched(from, s.egressAllow, into)
    : await into(createReadStream(from)).catch(
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
