/**
 * The chats that a principal may write to, as clients of OpenAI and Langflow name them: by the name of a model, by the flow's
 * id, or by the flow's name.
 *
 * CK1 What is not on the list of a principal is, to it, not there (AZ-01, MCP-06).
 */

import { isObject, type Principal, sightOf } from '@headgate/core';
import type { Store } from '../../store/ports.ts';

export type KnownChat = {
  readonly flow: string;
  readonly project: string;
  readonly name: string;
  readonly model: string | null;
  readonly description: string;
};

/** More are not listed. */
const MOST = 500;
const MOST_KEPT = 500;

export class KnownChats {
  readonly #store: Pick<Store, 'in' | 'version'>;
  readonly #kept = new Map<string, Promise<readonly KnownChat[]>>();
  #version = -1;

  constructor(store: Pick<Store, 'in' | 'version'>) {
    this.#store = store;
  }

  /** All of them, the oldest flow first. */
  of(who: Principal): Promise<readonly KnownChat[]> {
    const version = this.#store.version();
    if (version !== this.#version || this.#kept.size >= MOST_KEPT) this.#kept.clear();
    this.#version = version;
    const sight = sightOf(who, 'run');
    const key = JSON.stringify([who.workspace, sight]);
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const made = this.#read(who.workspace, sight);
    this.#kept.set(key, made);
    // What could not be read is not kept.
    made.catch(() => this.#kept.delete(key));
    return made;
  }

  /**
   * By id, by the name of a model, or by name; null: there is none for this principal, or more than one, of which nobody can say
   * which was meant: by a name of another's, no flow is spoken to in its place.
   */
  async find(who: Principal, called: string): Promise<KnownChat | null> {
    const all = await this.of(who);
    const own = all.find(({ flow }) => flow === called);
    if (own !== undefined) return own;
    const [one, another] = all.filter(({ model, name }) => model === called || name === called);
    return another === undefined ? (one ?? null) : null;
  }

  async #read(workspace: string, sight: ReturnType<typeof sightOf>): Promise<readonly KnownChat[]> {
    const rows = await this.#store.in(workspace).tools.list({ kind: 'chat', sight, limit: MOST });
    return rows.map(({ flow, project, doc, with: settings }) => {
      const { name = '', description = '' } = isObject(doc) ? (doc as { name?: string; description?: string }) : {};
      const model = isObject(settings) && typeof settings['model'] === 'string' ? settings['model'] : null;
      return { flow, project, name, model, description };
    });
  }
}
