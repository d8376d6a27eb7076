/** The hints of the first flow. */

export const hints = {
  title: 'First steps',
  count: '{{at}} of {{of}}',
  run: 'This flow answers a webhook. Run it with its sample data, and see what goes over each wire.',
  runAct: 'Run it now',
  change: 'Change a line of the code, then press Ctrl+Enter: only what the change touches runs again.',
  changeAct: 'Go to the line',
  publish: 'Publish it: from then on the flow has an address of its own.',
  publishAct: 'See what would be published',
  call: 'Paste this into your own terminal: the answer comes there, and the run appears here.',
  callAct: 'Copy the call',
  done: 'That is all: built, run, published and called.',
  templates: 'See more flows to begin with',
  guides: 'Read the guides',
  putAway: 'Hide the hints',
  close: 'Close',
} as const;
