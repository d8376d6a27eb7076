/** The text of docs/permissions.md: roles, routes and visibilities, made of the table and the contracts. */

import { PERMISSIONS } from '../access/permission.ts';
import { INSTANCE_PERMISSIONS, ROLE_PERMISSIONS, ROLES } from '../access/role.ts';
import { TABLE } from '../access/table.ts';
import { type Contract, permissionOf } from './route.ts';

const matrix = (): readonly string[] => [
  `| permission | what it allows | ${ROLES.join(' | ')} |`,
  `|---|---|${ROLES.map(() => '---').join('|')}|`,
  ...PERMISSIONS.map((permission) => {
    const held = ROLES.map((role) => (ROLE_PERMISSIONS[role].includes(permission) ? 'yes' : ''));
    const instance = INSTANCE_PERMISSIONS.has(permission) ? ' (administrators of the instance)' : '';
    return `| \`${permission}\` | ${TABLE[permission].says}${instance} | ${held.join(' | ')} |`;
  }),
];

const judged: Readonly<Record<Contract['on'], string>> = {
  flow: 'the flow',
  deleted: 'the flow that was deleted',
  run: 'the run’s flow',
  project: 'the project',
  workspace: 'the workspace',
  any: 'shows what is seen',
  nobody: '',
};

const routeRows = (routes: Readonly<Record<string, Contract>>): readonly string[] =>
  Object.entries(routes)
    .map(([name, contract]) => ({ name, contract, permission: permissionOf(contract.needs) }))
    .filter(({ permission }) => permission !== undefined)
    .toSorted((a, b) => a.contract.path.localeCompare(b.contract.path) || a.name.localeCompare(b.name))
    .map(
      ({ contract, permission }) =>
        `| ${contract.method} \`${contract.path}\` | \`${permission ?? ''}\` | ${judged[contract.on]} |`,
    );

export const permissionsPage = (routes: Readonly<Record<string, Contract>>): string =>
  [
    '# Permissions',
    '',
    'Permissions are for people, their keys and tokens; powers are for steps (see powers.md). This page is generated from',
    '`packages/core/src/access/table.ts`, `role.ts` and the contracts of the routes.',
    '',
    '## Roles',
    '',
    'A role is held in a workspace, or in single projects of it, by oneself or through a group. A workspace may make roles',
    'of its own out of these permissions. What concerns the instance is in no role: it is a property of an account. Nobody',
    'gives, changes or takes away a role that holds more than he holds himself, and a workspace keeps an owner.',
    '',
    ...matrix(),
    '',
    '## Who sees a flow',
    '',
    '| visibility | who reads and runs it, as far as their roles let them |',
    '|---|---|',
    '| `private` | its owner, and who manages the workspace |',
    '| `project` | who holds a role in its project, or in the whole workspace |',
    '| `workspace` | everybody in the workspace, whatever their project; changed by those of its project alone |',
    '| `public` | besides, anybody runs it at `/api/v1/public/{id}/runs`, as a visitor without any power |',
    '',
    'What is not seen answers as if it had never been there, in lists, counts and single looks alike. A key of an account',
    'holds what its scope names, within what the account may now.',
    '',
    '## Routes',
    '',
    '| route | needs | judged against |',
    '|---|---|---|',
    ...routeRows(routes),
    '',
  ].join('\n');
