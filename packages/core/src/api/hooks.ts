/** Doors without a key: webhooks and resume links. Their address is the secret: at least 256 random bits. */

import { z } from 'zod';
import { media, route } from './route.ts';
import { id, json } from './shapes.ts';

const tags = ['hooks'] as const;
const token = z.string().regex(/^[A-Za-z0-9_-]{16,200}$/, 'a token');

export const webhook = route({
  method: 'ANY',
  path: '/api/v1/webhook/{token}/*',
  needs: 'none:the address is the credential, and a signature where the flow asks for one',
  on: 'nobody',
  params: z.strictObject({
    token: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'a webhook token'),
    '*': z.string().optional(),
  }),
  bodyKind: 'raw',
  answers: {
    200: media('*/*', 'What the flow answers: its `respond` step, or its output'),
    202: z.strictObject({ run: id }),
  },
  problems: ['webhook.unknown', 'body.size', 'body.type', 'body.busy'],
  summary: 'Start a flow by its webhook; the rest of the path and the query reach the flow',
  tags,
  crossSite: true,
});

export const showResume = route({
  method: 'GET',
  path: '/api/v1/resume/{token}',
  needs: 'none:shows what the link is for and changes nothing',
  on: 'nobody',
  params: z.strictObject({ token }),
  answers: { 200: media('text/html', 'A page that says what the link stands for, with one button') },
  problems: ['resume.unknown', 'resume.used'],
  summary: 'Show a resume link. Opening it does nothing, so that mail scanners cannot answer for a person',
  tags,
});

export const useResume = route({
  method: 'POST',
  path: '/api/v1/resume/{token}',
  needs: 'none:the address is the credential: random, bound to one waiting step, used once',
  on: 'nobody',
  params: z.strictObject({ token }),
  body: json,
  bodyKind: 'either',
  answers: { 200: z.strictObject({ run: id }) },
  problems: ['resume.unknown', 'resume.used'],
  summary: 'Resume the run, once. A JSON body or form fields become the result of the waiting step',
  tags,
});
