/** One of everything that a workspace can hold, put into the victim's: for tests of the walls between workspaces. */

import type { PromotionRow } from '../environment.ts';
import type { FileContent } from '../file.ts';
import type { InvitationRow } from '../people.ts';
import type { GrantRow, Store, WorkspaceStore } from '../ports.ts';
import { NOW, openRow, runRow, runWrite, writeAll } from './kit.ts';
import { fillChats } from './chats.ts';
import { fillEvaluations } from './evaluations.ts';
import { fillKnowledge } from './knowledge.ts';
import { fillNotices } from './notices.ts';
import { type Names, VICTIM } from './names.ts';
import { clientRow, consentOf, keyRow, tokenRow } from './tokens.ts';

export const grant = (names: Names): GrantRow => ({
  id: `${names.grant}_new`,
  flow: names.flow,
  step: '*',
  power: 'code',
  environment: '*',
  grantor: 'user',
  asCaller: false,
  created: NOW,
});

/** A question to a person of the victim's. */
const ASK = {
  ...{ id: 'ask_of_victim', step: 'ask', item: '', title: 'Well?', opened: NOW, deadline: null },
  ...{ ended: null, not: [], links: [] },
  who: [{ kind: 'member', name: VICTIM.user }],
  state: 'open',
} as const;

export const NOTHING_BROUGHT = { triggers: [], grants: [], ends: [] };
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

export const flow = (id: string, project: string) => ({
  id,
  project,
  owner: 'user',
  name: 'Greet',
  draft: {},
  draftHash: 'h',
  at: NOW,
});

export const publish = (names: Names) => ({
  flow: names.flow,
  hash: names.hash,
  doc: { of: names.flow },
  note: null,
  by: 'user',
  at: NOW,
  grants: [],
  triggers: [
    { id: 'hook', kind: 'webhook@1', with: {}, disabled: false },
    { id: 'tool', kind: 'mcp.tool@1', with: {}, disabled: false },
  ],
});

export const fileOf = (names: Names) => ({
  id: names.file,
  project: names.project,
  path: 'in/a.csv',
  type: 'text/csv',
  by: 'user',
  at: NOW,
});

export const BY = { by: 'user', at: NOW };
export const tableOf = (names: Names) => ({
  id: names.table,
  project: names.project,
  name: 'people',
  columns: [{ name: 'email', type: 'text' as const }],
  ...BY,
});
export const keyOf = (names: Names) => ({ project: names.project, store: 'main', key: 'seen' });

/** What the victim's file holds, and the id of its connection. */
export const held = { blob: '', connection: '' };

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

export const contentOf = async (space: WorkspaceStore, text: string): Promise<FileContent> => {
  const sink = space.files.sink();
  await sink.add(new TextEncoder().encode(text));
  return sink.end();
};

