/**
 * The memory snapshot that Python starts from: made at its first use, in a process of its own, and kept in a folder of the
 * server's. Where and under which name is the child's business (child/snapshot.ts); this waits for it.
 */

import { bad, good, problem, type Result } from '@headgate/core';
import { snapshotFile } from './files.ts';
import { start } from './spawn.ts';

/** The path of a snapshot that is whole. Code: `code.unavailable`. */
export type Snapshot = () => Promise<Result<string>>;

/** Making one takes seconds; more is a machine on which it does not end. */
const LONGEST = 120_000;

/** Made once for all who ask; what failed is tried again by the next. */
export const snapshotIn = (folder: string): Snapshot => {
  let made: Promise<Result<string>> | null = null;
  return () =>
    (made ??= make(folder).then((result) => {
      if (!result.ok) made = null;
      return result;
    }));
};

const make = (folder: string): Promise<Result<string>> =>
  new Promise((resolve) => {
    const child = start(process.execPath, ['--no-warnings', snapshotFile(), folder]);
    const late = setTimeout(() => child.kill('SIGKILL'), LONGEST);
    let [said, errors] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => void (said += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => void (errors = (errors + chunk.toString('utf8')).slice(0, 2_000)));
    child.on('error', (error) => void (errors += error.message));
    child.on('close', (code) => {
      clearTimeout(late);
      if (code === 0) return resolve(good(said.trim()));
      const why = errors.split('\n').find((line) => /\w/.test(line)) ?? 'it was ended';
      const fix = 'Look whether the folder of the server can be written and has 50 MB free.';
      resolve(bad(problem('code.unavailable', `Python cannot be prepared on this server: ${why}`, { fix })));
    });
  });
