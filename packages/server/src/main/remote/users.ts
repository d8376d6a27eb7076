/** `headgate user …`: the accounts of an instance, for who manages it. */

import { ask, id, pageOf, query, type Where } from './ask.ts';
import { withAccount } from './whom.ts';

const COLUMNS = ['id', 'email', 'name', 'state', 'administrator', 'factor', 'created'];
const FIELD = '<user>';

export const listUsers = (w: Where, page: { readonly limit: number; readonly cursor?: string }): Promise<number> =>
  ask(w, 'GET', `/api/v1/users${query(page)}`, undefined, pageOf('users', COLUMNS));

type Change = { readonly state?: string; readonly administrator?: boolean };

export const changeUser = (w: Where, whom: string, change: Change): Promise<number> =>
  withAccount(w, whom, FIELD, (user) =>
    ask(w, 'PATCH', `/api/v1/users/${id(user)}`, change, (v) => {
      const manages = v['administrator'] === true ? ', manages the instance' : '';
      return `${String(v['email'])}: ${String(v['state'])}${manages}; every session of it has ended`;
    }),
  );

export const resetUser = (w: Where, whom: string): Promise<number> =>
  withAccount(w, whom, FIELD, (user) =>
    ask(w, 'POST', `/api/v1/users/${id(user)}/reset`, undefined, (v) => String(v['link'])),
  );
