/** `headgate policy …`: what steps of a workspace may use at all, at a running server. */

import { ask, id, type Row, type Where } from './ask.ts';

const pathOf = (workspace: string | undefined): string =>
  workspace === undefined ? '/api/v1/workspace/policy' : `/api/v1/workspaces/${id(workspace)}/bounds`;

const listed = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

const told = ({ only, denied }: Row): string =>
  [
    ...(only === undefined
      ? ['everything may be lent']
      : ['only these may be lent:', ...listed(only).map((one) => `  ${one}`)]),
    ...(listed(denied).length === 0 ? [] : ['never these:', ...listed(denied).map((one) => `  ${one}`)]),
  ].join('\n');

/** Of the workspace itself; with `bounds`, what the instance lets that workspace. */
export const showPolicy = (w: Where, bounds?: string): Promise<number> =>
  ask(w, 'GET', pathOf(bounds), undefined, told);

type Wish = {
  readonly only: readonly string[];
  readonly deny: readonly string[];
  readonly nothing: boolean;
  readonly bounds?: string;
};

/** Takes the place of the policy before. Without `only` everything that is not denied may be lent. */
export const setPolicy = (w: Where, { only, deny, nothing, bounds }: Wish): Promise<number> =>
  ask(w, 'PUT', pathOf(bounds), { ...(only.length > 0 || nothing ? { only } : {}), denied: deny }, told);
