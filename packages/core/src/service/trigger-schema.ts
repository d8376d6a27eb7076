/** What a manifest says of triggers: lists that are asked for again and again, and webhooks that the service calls. */

import { z } from 'zod';
import { ID } from '../flow/model.ts';
import { FIELD, HEADER, line, pointer, sentence } from './words.ts';

const header = (text: string) => z.string().regex(HEADER).describe(text);

const signature = z
  .discriminatedUnion('kind', [
    z
      .strictObject({ kind: z.literal('token'), header: header('The header that holds the shared secret as it is.') })
      .describe('The service sends the shared secret along.'),
    z
      .strictObject({
        kind: z.literal('hmac'),
        header: header('The header that holds the HMAC-SHA-256 of the raw body by the shared secret.'),
        encoding: z.enum(['hex', 'base64']),
        prefix: line(20).optional().describe('What stands before it, e.g. sha256=.'),
        time: pointer(
          'Where the body says when it was signed, in milliseconds; more than 300 s off is refused.',
        ).optional(),
      })
      .describe('The service signs the body.'),
  ])
  .describe('How the service proves that it is the one who calls, where no preset says it.');

const field = (text: string) => z.string().regex(FIELD).describe(text);
const operation = (text: string) => z.string().max(60).describe(text);

const register = z
  .strictObject({
    operation: operation('The operation that makes the service call an address.'),
    url: field('Its field for the address.'),
    secret: field('Its field for the shared secret.').optional(),
    events: z
      .union([
        z.strictObject({
          field: field('Its field for a list of kinds of events.'),
          all: z.array(line(100)).max(200).optional().describe('What stands there for all of them. Left out: nothing.'),
        }),
        z.strictObject({
          flags: z.record(line(100), z.string().regex(FIELD)).describe('A field for each kind of event.'),
        }),
      ])
      .optional(),
    id: pointer('Where its answer says which one it is.').optional(),
    find: z
      .strictObject({
        operation: operation('The operation that lists those there are.'),
        url: pointer('Where one says its address.'),
        id: pointer('Where it says which it is.'),
        single: z
          .literal(true)
          .optional()
          .describe('The service keeps one alone: the operation gives it, and no list. Nobody else’s is written over.'),
      })
      .optional()
      .describe('One that was made when the server died is found by its address.'),
    remove: z.strictObject({
      operation: operation('The operation that ends it.'),
      id: field('Its field for which one.').optional(),
    }),
  })
  .describe('How the address is entered at the service, and taken out again, without a person.');

export const triggerSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('poll'),
      id: z.string().max(60).regex(ID),
      title: line(80),
      summary: sentence('One sentence more.'),
      operation: z.string().max(60).describe('The operation that lists what may be new.'),
      fixed: z.record(z.string(), z.unknown()).optional().describe('Fields of its input that are always the same.'),
      hidden: z.array(z.string()).max(50).optional().describe('Fields of its input that a trigger does not ask for.'),
      items: pointer('Where the list is in what the operation gives; left out: as the paging says.').optional(),
      each: pointer('Where what is handed over is in an item; left out: all of it.').optional(),
      item: pointer('Where an item says which it is. The same id never starts a second run.'),
      order: z.enum(['newest', 'oldest']).describe('Which comes first in the answer.'),
      cursor: z
        .strictObject({
          at: pointer('Where an item says how far one has come.'),
          field: z.string().regex(FIELD).describe('The field of the input it is handed over by next time.'),
          plus: z.int().min(0).max(1).optional().describe('Added to a number before it is handed over.'),
        })
        .optional(),
    })
    .describe('Asked for again and again; each new item starts a run.'),
  z
    .strictObject({
      kind: z.literal('webhook'),
      id: z.string().max(60).regex(ID),
      title: line(80),
      summary: sentence('One sentence more.'),
      preset: z
        .enum(['headgate', 'github', 'stripe', 'slack', 'standard-webhooks'])
        .optional()
        .describe('How the service signs. This or `signature`.'),
      signature: signature.optional(),
      setUp: sentence('Where a person gives the service the address, and the shared secret.'),
      eventHeader: header('The header that says which kind of event it is.').optional(),
      event: pointer('Where the body says which kind of event it is.').optional(),
      action: pointer('Where the body says what happened to it: issues and opened make issues.opened.').optional(),
      events: z
        .array(z.strictObject({ name: line(100), text: line(200) }))
        .max(200)
        .optional()
        .describe('Kinds of events that are known, to choose from.'),
      silent: z
        .array(line(100))
        .max(20)
        .optional()
        .describe('Kinds of events that never start a run, such as a greeting.'),
      item: z
        .union([pointer('A place of the body.'), z.array(pointer('A place of the body.')).min(1).max(5)])
        .optional()
        .describe('Where the body says which event it is. The same one never starts a second run.'),
      itemHeader: header('The header that says so, where nothing is signed (`token`).').optional(),
      challenge: z
        .strictObject({
          at: pointer('A place of the body.'),
          is: line(100),
          answer: pointer('Where the body holds what is to be answered.'),
        })
        .optional()
        .describe('A delivery that only asks whether anybody is there.'),
      each: pointer('Where what is handed over is in the body; left out: all of it.').optional(),
      register: register.optional(),
    })
    .describe('The service calls the address of the trigger.'),
]);
