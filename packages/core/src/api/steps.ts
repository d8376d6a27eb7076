/** The catalogue: step kinds and trigger kinds this server knows. */

import { z } from 'zod';
import { route } from './route.ts';
import { ID } from '../flow/model.ts';
import { id, json } from './shapes.ts';

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

export const stepTypes = route({
  method: 'GET',
  path: '/api/v1/flows/{id}/steps/{step}/types',
  needs: 'flow.read',
  on: 'flow',
  params: z.strictObject({ id, step: z.string().regex(ID, 'the id of a step') }),
  answers: {
    200: z.strictObject({
      typescript: z.string().describe('A declaration file (.d.ts)'),
      python: z.string().describe('A stub (.pyi)'),
    }),
  },
  problems: ['missing', 'flow.invalid'],
  summary: 'The types of `input` and `can` for the code of a step of the draft, for editors',
  tags: ['flows'],
});
