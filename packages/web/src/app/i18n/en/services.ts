/** Services: what is chosen, and the fields of an operation. */
export const services = {
  title: 'Services',
  starts: 'Start the flow by a service',
  none: 'No service chosen yet',
  choose: 'Choose a service',
  change: 'Change',
  pick: 'Change {{what}}',
  search: 'Search, e.g. Slack: send a message',
  docs: 'Documentation of {{service}}',
  left: 'Given for another operation: this one does not take it. Empty it, and it is gone.',
  service: 'Service',
  trigger: 'What to wait for',
  events: 'Known events: {{names}}.',
  chosen: 'Let {{step}} do “{{what}}”',
} as const;
