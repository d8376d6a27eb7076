/** Rows of one workspace, for tests of the walls between workspaces. Nothing outside tests imports it. */

import type { PromotionRow } from '../environment.ts';
import type { InvitationRow } from '../people.ts';
import { NOW } from './kit.ts';
import type { Names } from './names.ts';

export const promotion = (names: Names): PromotionRow => ({
  id: names.promotion,
  flow: names.flow,
  source: 'default',
  target: names.environment,
  version: 1,
  before: null,
  revision: 1,
  state: 'proposed',
  note: null,
  by: 'user',
  created: NOW,
  decidedBy: null,
  vars: {},
  decided: null,
});

export const invitation = (id: string, workspace: string): InvitationRow => ({
  id,
  workspace,
  email: 'x@example.com',
  role: 'viewer',
  projects: [],
  by: 'u_v',
  created: NOW,
  expires: NOW + 1000,
  accepted: null,
  revoked: null,
});

export const connectionOf = (n: Names) => ({ project: n.project, name: `${n.secret}_shop`, environment: '*' });
export const MADE_OF = {
  grant: 'code',
  authorizeUrl: 'https://a.example/authorize',
  tokenUrl: 'https://a.example/token',
  clientId: 'us',
  scope: null,
  service: null,
  owner: 'user',
  at: NOW,
};
