/** Flows of a step or two through the real engine, and files of the project, for tests of formats. */

import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { Ground } from './ground.ts';

type Lent = readonly (readonly [step: string, power: string])[];

export const trying = (g: () => Ground) => {
  const run = async (steps: readonly unknown[], lent: Lent, input: unknown = {}) => {
    const last = (steps.at(-1) as { id: string }).id;
    const doc = { headgate: 1, name: `f${randomBytes(4).toString('hex')}`, steps, output: `{{ steps.${last} }}` };
    const flow = await g().publish(doc, { grants: lent.map(([step, power]) => ({ step, power })) });
    return g().run(flow, input, { wait: 60_000 });
  };
  /** Runs one step that may read in/ and out/, and write out/. */
  const one = (kind: string, settings: object, input: unknown = {}) =>
    run(
      [{ id: 'it', kind, with: settings }],
      [
        ['it', 'file: read in/'],
        ['it', 'file: read out/'],
        ['it', 'file: write out/'],
      ],
      input,
    );
  /** What one step gave; or the code of its Problem, after a !. */
  const outcome = async (kind: string, settings: object, input: unknown = {}): Promise<unknown> => {
    const done = await one(kind, settings, input);
    return done.state === 'done' ? done.output : `!${done.problem?.code}`;
  };
  const given = async (path: string, bytes: Uint8Array | string): Promise<void> => {
    const settings = { path, content: Buffer.from(bytes).toString('base64'), base64: true };
    const done = await run([{ id: 'it', kind: 'file.write@1', with: settings }], [['it', 'file: write *']]);
    expect(done).toMatchObject({ state: 'done' });
  };
  const bytesAt = async (path: string): Promise<Buffer> => {
    const done = await run([{ id: 'it', kind: 'file.read@1', with: { path, as: 'base64' } }], [['it', 'file: read *']]);
    expect(done.state).toBe('done');
    return Buffer.from(String(done.output), 'base64');
  };
  const listed = async (folder: string): Promise<string[]> => {
    const done = await run([{ id: 'it', kind: 'file.list@1', with: { folder } }], [['it', 'file: read *']]);
    return (done.output as { files: { path: string }[] }).files.map(({ path }) => path);
  };
  return { run, one, outcome, given, bytesAt, listed };
};
