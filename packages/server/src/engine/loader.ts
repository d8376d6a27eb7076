/**
 * The step loader: reads a folder of step kinds, one folder each, the way an installed package will be read. A folder
 * exports `step` or `trigger`; its name is the kind's name. Beside it, a folder of services, one document each.
 */

import { readdir, readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import {
  type Catalog,
  catalogOf,
  printProblem,
  type ProviderKind,
  readProvider,
  readService,
  type Service,
  servicesOf,
  type StepKind,
  type TriggerKind,
} from '@headgate/core';

type Module = { readonly step?: StepKind; readonly trigger?: TriggerKind };

/**
 * Loads every kind under `dir`, the services under `services`, and the kinds of providers of models under `providers`. Throws on what is not what its name says: a broken
 * installation.
 */
export const loadCatalog = async (dir: string, services?: string, providers?: string): Promise<Catalog> => {
  const entries = await readdir(dir, { withFileTypes: true });
  const folders = entries
    .filter((e) => e.isDirectory())
    .map((e) => e.name)
    .sort();
  const modules = await Promise.all(folders.map((name) => loadKind(dir, name)));
  return catalogOf(
    modules.flatMap((m) => (m.step === undefined ? [] : [m.step])),
    modules.flatMap((m) => (m.trigger === undefined ? [] : [m.trigger])),
    servicesOf(services === undefined ? [] : await loadServices(services)),
    providers === undefined ? [] : await loadProviders(providers),
  );
};

/** Every manifest of a folder: `NAME.json` holds the service of that name. */
const loadServices = async (dir: string): Promise<readonly Service[]> => {
  const files = (await readdir(dir)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    files.map(async (file) => {
      const read = readService(JSON.parse(await readFile(`${dir}/${file}`, 'utf8')));
      if (!read.ok) throw new Error(`the service ${file}: ${read.problems.map(printProblem).join('\n')}`);
      if (`${read.service.name}.json` !== file)
        throw new Error(`the file ${file} holds the service ${read.service.name}`);
      return read.service;
    }),
  );
};

/** Every document of a folder: `NAME.json` holds the kind of provider of that name. */
const loadProviders = async (dir: string): Promise<readonly ProviderKind[]> => {
  const files = (await readdir(dir)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    files.map(async (file) => {
      const read = readProvider(JSON.parse(await readFile(`${dir}/${file}`, 'utf8')));
      if (!read.ok) throw new Error(`the provider ${file}: ${printProblem(read.problem)}`);
      if (`${read.provider.name}.json` !== file)
        throw new Error(`the file ${file} holds the provider ${read.provider.name}`);
      return read.provider;
    }),
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
