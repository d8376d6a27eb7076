/**
 * service.trigger: a service is asked again and again, and each new item starts a run. These are its settings; the engine
 * asks, remembers what it has seen, and starts the runs.
 */

import {
  DURATION,
  defineTrigger,
  ID,
  milliseconds,
  NO_SERVICES,
  pollOf,
  SECRET_NAME,
  SECRET_NAME_IS,
  SERVICE_NAME,
  type Services,
  serviceNeeds,
  type TriggerKind,
  unknownNeeds,
  z,
} from '@headgate/core/step';

/** A service is not asked more often than this. */
const SOONEST = 10_000;
const LATEST = 86_400_000;

const input = z.strictObject({
  service: z.string().max(60).regex(SERVICE_NAME).describe('The service, written plainly, e.g. slack.'),
  trigger: z.string().max(60).regex(ID).describe('What to wait for there, written plainly, e.g. new_message.'),
  secret: z
    .string()
    .regex(SECRET_NAME, SECRET_NAME_IS)
    .optional()
    .describe('Name of the secret or connection that says who asks; the flow never sees it.'),
  input: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('What the trigger takes, written plainly; GET /api/v1/services/{service} says it.'),
  every: z
    .string()
    .regex(DURATION, 'a duration as <int>(ms|s|m|h|d), e.g. 1m')
    .refine((text) => {
      const span = milliseconds(text) ?? 0;
      return span >= SOONEST && span <= LATEST;
    }, 'a duration from 10s to 1d')
    .optional()
    .describe('How long from one time of asking to the next, 10s to 1d. Left out: 1m.'),
  from: z
    .enum(['now', 'all'])
    .optional()
    .describe('now (or left out): what is there when the trigger begins starts nothing. all: it does.'),
});

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const kindWith = (services: Services): TriggerKind =>
  defineTrigger({
    kind: 'service.trigger',
    version: 1,
    title: 'When something is new at a service',
    summary:
      'Asks a service again and again, and starts a run for each new item, which is the input of the run: each once, whatever happens in between, and the oldest first.',
    input,
    needs: (raw) => {
      const found = pollOf(services, text(raw['service']), text(raw['trigger']));
      return found === undefined
        ? unknownNeeds
        : serviceNeeds(found.service, found.operation, raw['secret'], {
            ...asObject(raw['input']),
            ...found.trigger.fixed,
          });
    },
    withServices: kindWith,
  });

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

export const trigger: TriggerKind = kindWith(NO_SERVICES);
