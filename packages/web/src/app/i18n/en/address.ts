/** Addresses of webhooks, and others in their place. */
export const address = {
  published: 'Address of what is published',
  unpublished: 'It gets an address that stays when the flow is published.',
  environment: 'In {{environment}}',
  replace: 'New address',
  replaceOf: 'New address for {{trigger}}',
  lead: 'It gets another address. Whatever sends to the present one has to be told: the new one is shown here.',
  old: 'The present address',
  ends: {
    now: 'ends at once',
    hour: 'stays good for 1 hour',
    day: 'stays good for 24 hours',
    week: 'stays good for 7 days',
  },
  atOnce:
    'It is nothing from then on, and neither are those before it: what is sent there is answered 404. Right for an address that got about.',
  overlap:
    'Until then both start the flow, so that senders can be told. It cannot be ended sooner but by one more address.',
  done: '{{trigger}} has a new address',
  besides: 'What was its address before is good besides; it ends',
} as const;
