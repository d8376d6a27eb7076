/** Names of things of one workspace, for tests of the walls between workspaces. */

/** The names of everything the victim owns; the other set is of the same form and was never used. */
export type Names = {
  flow: string;
  hash: string;
  run: string;
  open: string;
  key: string;
  grant: string;
  project: string;
  environment: string;
  promotion: string;
  secret: string;
  file: string;
  table: string;
  knowledge: string;
  token: string;
  client: string;
  user: string;
  group: string;
  role: string;
  invitation: string;
};

export const VICTIM: Names = {
  flow: 'flow_v',
  hash: 'hash_v',
  run: 'run_v',
  open: 'run_w',
  key: 'key_v',
  grant: 'grant_v',
  project: 'proj_v',
  environment: 'prod',
  promotion: 'pr_v',
  secret: 'github',
  file: 'file_v',
  table: 'tbl_v',
  knowledge: 'kb_v',
  token: 't_v',
  client: 'c_v',
  user: 'u_v',
  group: 'g_v',
  role: 'r_v',
  invitation: 'i_v',
};
export const NOBODY: Names = {
  flow: 'flow_0',
  hash: 'hash_0',
  run: 'run_0',
  open: 'run_1',
  key: 'key_0',
  grant: 'grant_0',
  project: 'proj_0',
  environment: 'live',
  promotion: 'pr_0',
  secret: 'gitlab',
  file: 'file_0',
  table: 'tbl_0',
  knowledge: 'kb_0',
  token: 't_0',
  client: 'c_0',
  user: 'u_0',
  group: 'g_0',
  role: 'r_0',
  invitation: 'i_0',
};