export const fill = async (store: Store): Promise<void> => {
  await store.workspaces.create({ id: 'victim', name: 'Victim', at: NOW });
  await store.workspaces.create({ id: 'thief', name: 'Thief', at: NOW });
  const victim = store.in('victim');
  await victim.projects.create({ id: VICTIM.project, name: 'Project', at: NOW });
  for (const user of [VICTIM.user, 'u_other'])
    await victim.members.add({ user, role: 'owner', created: NOW, by: 'cli' });
  await victim.groups.create({ id: VICTIM.group, name: 'Team', at: NOW });
  await victim.groups.setUsers(VICTIM.group, [VICTIM.user]);
  await victim.members.setProjectRole(VICTIM.project, VICTIM.group, 'editor', NOW);
  await victim.roles.create({ id: VICTIM.role, name: 'r_v', permissions: ['run'], created: NOW });
  await victim.invitations.create(invitation(VICTIM.invitation, 'victim'), 'hash of i_v');
  await victim.limits.setQuota({ quota: { runs: { day: 7 } }, updated: NOW, by: VICTIM.key });
  await victim.bounds.set({ only: ['code: *'], denied: [], updated: NOW, by: VICTIM.key });
  await victim.services.put({ name: VICTIM.key, doc: { of: VICTIM.key }, hash: 'v', by: VICTIM.key, updated: NOW });
  await victim.modelProviders.put({ name: VICTIM.key, doc: { of: VICTIM.key }, by: VICTIM.key, updated: NOW });
  await victim.policy.set({ only: null, denied: ['code: python'], updated: NOW, by: VICTIM.key });
  await victim.flows.create(flow(VICTIM.flow, VICTIM.project));
  await victim.flows.publish({ ...publish(VICTIM), grants: [{ ...grant(VICTIM), id: VICTIM.grant }] });
  await victim.environments.put(VICTIM.project, VICTIM.environment, { approval: true }, NOW);
  await victim.environments.setVars(VICTIM.project, VICTIM.environment, 0, { base: 'https://v.example' }, NOW);
  await victim.deployments.apply(
    { ...promotion(VICTIM), id: 'pr_earlier' },
    { project: VICTIM.project, who: 'user', at: NOW, proposed: false },
    {
      ...NOTHING_BROUGHT,
      triggers: [{ id: 'hook', kind: 'webhook@1', with: {}, disabled: false }],
    },
  );
  await victim.deployments.propose({ ...promotion(VICTIM), before: 1 });
  await victim.deployments.propose({ ...promotion(VICTIM), id: `${VICTIM.promotion}_b` });
  await victim.keys.create(keyRow(VICTIM.key, 'victim'));
  await victim.tokens.create(tokenRow(VICTIM.token, 'victim'));
  await victim.clients.create(clientRow(VICTIM.client, 'victim'));
  await store.oauth.begin(...consentOf(`oc_of_${VICTIM.client}`, 'victim', VICTIM.user, VICTIM.client));
  await victim.secrets.put({
    project: VICTIM.project,
    name: VICTIM.secret,
    origins: [],
    value: 'v',
    owner: 'user',
    at: NOW,
  });
  const made = await victim.connections.create({
    ...connectionOf(VICTIM),
    ...MADE_OF,
    origins: ['https://a.example'],
    value: 'v',
  });
  held.connection = made === null || made === 'taken' ? '' : made.id;
  const first = await victim.files.put({ ...fileOf(VICTIM), content: await contentOf(victim, 'a;b\n') });
  await fillChats(victim);
  await fillEvaluations(victim);
  await victim.tables.create(tableOf(VICTIM));
  await victim.tables.add(VICTIM.project, VICTIM.table, [{ id: 'row_of_v', values: { email: 'a@x' } }], BY);
  await fillKnowledge(victim);
  await victim.values.set(keyOf(VICTIM), 'kept', { ...BY, expires: null });
  await victim.values.set({ ...keyOf(VICTIM), key: 'count' }, 5, { ...BY, expires: null });
  held.blob = typeof first === 'string' ? '' : first.blob;
  const of = { workspace: 'victim', project: VICTIM.project, flow: VICTIM.flow, hash: VICTIM.hash };
  const by = { workspace: 'victim', actor: 'user', run: VICTIM.run };
  const told = { at: NOW, ...by, decision: 'allow' as const, reason: null };
  await writeAll(store, [
    runWrite(runRow(VICTIM.run, { ...of, idempotencyKey: 'once' }), 'x', {
      blobs: [{ id: 'blob_of_run_v', bytes: new Uint8Array(9) }],
      audit: [
        { ...told, action: 'run', object: VICTIM.flow, step: null },
        { ...told, action: 'power.net', object: 'GET a.example:443', step: 'get' },
      ],
    }),
    runWrite(openRow(VICTIM.open, of), 'x', { asks: [ASK] }),
    runWrite(runRow('run_failed_v', { ...of, state: 'failed', problemCode: 'oops' })),
  ]);
  await fillNotices(store);
};
