/** The list of flows, and making one. */
export const flows = {
  title: 'Flows',
  lead: 'A flow is steps joined by wires. It runs by hand, by schedule, by webhook or by API.',
  empty: 'There is no flow yet.',
  create: 'New flow',
  name: 'Name',
  newName: 'New flow',
  status: 'Status',
  version: 'Version {{version}}',
  draftOnly: 'Draft, not published',
  off: 'Switched off',
  changed: 'Changed',
  owner: 'Owner',
  visibility: { private: 'Private', project: 'Project', workspace: 'Workspace', public: 'Public' },
  filter: 'Find a flow',
  acts: 'What can be done with {{name}}',
  deleted: 'Deleted flows',
} as const;
