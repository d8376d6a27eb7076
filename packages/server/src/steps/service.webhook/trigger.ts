/**
 * service.webhook: a service calls the flow's own address. These are its settings; who calls is judged by the engine as the
 * manifest of the service says, over the raw bytes.
 */

import {
  defineTrigger,
  hookTriggerOf,
  ID,
  type Need,
  NO_SERVICES,
  registerNeeds,
  SECRET_NAME,
  SECRET_NAME_IS,
  SERVICE_NAME,
  type Services,
  type TriggerKind,
  z,
} from '@headgate/core/step';

const input = z.strictObject({
  service: z.string().max(60).regex(SERVICE_NAME).describe('The service, written plainly, e.g. github.'),
  trigger: z.string().max(60).regex(ID).describe('What to wait for there, written plainly, e.g. event.'),
  signing: z
    .string()
    .regex(SECRET_NAME, SECRET_NAME_IS)
    .describe('Name of the secret shared with the service, by which it proves that it is the one who calls.'),
  events: z
    .array(z.string().min(1).max(200))
    .min(1)
    .max(100)
    .optional()
    .describe(
      'Which kinds of events start a run, as the service names them, e.g. push or issues.opened. Left out: all. The others are answered and start nothing.',
    ),
  register: z
    .strictObject({
      secret: z
        .string()
        .regex(SECRET_NAME, SECRET_NAME_IS)
        .describe('Name of the secret or connection that may enter addresses at the service; the flow never sees it.'),
      input: z
        .record(z.string(), z.unknown())
        .optional()
        .describe('Where it is entered, written plainly, e.g. owner and repo of a repository.'),
    })
    .optional()
    .describe(
      'The address is entered at the service when the flow is published, and taken out when it is switched off or deleted. Left out: a person does it. The shared secret has to be meant for the service, too.',
    ),
});

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

/** To enter the address, to find it and to take it out; and to show the service the shared secret, at its own origin. */
const needsOf = (services: Services, raw: Record<string, unknown>): readonly Need[] => {
  if (raw['register'] === undefined) return [];
  const found = hookTriggerOf(services, text(raw['service']), text(raw['trigger']));
  if (found === undefined) return [];
  const { secret, input: given } = asObject(raw['register']);
  const needs = registerNeeds(found.service, found.trigger, secret, asObject(given));
  const [, origin] = /^use \S+ for (\S+)$/.exec(needs.find(({ power }) => power === 'secret')?.scope ?? '') ?? [];
  const signing = text(raw['signing']);
  if (origin === undefined || found.trigger.register?.secret === undefined || !SECRET_NAME.test(signing)) return needs;
  return [
    ...needs,
    {
      power: 'secret',
      scope: `use ${signing} for ${origin}`,
      sentence: `Tell ${found.service.title} the secret “${signing}”, which it signs its calls by.`,
    },
  ];
};

const kindWith = (services: Services): TriggerKind =>
  defineTrigger({
    kind: 'service.webhook',
    version: 1,
    title: 'When a service calls',
    summary:
      'A service calls the flow’s own address with each event, which is the input of the run: each once, however often the service sends it. Publishing the flow gives the address; the manifest of the service says where it is entered and how calls are signed.',
    input,
    needs: (raw) => needsOf(services, raw),
    withServices: kindWith,
  });

export const trigger: TriggerKind = kindWith(NO_SERVICES);
