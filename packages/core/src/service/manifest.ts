/**
 * What a service is: one document of data, from which its steps, forms, documentation and least powers follow. Nothing of
 * it is code; a new service is a new file (docs/services.md).
 *
 * It judges the form of a document and nothing beyond it; whether its parts fit together is judge.ts.
 *
 * MF1 Unknown members are refused, so that a rule which is written is a rule that is kept.
 * MF2 A manifest holds no secret, only where a service expects one.
 */

import { z } from 'zod';
import { ID } from '../flow/model.ts';
import { FIELD, HEADER, line, pointer, sentence } from './words.ts';
import { triggerSchema } from './trigger-schema.ts';

export const SERVICE_NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

const schema = z
  .record(z.string(), z.unknown())
  .describe('JSON Schema in the subset of a flow’s input: no references, no combinations.');

const auth = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }).describe('The service asks for no key.'),
  z
    .strictObject({ kind: z.literal('bearer') })
    .describe('authorization: Bearer, by a secret of kind bearer or api_key.'),
  z
    .strictObject({
      kind: z.literal('header'),
      name: z.string().regex(HEADER).describe('The header, e.g. x-api-key.'),
      template: line(200).optional().describe('What is put there, with {value} for the secret.'),
    })
    .describe('A header of the service’s own, by a secret of kind api_key or custom.'),
  z.strictObject({ kind: z.literal('basic') }).describe('User and password, by a secret of kind basic.'),
  z
    .strictObject({
      kind: z.literal('path'),
      segment: z
        .string()
        .regex(/^[A-Za-z0-9_-]*\{secret\}$/)
        .describe('The segment between base and path, e.g. bot{secret}.'),
    })
    .describe('In the path, where the service knows no other way; the engine fills it in after the power was judged.'),
  z
    .strictObject({
      kind: z.literal('aws4'),
      service: z
        .string()
        .regex(/^[a-z0-9-]{1,40}$/)
        .describe('What the service is called in signatures, e.g. s3.'),
      region: z.string().regex(FIELD).describe('The field of the input that says the region.'),
    })
    .describe(
      'AWS Signature Version 4, by a secret of kind basic: the id of the access key as user, the secret key as password.',
    ),
  z
    .strictObject({
      kind: z.literal('oauth2'),
      authorizeUrl: z.url().max(500).describe('Where a person consents.'),
      tokenUrl: z.url().max(500).describe('Where a code is changed for a token.'),
      scopes: z
        .array(z.strictObject({ scope: line(300), text: sentence('What it allows, in a sentence.') }))
        .max(50)
        .describe('What a connection may ask for.'),
      extra: z
        .record(z.string(), line(200))
        .optional()
        .describe('Further parameters of the page where a person consents.'),
    })
    .describe('A token of a person’s account, by a connection or a secret of kind bearer or oauth2_refresh.'),
]);

const PLACES = ['base', 'path', 'query', 'header', 'body', 'mail', 'sign'] as const;

const field = z.strictObject({
  in: z
    .enum(PLACES)
    .describe(
      'Where it goes: into a name of the base address, the path, the query, a header, the body, a letter that is put into the body, or nowhere but into the signature.',
    ),
  as: z
    .string()
    .max(300)
    .optional()
    .describe('Its name there; in a body a JSON pointer, empty for the whole. Left out: the name of the field.'),
  required: z.literal(true).optional().describe('Without it there is no call.'),
  join: z
    .string()
    .max(3)
    .optional()
    .describe('A list becomes one text, joined by this. Left out: a list repeats its name.'),
  whole: z
    .literal(true)
    .optional()
    .describe(
      'In the base: all of its host and port, or with them http:// or https://, as people name a server of their own.',
    ),
  many: z.literal(true).optional().describe('In a path: slashes part segments, each encoded by itself.'),
  schema,
});

const inputs = z
  .record(z.string().regex(FIELD), field)
  .describe('The fields of the input, by name, in the order of the form.');

const items = pointer('Where the list is in the answer; empty: the answer is the list.');
const place = z.enum(['query', 'body']);
const size = z
  .strictObject({ as: line(100), most: z.int().min(1).max(10_000), in: place.optional() })
  .optional()
  .describe('How many a page holds: the name to ask by, and the most.');

