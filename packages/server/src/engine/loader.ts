/**
 * The step loader: reads a folder of step kinds, one folder each, the way an installed package will be read. A folder
 * exports `step` or `trigger`; its name is the kind's name.
 */

import { readdir } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { type Catalog, catalogOf, type StepKind, type TriggerKind } from '@headgate/core';

type Module = { readonly step?: StepKind; readonly trigger?: TriggerKind };

/** Loads every kind under `dir`. Throws on a folder that is not what its name says: a broken installation. */
export const loadCatalog = async (dir: string): Promise<Catalog> => {
  const entries = await readdir(dir, { withFileTypes: true });
  const folders = entries
    .filter((e) => e.isDirectory())
    .map((e) => e.name)
    .sort();
  const modules = await Promise.all(folders.map((name) => loadKind(dir, name)));
  return catalogOf(
    modules.flatMap((m) => (m.step === undefined ? [] : [m.step])),
    modules.flatMap((m) => (m.trigger === undefined ? [] : [m.trigger])),
  );
};

const loadKind = async (dir: string, name: string): Promise<Module> => {
  const files = await readdir(`${dir}/${name}`);
  const file = ['step.js', 'step.ts', 'trigger.js', 'trigger.ts'].find((f) => files.includes(f));
  if (file === undefined) return {};
  const loaded = (await import(pathToFileURL(`${dir}/${name}/${file}`).href)) as Module;
  const kind = loaded.step?.kind ?? loaded.trigger?.kind;
  if (kind !== name)
    throw new Error(
      `the folder ${name} declares the kind ${kind ?? 'nothing'}: folder and kind must have the same name`,
    );
  return loaded;
};
