/** Beginning a flow. */
export const templates = {
  title: 'New flow',
  blank: 'Begin with nothing',
  file: 'From a file',
  unread: 'Expected a flow file, which is one JSON document; this file is none.',
  starters: 'Starters',
  lead: 'Working flows. Each becomes a flow of yours, to change as you like; what it asks for stands below its name.',
  find: 'Find a starter',
  asks: 'Asks for',
  use: 'Use this',
  useNamed: 'Use this: {{name}}',
  groups: {
    start: 'First steps',
    basics: 'Basics',
    webhooks: 'Webhooks',
    schedules: 'Schedules',
    apis: 'Services',
    code: 'Code',
    people: 'People',
    ai: 'AI',
  },
} as const;
