/**
 * The catalogue of a workspace: the kinds and services of the server, and the services it described itself.
 *
 * CT1 A workspace without services of its own shares the one catalogue of all; the object of one stays the same as long as
 *     its services do, so that what was compiled by it can be kept with it.
 * CT2 No service of a workspace stands in the place of one that comes with the server.
 */

import { type Catalog, catalogOf, readService, servicesOf } from '@headgate/core';
import type { Store } from '../store/ports.ts';
import { Recent } from './cache.ts';

type Kept = { readonly version: number; readonly marks: string; readonly catalog: Catalog };

export class Catalogs {
  readonly #base: Catalog;
  readonly #store: Pick<Store, 'in' | 'version'>;
  readonly #kept = new Recent<string, Kept>(1_000);

  constructor(base: Catalog, store: Pick<Store, 'in' | 'version'>) {
    this.#base = base;
    this.#store = store;
  }

  /** The catalogue of a workspace, as of now. */
  async in(workspace: string): Promise<Catalog> {
    const version = this.#store.version();
    const kept = this.#kept.get(workspace);
    if (kept?.version === version) return kept.catalog;
    const { services } = this.#store.in(workspace);
    const marks = (await services.list()).map(({ name, hash }) => `${name} ${hash}`).join('\n');
    const catalog =
      marks === '' ? this.#base : kept?.marks === marks ? kept.catalog : this.#with(await services.docs());
    this.#kept.set(workspace, { version, marks, catalog });
    return catalog;
  }

  #with(docs: readonly unknown[]): Catalog {
    const { steps, triggers, services, providers } = this.#base;
    const own = docs.flatMap((doc) => {
      const read = readService(doc);
      return read.ok && services.get(read.service.name) === undefined ? [read.service] : [];
    });
    return catalogOf(steps, triggers, servicesOf([...services.list, ...own]), providers);
  }
}
