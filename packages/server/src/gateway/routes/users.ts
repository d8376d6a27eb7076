/** Accounts of the instance, for who manages it. */

import { ROUTES } from '@headgate/core/api';
import { AUTH, shownAccount } from '../accounts/desk.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, refuse } from '../outcome.ts';

const PAGE = 50;
const RESET_LIFE = 24 * 3_600_000;

export const userRoutes = ({ gate }: Lodge): readonly Route[] => {
  const { accounts } = gate.store;
  return [
    implement(ROUTES.listUsers, async ({ query }) => {
      const { rows, next } = await accounts.users({
        limit: query.limit ?? PAGE,
        ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
      });
      return give(200, { users: rows.map(shownAccount), next });
    }),

    implement(ROUTES.patchUser, async ({ params, body }) => {
      if ((await accounts.user(params.id)) === null) return MISSING;
      const { state, administrator } = body;
      const to = {
        ...(state === undefined ? {} : { state }),
        ...(administrator === undefined ? {} : { administrator }),
      };
      const user = await accounts.change(params.id, to, gate.clock());
      return user === null ? refuse('user.last') : give(200, shownAccount(user));
    }),

    implement(ROUTES.resetUser, async ({ who, params }) => {
      if ((await accounts.user(params.id)) === null) return MISSING;
      const at = gate.clock();
      const { token, link } = await accounts.links.make({
        kind: 'reset',
        user: params.id,
        by: who.id,
        at,
        life: RESET_LIFE,
      });
      const address = `${gate.publicUrl}${AUTH}/reset/${token}`;
      return { ...give(201, { link: address, expires: new Date(link.expires).toISOString() }), fresh: token };
    }),
  ];
};
