/** The providers of models of a workspace, read once per change of the store; which models lie on this machine, each time. */

import { type Catalog, type ModelSpec, type Provider, providersIn, withModelsHere } from '@headgate/core';
import type { Store } from '../../store/ports.ts';
import { Recent } from '../cache.ts';

export class Providers {
  readonly #kinds: Catalog['providers'];
  readonly #store: Pick<Store, 'in' | 'version'>;
  readonly #local: () => Promise<readonly ModelSpec[]>;
  readonly #kept = new Recent<string, { readonly version: number; readonly providers: readonly Provider[] }>(1_000);

  constructor(
    kinds: Catalog['providers'],
    store: Pick<Store, 'in' | 'version'>,
    local: () => Promise<readonly ModelSpec[]> = () => Promise.resolve([]),
  ) {
    this.#kinds = kinds;
    this.#store = store;
    this.#local = local;
  }

  async in(workspace: string): Promise<readonly Provider[]> {
    const models = await this.here();
    return (await this.#in(workspace)).map((one) => ({ ...one, kind: withModelsHere(one.kind, models) }));
  }

  /** What lies on this machine. */
  here(): Promise<readonly ModelSpec[]> {
    return this.#local();
  }

  async #in(workspace: string): Promise<readonly Provider[]> {
    const version = this.#store.version();
    const kept = this.#kept.get(workspace);
    if (kept?.version === version) return kept.providers;
    const providers = providersIn(this.#kinds, await this.#store.in(workspace).modelProviders.list());
    this.#kept.set(workspace, { version, providers });
    return providers;
  }
}
