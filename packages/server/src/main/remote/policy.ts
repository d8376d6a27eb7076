/** `headgate policy …`: what steps of a workspace may use at all, at a running server. */

import { ask, type Row, type Where } from './ask.ts';

const PATH = '/api/v1/workspace/policy';

const listed = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

const told = ({ only, denied }: Row): string =>
  [
    ...(only === undefined
      ? ['everything may be lent']
      : ['only these may be lent:', ...listed(only).map((one) => `  ${one}`)]),
    ...(listed(denied).length === 0 ? [] : ['never these:', ...listed(denied).map((one) => `  ${one}`)]),
  ].join('\n');

export const showPolicy = (w: Where): Promise<number> => ask(w, 'GET', PATH, undefined, told);

type Wish = { readonly only: readonly string[]; readonly deny: readonly string[]; readonly nothing: boolean };

/** Takes the place of the policy before. Without `only` everything that is not denied may be lent. */
export const setPolicy = (w: Where, { only, deny, nothing }: Wish): Promise<number> =>
  ask(w, 'PUT', PATH, { ...(only.length > 0 || nothing ? { only } : {}), denied: deny }, told);
