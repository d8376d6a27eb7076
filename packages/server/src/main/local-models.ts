/** Where models of this machine and the add-on that runs them lie, and how much of the machine they may take. */

import { access } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LocalModels } from '../engine/models/local.ts';
import type { LocalModelsHere } from '../gateway/local-models/desk.ts';
import { LocalModelFiles } from '../store/local-models.ts';

const MEGABYTE = 1024 * 1024;
/** Tokens that go in and come out together; a model that was made for fewer has fewer. */
const CONTEXT = 8_192;
const MOST_THREADS = 4;

/** Machines that there is a part of the add-on for, and a lock for its process. */
const MACHINES: readonly string[] = ['linux-x64', 'linux-arm64'];
const MACHINE = `${process.platform}-${process.arch}`;

/** In the checkout, beside the code: what `npm ci` of its own lock file puts there. */
export const addonFolder = (): string => fileURLToPath(new URL('../../../../addons/local-models', import.meta.url));

export const modelsFolder = (dir: string): string => join(dir, 'models');

/** What the gateway is handed of them. */
export const localModelsHere = (dir: string, door: LocalModelsHere['door']): LocalModelsHere => ({
  files: new LocalModelFiles(modelsFolder(dir)),
  installed: localModels(modelsFolder(dir)).installed,
  door,
});

/** `models`: their folder. Half of the machine's memory, and a thread less than it has. */
export const localModels = (models: string): LocalModels => {
  const addon = addonFolder();
  const files = new LocalModelFiles(models);
  return {
    ...{ addon, models, context: CONTEXT },
    threads: Math.max(1, Math.min(MOST_THREADS, availableParallelism() - 1)),
    memoryMb: Math.floor(totalmem() / MEGABYTE / 2),
    fits: MACHINES.includes(MACHINE),
    installed: () =>
      access(join(addon, 'node_modules/@node-llama-cpp', MACHINE, 'package.json')).then(
        () => true,
        () => false,
      ),
    list: async () =>
      (await files.list()).map(({ name }) => ({
        id: name,
        does: ['chat', 'embed'],
        takes: ['text'],
        price: { in: 0 },
      })),
    fileOf: (id) => files.fileOf(id),
  };
};
