/** How triggers fare. */
export const health = {
  title: 'How this trigger fares',
  unpublished: 'It begins when the flow is published with it.',
  off: 'Switched off',
  looked: 'Looked',
  next: 'Comes next {{when}}',
  last: 'Last started a run',
  none: 'It started none of the latest runs.',
  failing_one: 'It fails since {{when}}: once so far',
  failing_other: 'It fails since {{when}}: {{count}} times in a row',
} as const;
