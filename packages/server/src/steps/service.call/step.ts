/**
 * service.call: one operation of a service, as its manifest describes it. What is sent and what an answer means is said
 * there (core/service); secrets, addresses and redirects are judged by the broker and the outgoing door.
 *
 * SV1 Service and operation are written plainly, so that what the step may touch is known before it runs.
 */

import {
  type Can,
  defineStep,
  done,
  failed,
  ID,
  isRepeatable,
  MOST_ITEMS,
  NO_SERVICES,
  operationOf,
  problem,
  type Result,
  SECRET_NAME,
  SECRET_NAME_IS,
  SERVICE_NAME,
  type Services,
  serviceNeeds,
  type StepKind,
  unknownNeeds,
  useService,
  z,
} from '@headgate/core/step';
import { readBy } from '../archive.pack/inputs.ts';

const input = z.strictObject({
  service: z.string().max(60).regex(SERVICE_NAME).describe('The service, written plainly, e.g. slack.'),
  operation: z.string().max(60).regex(ID).describe('What to do there, written plainly, e.g. send_message.'),
  secret: z
    .string()
    .regex(SECRET_NAME, SECRET_NAME_IS)
    .optional()
    .describe('Name of the secret or connection that says who calls; the flow never sees it.'),
  input: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('What the operation takes; GET /api/v1/services/{name} and docs/services.md say it.'),
  most: z
    .int()
    .min(1)
    .max(MOST_ITEMS)
    .optional()
    .describe('Of an operation with pages, how many items to fetch. Left out: one page, as the service cuts it.'),
});

/** An answer in XML, read in the jail. */
const readXml = async (can: Can, answer: string, lists: readonly string[]): Promise<Result<unknown>> => {
  const given = { text: answer };
  const call = (size: number) => ({ program: 'xml' as const, input: { size, lists, depth: 30, elements: 90_000 } });
  const read = await readBy(can, given, call);
  return 'problem' in read ? { ok: false, problem: read.problem } : { ok: true, value: read.value };
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const kindWith = (services: Services): StepKind => {
  const found = (service: string, operation: string) => {
    const manifest = services.get(service);
    const one = manifest === undefined ? undefined : operationOf(manifest, operation);
    return manifest === undefined || one === undefined ? undefined : { service: manifest, operation: one };
  };
  return defineStep({
    kind: 'service.call',
    version: 1,
    title: 'Service',
    group: 'net',
    summary:
      'Uses an operation of a service, such as Slack or Google Sheets, and gives what it answers; of an operation with pages `{items, more}`. A refusal is a Problem with the service’s own word for it, and one that passes is tried again (`retry`) no sooner than the service asks.',
    input,
    output: z.unknown().describe('What the service answers, as its manifest says.'),
    plain: ['service', 'operation'],
    needs: (raw) => {
      const of = found(text(raw['service']), text(raw['operation']));
      return of === undefined ? unknownNeeds : serviceNeeds(of.service, of.operation, raw['secret'], raw['input']);
    },
    repeatable: (given) => {
      const of = found(given.service, given.operation);
      return of !== undefined && isRepeatable(of.operation);
    },
    run: async (given, can) => {
      const of = found(given.service, given.operation);
      if (of === undefined)
        return failed(
          problem(
            'service.unknown',
            `There is no service ${given.service} with an operation ${given.operation} here.`,
            {
              at: { field: 'with.operation' },
              fix: 'GET /api/v1/services lists them; a service that is missing can be imported.',
            },
          ),
          'no',
        );
      const used = await useService(
        { ...of, secret: given.secret, input: given.input ?? {}, most: given.most, key: can.key },
        can.net,
        (answer, lists) => readXml(can, answer, lists),
      );
      return used.ok ? done(used.value) : failed(used.problem, used.sent);
    },
    withServices: kindWith,
  });
};

export const step: StepKind = kindWith(NO_SERVICES);
