/**
 * Tickets for streams: a browser's EventSource and WebSocket can send no header, so what opens one stands in the address.
 * It is the only credential that may, and it is worth next to nothing there: it works once, within half a minute, for one
 * stream, and for as long as what it was got by is good (TOK-13).
 */

import { z } from 'zod';
import { route } from './route.ts';
import { id, time } from './shapes.ts';

export const createTicket = route({
  method: 'POST',
  path: '/api/v1/tickets',
  needs: 'run.read',
  on: 'any',
  body: z.discriminatedUnion('for', [
    z.strictObject({ for: z.literal('run.events'), run: id }),
    z.strictObject({ for: z.literal('flow.events'), flow: id }),
  ]),
  answers: {
    201: z.strictObject({
      ticket: z.string().describe('Shown at this time only'),
      path: z.string().describe('Where it works, with the ticket in it, for `new EventSource`'),
      expires: time,
    }),
  },
  problems: ['missing', 'requests.limit'],
  summary: 'A ticket that opens one stream, once, within 30 seconds; for browsers, which send no header with a stream',
  tags: ['runs'],
});