const paging = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('cursor'),
      items,
      next: pointer('Where the answer says how to ask for the next page.'),
      as: line(100).describe('The name to hand that over by.'),
      in: place.optional(),
      size,
    }),
    z.strictObject({
      kind: z.literal('page'),
      items,
      as: line(100),
      first: z.int().min(0).max(1).optional(),
      in: place.optional(),
      size,
    }),
    z.strictObject({ kind: z.literal('offset'), items, as: line(100), in: place.optional(), size }),
    z.strictObject({ kind: z.literal('link'), items, size }).describe('By the header link, rel="next".'),
    z
      .strictObject({
        kind: z.literal('next_url'),
        items,
        next: pointer('Where the answer holds the next address.'),
        size,
      })
      .describe('By an address in the answer; of the same origin alone.'),
  ])
  .describe('How the rest of a long list is asked for.');

const operation = z.strictObject({
  id: z.string().max(60).regex(ID).describe('Its name in flows, e.g. send_message. It never changes.'),
  title: line(80).describe('What it does, in lower case after the name of the service, e.g. send a message.'),
  summary: sentence('One sentence more.'),
  method: z.enum(METHODS),
  path: z
    .string()
    .max(500)
    .regex(/^(?:\/[^\s?#]*)?$/)
    .describe('Below the base address, with {field} for fields of the path.'),
  input: inputs,
  body: z
    .strictObject({
      kind: z
        .enum(['json', 'form', 'text', 'base64'])
        .optional()
        .describe('How it is written; base64: the bytes that its text stands for. Left out: json.'),
      fixed: z.unknown().optional().describe('What is always in it, before the fields.'),
      mail: pointer('Where a letter made of the fields of mail goes, in base64url.').optional(),
    })
    .optional(),
  query: z.record(z.string(), z.string()).optional().describe('Parameters that are always sent.'),
  headers: z.record(z.string().regex(HEADER), line(300)).optional().describe('Headers that are always sent.'),
  output: z
    .strictObject({
      at: pointer('Where the value is in the answer. Left out: all of it.').optional(),
      schema: schema.optional(),
      raw: z.literal(true).optional().describe('As it comes: XML stays text, whatever `answers` says.'),
    })
    .optional(),
  link: z
    .strictObject({ seconds: z.string().regex(FIELD).describe('The field of the input that says how long it lasts.') })
    .optional()
    .describe('Nothing is called: what the step gives is a signed address, which whoever has it may call (aws4).'),
  paging: paging.optional(),
  repeatable: z.boolean().optional().describe('May it be done twice without harm? Left out: GET, PUT and DELETE may.'),
  idempotency: z
    .strictObject({ header: z.string().regex(HEADER) })
    .optional()
    .describe('The service knows a repeated call by this header; the engine fills it.'),
});

/** Where a refusal of a service leads: the codes of Problems, without `service.`. */
export const REFUSALS = [
  'unauthorized',
  'forbidden',
  'not_found',
  'conflict',
  'invalid',
  'limited',
  'down',
  'refused',
] as const;

const errors = z.strictObject({
  failed: z
    .strictObject({
      at: pointer('A place of the answer.'),
      is: z.union([z.boolean(), z.string(), z.number(), z.null()]),
    })
    .optional()
    .describe('An answer of 2xx is a refusal, too, when this place holds that.'),
  code: pointer('Where the answer says why, in a word for programs.').optional(),
  text: pointer('Where it says so for people.').optional(),
  after: pointer('Where it says how many seconds to wait.').optional(),
  map: z
    .array(
      z.strictObject({
        code: line(100).optional(),
        status: z.int().min(300).max(599).optional(),
        is: z.enum(REFUSALS),
        field: z.string().regex(FIELD).optional().describe('The field of the input it is about.'),
        fix: line(300).optional(),
      }),
    )
    .max(200)
    .optional()
    .describe('What words and statuses mean; the first that fits counts.'),
});

const limits = z.strictObject({
  remaining: z.string().regex(HEADER).describe('The header that says how many calls are left.'),
  reset: z.string().regex(HEADER).describe('The header that says when there are more.'),
  as: z.enum(['epoch', 'seconds']).describe('epoch: seconds since 1970. seconds: from now.'),
});

const recording = z.strictObject({
  operation: z.string().max(60),
  input: z.record(z.string(), z.unknown()),
  most: z.int().min(1).max(10_000).optional(),
  calls: z
    .array(
      z.strictObject({
        method: z.enum(METHODS),
        path: z.string().max(2_000).describe('As it has to arrive, with its query.'),
        headers: z.record(z.string(), z.string()).optional(),
        body: z.unknown().optional(),
        status: z.int().min(200).max(599),
        answerHeaders: z.record(z.string(), z.string()).optional(),
        answer: z.unknown().optional(),
      }),
    )
    .min(1)
    .max(20)
    .describe('What has to be sent, call by call, and what the service then answers.'),
  value: z.unknown().optional().describe('What the step gives.'),
  problem: z.string().optional().describe('Or the code of the Problem it ends with.'),
});

/** The form of a manifest. */
export const serviceSchema = z
  .strictObject({
    service: z.literal(1).describe('The version of this format.'),
    name: z
      .string()
      .max(60)
      .regex(SERVICE_NAME, 'lower-case letters, digits and single hyphens')
      .describe('Its name in flows. It never changes.'),
    title: line(60).describe('Its name for people.'),
    summary: sentence('What it is, in a sentence.'),
    // It becomes a link that people follow: nothing but a page.
    docs: z
      .url({ protocol: /^https?$/ })
      .max(500)
      .optional()
      .describe('Where the service documents what is described here.'),
    auth,
    secret: line(500).optional().describe('How a person gets what the service asks for, in a sentence or two.'),
    base: z
      .string()
      .max(300)
      .regex(/^https?:\/\/[^\s?#]+$/)
      .describe(
        'The address all paths are below, e.g. https://slack.com/api; {field} stands for a field of every operation.',
      ),
    fields: inputs.optional().describe('Fields that every operation has.'),
    headers: z.record(z.string().regex(HEADER), line(300)).optional().describe('Headers that every call sends.'),
    answers: z
      .strictObject({
        kind: z.literal('xml'),
        lists: z.array(line(100)).max(100).optional().describe('Elements that are always a list.'),
      })
      .optional()
      .describe('How answers are written that are no JSON. Places in them are those of xml.parse.'),
    errors: errors.optional(),
    limits: limits.optional(),
    operations: z.array(operation).min(1).max(500),
    triggers: z.array(triggerSchema).max(50).optional(),
    recordings: z
      .array(recording)
      .max(1_000)
      .optional()
      .describe('For tests: what is sent and answered, by the documentation of the service.'),
  })
  .describe('A service that flows can call, as data.');

export type Service = z.output<typeof serviceSchema>;
export type Operation = Service['operations'][number];
export type Field = z.output<typeof field>;
export type Paging = z.output<typeof paging>;
export type ServiceTrigger = NonNullable<Service['triggers']>[number];
export type PollTrigger = Extract<ServiceTrigger, { kind: 'poll' }>;
export type HookTrigger = Extract<ServiceTrigger, { kind: 'webhook' }>;
export type Recording = z.output<typeof recording>;

/** The services that a flow can name. */
export type Services = {
  readonly get: (name: string) => Service | undefined;
  readonly list: readonly Service[];
};

/** Services by name; of two of one name the later counts. */
export const servicesOf = (list: readonly Service[]): Services => {
  const byName = new Map(list.map((service) => [service.name, service]));
  const kept = [...byName.values()];
  return { get: (name) => byName.get(name), list: kept };
};

export const NO_SERVICES: Services = servicesOf([]);

/** A trigger that asks again and again, with the operation it asks by. */
export const pollOf = (
  services: Services,
  name: string,
  id: string,
): { readonly service: Service; readonly trigger: PollTrigger; readonly operation: Operation } | undefined => {
  const service = services.get(name);
  const trigger = service?.triggers?.find((one) => one.id === id);
  if (service === undefined || trigger?.kind !== 'poll') return undefined;
  const operation = operationOf(service, trigger.operation);
  return operation === undefined ? undefined : { service, trigger, operation };
};

/** An operation by its id. */
export const operationOf = (service: Service, id: string): Operation | undefined =>
  service.operations.find((one) => one.id === id);
