/** Operations as a search finds them: by the words of a service, of what it does, and of its id. */

import type { ServiceListed } from './use-services.ts';

export type OperationFound = {
  /** Unique among all. */
  readonly key: string;
  readonly service: string;
  readonly title: string;
  readonly operation: string;
  readonly does: string;
};

const MOST = 40;

/** `Slack: send a message`. */
export const sentenceFor = (title: string, does: string): string => `${title}: ${does}`;

const all = (services: readonly ServiceListed[]): readonly OperationFound[] =>
  services.flatMap(({ name, title, operations }) =>
    operations.map(({ id, title: does }) => ({ key: `${name}/${id}`, service: name, title, operation: id, does })),
  );

/** Those in which every word of the search is found, those that begin with it first. */
export const operationsFound = (services: readonly ServiceListed[], search: string): readonly OperationFound[] => {
  const text = search.trim().toLowerCase();
  const words = text.split(/\s+/).filter((word) => word !== '');
  return all(services)
    .map((one, i) => ({ one, i, said: sentenceFor(one.title, one.does).toLowerCase() }))
    .filter(({ one, said }) => words.every((word) => said.includes(word) || one.operation.includes(word)))
    .toSorted((a, b) => Number(b.said.startsWith(text)) - Number(a.said.startsWith(text)) || a.i - b.i)
    .slice(0, MOST)
    .map(({ one }) => one);
};
