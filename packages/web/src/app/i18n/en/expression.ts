/** Expressions in fields: what completion says, and what is shown below. */
export const expression = {
  roots: {
    input: 'The input of the flow',
    steps: 'The results of the steps before this one',
    trigger: 'What started the run',
    problems: 'The problem that a step ended in, or null',
    vars: 'The values of the environment that the flow runs in',
    item: 'The item of the list that the step runs for',
    index: 'The index of the item, from 0',
    now: 'The recorded time of the run, a date in UTC',
    run: 'What is known of this run',
  },
  lack: {
    run: 'No data of {{id}} yet. Run the flow up to here, and what this gives is shown.',
    input: 'No input yet. Run the flow, and what this gives is shown.',
    large: 'The data of {{id}} is too large to be tried here.',
  },
  kind: {
    nothing: 'Nothing (null)',
    list_one: 'List of {{count}} item',
    list_other: 'List of {{count}} items',
    text: 'Text',
    number: 'Number',
    boolean: 'True or false',
    object: 'Object',
  },
  of: 'with data of {{age}}',
  at: 'line {{line}}, column {{column}}',
  empty: 'an empty text',
} as const;
