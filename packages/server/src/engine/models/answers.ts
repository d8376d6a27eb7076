/**
 * Answers that may be given again: to the same question, word for word, of the same flow in the same environment to the same
 * model. In memory alone, for an hour, and only where a step asks for it; what is kept of the question is a hash.
 */

import { createHash } from 'node:crypto';
import type { ModelAt } from '@headgate/core';
import { Recent } from '../cache.ts';

const MOST = 500;
/** Characters of one answer; a longer one is not kept. */
const LONGEST = 65_536;
const FOR = 3_600_000;

const NOT_OF_THE_QUESTION: ReadonlySet<string> = new Set(['models', 'timeout', 'stall', 'tries', 'cache', 'stream']);

/** Whose answer it is: what one flow was told is no other's to read. */
type Of = Readonly<Record<'workspace' | 'project' | 'flow' | 'environment', string>>;

export class Answers<T extends object> {
  readonly #kept = new Recent<string, { readonly value: T; readonly until: number }>(MOST);

  keyOf({ workspace, project, flow, environment }: Of, { provider, spec, baseUrl }: ModelAt, question: object): string {
    const asked = Object.fromEntries(Object.entries(question).filter(([name]) => !NOT_OF_THE_QUESTION.has(name)));
    const text = JSON.stringify(
      [workspace, project, flow, environment, provider.name, baseUrl, spec.id, asked],
      (_key, value: unknown) =>
        value instanceof Uint8Array ? createHash('sha256').update(value).digest('base64') : value,
    );
    return createHash('sha256').update(text).digest('base64');
  }

  get(key: string, now: number): T | undefined {
    const kept = this.#kept.get(key);
    return kept === undefined || kept.until <= now ? undefined : kept.value;
  }

  set(key: string, value: T, now: number): void {
    if (JSON.stringify(value).length <= LONGEST) this.#kept.set(key, { value, until: now + FOR });
  }
}
