/**
 * Secrets of flow tests: for each name that a flow uses, a text that is nobody's, so that a step with a secret is tested
 * as it is. It holds no secret and knows where none would come from.
 *
 * SI1 A stand-in goes where the flow asks to send the secret of that name, and to the origins of the case's record.
 */

import { type Catalog, type Flow, needsOf, parsePower } from '@headgate/core';
import type { HeldSecret, SecretSource } from '../engine/secret-source.ts';

/** What stands in for a secret, e.g. in the path of an address in a record: `secret-telegram`. */
const standIn = (name: string): string => `secret-${name}`;

type Asked = { readonly name: string; readonly origin: string | null };

/** The secrets that steps of a flow ask for, with the origin each is meant for; null where it is read or not known before. */
export const secretsAsked = (flow: Flow, catalog: Catalog): readonly (Asked & { readonly step: string })[] =>
  needsOf(flow, catalog).flatMap(({ step, need }) => {
    if (need.power !== 'secret') return [];
    const asked = parsePower(`secret: ${need.scope}`);
    if (!asked.ok || asked.value.power !== 'secret') return [];
    return [{ step, name: asked.value.name, origin: asked.value.origin ?? null }];
  });

export type StandIns = {
  readonly source: SecretSource;
  /** From now on these have a stand-in, and no others. */
  readonly stand: (asked: readonly Asked[], origins: readonly string[]) => void;
};

export const newStandIns = (): StandIns => {
  let held = new Map<string, HeldSecret>();
  let changed = false;
  const stand: StandIns['stand'] = (asked, origins) => {
    const names = [...new Set(asked.map(({ name }) => name))];
    held = new Map(
      names.map((name) => {
        const own = asked.flatMap((one) => (one.name === name && one.origin !== null ? [one.origin] : []));
        const of = [...new Set([...own, ...origins])];
        return [
          name,
          { id: `test ${name}`, version: '1', origins: of, held: { kind: 'bearer', token: standIn(name) } },
        ];
      }),
    );
    changed = true;
  };
  const source: SecretSource = {
    name: 'test',
    look: () => {
      const was = changed;
      changed = false;
      return was;
    },
    read: async (_workspace, _project, name) => held.get(name) ?? null,
    all: async () => [...held].map(([name, one]) => ({ workspace: 'default', name, held: one.held })),
  };
  return { source, stand };
};
