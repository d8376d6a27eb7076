/** Forms of flows: a page to fill in, at an address of 43 random signs. They work with `--no-web`, too. */

import { z } from 'zod';
import { media, route } from './route.ts';

const tags = ['forms'] as const;
const params = z.strictObject({ token: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'the address of a form') });

export const showForm = route({
  method: 'GET',
  path: '/api/v1/form/{token}',
  needs: 'none:the address is the credential; one for members asks who signed in',
  on: 'nobody',
  params,
  answers: { 200: media('text/html', 'The first page of the form') },
  problems: ['form.unknown'],
  summary: 'Show the form that starts a flow',
  tags,
});

export const sendForm = route({
  method: 'POST',
  path: '/api/v1/form/{token}',
  needs: 'none:the address is the credential; one for members asks who signed in',
  on: 'nobody',
  params,
  bodyKind: 'raw',
  answers: {
    200: media('text/html', 'The next page, or that it was sent'),
    422: media('text/html', 'The page again, with what is wrong beside the fields'),
  },
  problems: ['form.unknown', 'body.size', 'body.text', 'body.busy', 'visits.limit', 'input.invalid'],
  summary: 'Send a page of a form, as a browser does',
  tags,
});
