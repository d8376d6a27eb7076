/** Which knowledge base a step asks for, read from its settings as written. */

import { knowledgeName, type Need, z } from '@headgate/core/step';

const DOES = {
  read: ['Search', 'in'],
  write: ['Put documents into, and take them out of,', ''],
} as const;

/** The power to search or fill the base that is named; none where there is no such name. */
export const knowledgeNeeds = (verbs: 'read' | 'write', raw: Readonly<Record<string, unknown>>): readonly Need[] => {
  const written = raw['base'];
  if (written === undefined || written === null) return [];
  const does = DOES[verbs].join(' ').trim();
  if (typeof written === 'string' && !written.includes('{{'))
    return knowledgeName.safeParse(written).success
      ? [
          {
            power: 'data',
            scope: `${verbs} knowledge ${written}`,
            sentence: `${does} the knowledge base “${written}”.`,
          },
        ]
      : [];
  return [
    {
      power: 'data',
      scope: `${verbs} knowledge *`,
      computed: true,
      sentence: `${does} any knowledge base of the project: which one is only known when the flow runs.`,
    },
  ];
};

/** The field that names a base; its form offers those that there are. */
export const baseField = z
  .string()
  .min(1)
  .max(100)
  .describe('The name of a knowledge base of the project.')
  .meta({ format: 'knowledge' });
