/** Running again with another input. */
export const again = {
  open: 'Edit and run again',
  title: 'Run again with another input',
  lead: 'A new run, linked to this one. The old run stays as it is.',
  leadFrom:
    'A new run from {{step}} on, linked to this one; what came before is taken over. The old run stays as it is.',
  large: 'The input is too large to be changed here.',
  hidden: 'Values that stand as [hidden] are not shown to you: write them anew.',
  run: 'Run',
} as const;
