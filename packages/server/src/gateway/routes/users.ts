/** Accounts of the instance, for who manages it. */

import { ROUTES } from '@headgate/core/api';
import { AUTH, shownAccount } from '../accounts/desk.ts';
import { letters } from '../accounts/letters.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { cancelOrphans } from '../orphans.ts';
import { give, MISSING, refuse } from '../outcome.ts';

const PAGE = 50;
const RESET_LIFE = 24 * 3_600_000;

export const userRoutes = (lodge: Lodge): readonly Route[] => {
  const { gate, audit } = lodge;
  const { accounts, directory } = gate.store;
  const { send } = letters(lodge);
  return [
    implement(ROUTES.listUsers, async ({ query }) => {
      if (query.email !== undefined) {
        const found = await accounts.userByEmail(query.email);
        return give(200, { users: found === null ? [] : [shownAccount(found)], next: null });
      }
      const { rows, next } = await accounts.users({
        limit: query.limit ?? PAGE,
        ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
      });
      return give(200, { users: rows.map(shownAccount), next });
    }),

    implement(ROUTES.patchUser, async ({ who, params, body }) => {
      if ((await accounts.user(params.id)) === null) return MISSING;
      const { state, administrator } = body;
      const to = {
        ...(state === undefined ? {} : { state }),
        ...(administrator === undefined ? {} : { administrator }),
      };
      const user = await accounts.change(params.id, to, gate.clock());
      if (user === null) return refuse('user.last');
      if (state === 'suspended')
        for (const { id } of await directory.workspacesOf(user.id)) await cancelOrphans(gate, id, who);
      return give(200, shownAccount(user));
    }),

    implement(ROUTES.resetUser, async ({ who, params }) => {
      const user = await accounts.user(params.id);
      if (user === null) return MISSING;
      const at = gate.clock();
      // Whose password is set comes in where he is a member: on record there, before the link is.
      for (const { id: workspace } of await directory.workspacesOf(user.id)) {
        const deed = { workspace, actor: who.id, action: 'resetUser', object: user.id, reason: null } as const;
        if (!(await audit.record({ ...deed, decision: 'allow' }))) return refuse('audit.down');
      }
      const { token, link } = await accounts.links.make({
        kind: 'reset',
        user: params.id,
        by: who.id,
        at,
        life: RESET_LIFE,
      });
      send.resetMade(user.email);
      const address = `${gate.publicUrl}${AUTH}/reset/${token}`;
      return { ...give(201, { link: address, expires: new Date(link.expires).toISOString() }), fresh: token };
    }),
  ];
};
