/**
 * Services that lie beside a flow file, in the folder `services`: the same documents that a workspace brings along, for
 * commands that have no server to ask.
 *
 * SB1 None takes the place of one that comes with Headgate, here as there.
 */

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Catalog, catalogOf, problem, type Problem, readService, type Service, servicesOf } from '@headgate/core';
import { readText } from './files.ts';

export const SERVICES = 'services';

export type Beside = { readonly services: readonly Service[]; readonly problems: readonly Problem[] };

/** Those of a folder of flows, and what is wrong with them. */
export const servicesIn = (folder: string, known: Catalog): Beside => {
  const dir = join(folder, SERVICES);
  const services: Service[] = [];
  const problems: Problem[] = [];
  const names = existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith('.json')) : [];
  for (const name of names.sort()) {
    const path = join(dir, name);
    const read = manifestOf(path);
    if (!read.ok) problems.push(...read.problems.map((one) => ({ ...one, at: { ...one.at, flow: path } })));
    else if (known.services.get(read.service.name) !== undefined)
      problems.push(
        problem('service.taken', `The service ${read.service.name} comes with Headgate`, {
          at: { flow: path },
          fix: 'Give it another name.',
        }),
      );
    else services.push(read.service);
  }
  return { services, problems };
};

const manifestOf = (path: string): ReturnType<typeof readService> => {
  const text = readText(path);
  if (!text.ok) return { ok: false, problems: [text.problem] };
  try {
    return readService(JSON.parse(text.value));
  } catch {
    return { ok: false, problems: [problem('service.invalid', 'This is no JSON')] };
  }
};

/** The same kinds, with these services besides. */
export const withServices = (catalog: Catalog, services: readonly Service[]): Catalog =>
  services.length === 0
    ? catalog
    : catalogOf(
        catalog.steps,
        catalog.triggers,
        servicesOf([...catalog.services.list, ...services]),
        catalog.providers,
      );

/** What a flow file can name: what comes with Headgate, and what lies beside it. */
export const catalogFor = (path: string, catalog: Catalog): { readonly catalog: Catalog } & Beside => {
  const beside = servicesIn(dirname(path), catalog);
  return { ...beside, catalog: withServices(catalog, beside.services) };
};
