/** Secrets: write-only. A value goes in and never comes out; flows use it by name through the broker. */

import { z } from 'zod';
import { empty, route } from './route.ts';
import { id, time } from './shapes.ts';

const tags = ['secrets'] as const;
const secretName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'a name: a lower-case letter, then lower-case letters, digits, _ or -');
const origin = z
  .string()
  .max(300)
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text && /^https?:$/.test(new URL(text).protocol),
    'expected an origin such as https://api.example.com',
  );

export const putSecret = route({
  method: 'PUT',
  path: '/api/v1/secrets',
  needs: 'secret.write',
  on: 'project',
  body: z.strictObject({
    name: secretName,
    value: z.string().min(1).max(65_536),
    origins: z
      .array(origin)
      .max(100)
      .optional()
      .describe('The only origins it may be sent to; none: it is sent nowhere'),
  }),
  answers: { 200: z.strictObject({ id, name: secretName, version: z.int() }) },
  summary: 'Store a secret, or the next version of it',
  tags,
  audited: 'before',
});

export const listSecrets = route({
  method: 'GET',
  path: '/api/v1/secrets',
  needs: 'secret.write',
  on: 'project',
  answers: {
    200: z.strictObject({
      secrets: z.array(
        z.strictObject({
          id,
          name: z.string(),
          origins: z.array(z.string()).readonly(),
          version: z.int(),
          created: time,
          updated: time,
        }),
      ),
    }),
  },
  summary: 'List secrets without their values',
  tags,
});

export const deleteSecret = route({
  method: 'DELETE',
  path: '/api/v1/secrets/{name}',
  needs: 'secret.write',
  on: 'project',
  params: z.strictObject({ name: secretName }),
  answers: { 204: empty('Deleted') },
  problems: ['missing'],
  summary: 'Delete a secret',
  tags,
  audited: 'after',
});
