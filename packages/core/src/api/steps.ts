/** The catalogue: step kinds and trigger kinds this server knows. */

import { z } from 'zod';
import { route } from './route.ts';
import { json } from './shapes.ts';

const kind = {
  kind: z.string().describe('name@version'),
  title: z.string(),
  summary: z.string(),
  input: json.describe('JSON Schema of `with`'),
};

export const listSteps = route({
  method: 'GET',
  path: '/api/v1/steps',
  needs: 'flow.read',
  on: 'any',
  answers: {
    200: z.strictObject({
      steps: z.array(
        z.strictObject({
          ...kind,
          group: z.string(),
          output: json.describe('JSON Schema of the result'),
          ports: z.array(z.string()).readonly().nullable().describe('Out ports; null: they depend on the settings'),
          pure: z.boolean(),
        }),
      ),
      triggers: z.array(z.strictObject(kind)),
    }),
  },
  summary: 'List the step and trigger kinds a flow may use',
  tags: ['flows'],
});
