/** Operations and triggers as a search finds them: by the words of a service, of what it does, and of its id. */

import type { ServiceListed } from './use-services.ts';

export type OperationFound = {
  /** Unique among all. */
  readonly key: string;
  readonly service: string;
  readonly title: string;
  readonly operation: string;
  readonly does: string;
};

/** What starts a flow at a service. `kind`: of the trigger that waits for it. */
export type TriggerFound = {
  readonly key: string;
  readonly kind: 'service.trigger@1' | 'service.webhook@1';
  readonly service: string;
  readonly title: string;
  readonly trigger: string;
  readonly does: string;
};

const MOST = 40;
/** They stand below what most people look for. */
const MOST_TRIGGERS = 12;

/** `Slack: send a message`. */
export const sentenceFor = (title: string, does: string): string => `${title}: ${does}`;

const all = (services: readonly ServiceListed[]): readonly OperationFound[] =>
  services.flatMap(({ name, title, operations }) =>
    operations.map(({ id, title: does }) => ({ key: `${name}/${id}`, service: name, title, operation: id, does })),
  );

const allTriggers = (services: readonly ServiceListed[]): readonly TriggerFound[] =>
  services.flatMap(({ name, title, triggers }) =>
    triggers.map(({ id, title: does, kind }) => ({
      key: `${name}/on/${id}`,
      kind: kind === 'webhook' ? ('service.webhook@1' as const) : ('service.trigger@1' as const),
      service: name,
      title,
      trigger: id,
      does,
    })),
  );

/** Those in which every word of the search is found, those that begin with it first. */
const found = <T extends { readonly title: string; readonly does: string }>(
  list: readonly T[],
  idOf: (one: T) => string,
  search: string,
  most: number,
): readonly T[] => {
  const text = search.trim().toLowerCase();
  const words = text.split(/\s+/).filter((word) => word !== '');
  return list
    .map((one, i) => ({ one, i, said: sentenceFor(one.title, one.does).toLowerCase() }))
    .filter(({ one, said }) => words.every((word) => said.includes(word) || idOf(one).includes(word)))
    .toSorted((a, b) => Number(b.said.startsWith(text)) - Number(a.said.startsWith(text)) || a.i - b.i)
    .slice(0, most)
    .map(({ one }) => one);
};

export const operationsFound = (services: readonly ServiceListed[], search: string): readonly OperationFound[] =>
  found(all(services), ({ operation }) => operation, search, MOST);

export const triggersFound = (services: readonly ServiceListed[], search: string): readonly TriggerFound[] =>
  found(allTriggers(services), ({ trigger }) => trigger, search, MOST_TRIGGERS);
