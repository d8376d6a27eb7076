/** Trying out a webhook of a draft. */
export const listen = {
  title: 'Try the webhook',
  begin: 'Listen',
  lead: 'Gives the draft an address for 15 minutes: each delivery runs the draft.',
  waits: 'Waiting for a delivery',
  until: 'ends',
  end: 'Stop listening',
  address: 'Address of the draft',
  curl: 'A delivery to send from a shell',
  signed: 'Signed as {{preset}} does, with the secret in the environment variable WEBHOOK_SECRET.',
  begun: 'The webhook of the draft listens',
  came: 'A delivery came; the draft runs with it',
  deliveries: 'Last deliveries',
  look: 'Look at the run',
  take: 'Use as input',
  taken: 'Draft runs begin with this delivery now',
  large: 'This delivery is too large to be kept as the input of draft runs.',
} as const;
