/** `headgate backup` and `headgate restore`: the data of an instance as a folder, of a running server too; the key apart. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Problem, problem, type Result } from '@headgate/core';
import { backupStore, MANIFEST } from '../store/files/backup.ts';
import { restore } from '../store/files/restore.ts';
import { LocalModelFiles } from '../store/local-models.ts';
import { checkSeal, sealBackup } from '../store/files/seal.ts';
import { DATABASE } from '../store/schema/migrate.ts';
import { loadKeyFile } from '../store/vault-seal/key-file.ts';
import type { Settings } from './config.ts';
import { rememberBackup } from './last-backup.ts';
import { modelsFolder } from './local-models.ts';
import { complain, DONE, FAILED, note, pretty, print } from './say.ts';

const MB = 1024 * 1024;
const EVERY = 500;

const bytesIn = (dir: string): number => {
  let sum = 0;
  for (const entry of existsSync(dir) ? readdirSync(dir, { recursive: true, withFileTypes: true }) : []) {
    // A file may be renamed or removed between the list and the look.
    if (entry.isFile()) sum += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return sum;
};

/** Shows how much is copied while work goes on; on one line, where a person looks. */
const watching = async <T>(target: string, work: Promise<T>): Promise<T> => {
  if (process.stderr.isTTY !== true) return work;
  const show = (): void => void process.stderr.write(`\r${Math.round(bytesIn(target) / MB)} MB copied`);
  const timer = setInterval(show, EVERY);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    process.stderr.write('\r\u001b[K');
  }
};

const fail = (found: Problem, json: boolean): number => {
  complain([found], json);
  return FAILED;
};

/** What the file system refuses (no room, no right to write) is an expected failure too. */
const tried = async <T>(what: string, work: () => Promise<Result<T>>): Promise<Result<T>> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const fix = 'See that there is room and that the folder may be written, then do it again into a new folder.';
    return { ok: false, problem: problem(`${what}.failed`, error.message, { fix }) };
  }
};

/** Copies the data of the instance to a folder. Answers the exit code. */
export const backup = async (s: Settings, target: string, json: boolean): Promise<number> => {
  if (!existsSync(join(s.dir, DATABASE))) {
    const fix = 'Set HEADGATE_CONFIG_DIR to the folder of the instance.';
    return fail(problem('backup.nothing', `There is no data in ${s.dir}`, { fix }), json);
  }
  const began = Date.now();
  if (!json) note(`Copying ${s.dir} to ${resolve(target)}`);
  const done = await watching(
    target,
    tried('backup', () => backupStore(s.dir, target, began)),
  );
  if (!done.ok) return fail(done.problem, json);
  const key = loadKeyFile(s.keyFile);
  if (key.ok) sealBackup(target, key.value);
  rememberBackup(s.dir, { at: began, to: resolve(target) });
  const { runs, blobs, bytes } = done.value;
  // They are large, and can be had again: they are named, and left out.
  const models = await new LocalModelFiles(modelsFolder(s.dir)).list();
  if (json)
    print(pretty({ ...done.value, dir: resolve(target), keyFile: s.keyFile, sealed: key.ok, leftOut: { models } }));
  else {
    const took = `${((Date.now() - began) / 1000).toFixed(1)} s`;
    print(`${resolve(target)}: ${runs} runs, ${blobs} blobs, ${(bytes / MB).toFixed(1)} MB, ${took}`);
    if (models.length > 0)
      note(
        `The models of the server are not in it (${models.map(({ name }) => `local/${name}`).join(', ')}): copy ${modelsFolder(s.dir)} beside it, or add them again.`,
      );
    if (!key.ok) note(`It has no seal, by which a changed copy is known: ${key.problem.text}`);
    note(
      `The secret key is not in it. Keep a copy of ${s.keyFile} somewhere else: without it the backup opens nothing.`,
    );
  }
  return DONE;
};

/** Puts a backup into a folder. With the key at hand its seal must hold. Answers the exit code. */
export const restoreTo = async (keyFile: string, from: string, into: string, json: boolean): Promise<number> => {
  const target = resolve(into);
  const key = loadKeyFile(keyFile);
  if (key.ok && existsSync(join(from, MANIFEST)) && !checkSeal(from, key.value)) {
    const text = `The seal of ${resolve(from)} does not hold: it was changed after it was made, or made with another key than ${keyFile}`;
    const fix = 'Use another backup; or name the key it was made with in HEADGATE_SECRET_KEY_FILE.';
    return fail(problem('restore.seal', text, { fix }), json);
  }
  if (!json) note(`Restoring ${resolve(from)} into ${target}`);
  const done = await watching(
    target,
    tried('restore', () => restore(from, into)),
  );
  if (!done.ok) return fail(done.problem, json);
  if (json) print(pretty({ ...done.value, dir: target, seal: key.ok ? 'holds' : 'unknown' }));
  else {
    print(
      `${target}: ${done.value.runs} runs, ${done.value.blobs} blobs, schema ${done.value.schema}; every file fits its manifest${key.ok ? ', and its seal holds' : ''}`,
    );
    if (!key.ok)
      note(`The seal was not checked, for want of a key at ${keyFile}: whoever could change the copy may have.`);
    note(
      `next: HEADGATE_CONFIG_DIR=${target} HEADGATE_SECRET_KEY_FILE=(the key the backup was made with) headgate start`,
    );
  }
  return DONE;
};
