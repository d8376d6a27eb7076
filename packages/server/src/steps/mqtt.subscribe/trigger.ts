/**
 * mqtt.subscribe: each message of some topics of an MQTT broker starts a run. These are its settings; the engine keeps the
 * session, takes the messages, and starts the runs.
 */

import { defineTrigger, type Need, normaliseHost, z } from '@headgate/core/step';
import { serverFields, serverNeeds } from '../sql.query/server.ts';

const USUAL = 8883;
/** The longest topic, in bytes. */
const LONGEST = 65_535;
const { host, port, user, secret, tls } = serverFields;

/** + stands for one whole level, # for all that follow and stands last (MQTT 3.1.1, 4.7.1). */
const isFilter = (text: string): boolean => {
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  if (/[\u0000-\u001f\u007f]/.test(text) || text.startsWith('$') || new TextEncoder().encode(text).length > LONGEST)
    return false;
  const levels = text.split('/');
  return levels.every(
    (level, at) => !/[+#]/.test(level) || level === '+' || (level === '#' && at === levels.length - 1),
  );
};

const topic = z
  .string()
  .min(1)
  .max(LONGEST)
  .refine(
    isFilter,
    'a topic, in which + stands for one whole level and # for all that follow, and which begins with no $',
  );

export const trigger = defineTrigger({
  kind: 'mqtt.subscribe',
  version: 1,
  title: 'When an MQTT message comes',
  summary:
    'Starts a run for each message of the topics, in the order they come; those sent with quality 1 each once, whatever happens in between: the broker keeps them while nobody is connected. Its input is {topic, payload, json, base64, size, qos, retained}, and `cut` with why where a message could not be taken whole.',
  input: z.strictObject({
    host: host.refine((text) => normaliseHost(text) !== undefined, 'the name of a host, written plainly'),
    port,
    user,
    secret,
    tls,
    topics: z
      .union([topic, z.array(topic).min(1).max(50)])
      .describe('Which topics: house/+/door is the door of every room, house/# all of the house. One, or a list.'),
    retained: z
      .boolean()
      .optional()
      .describe(
        'true: what the broker keeps of a topic starts a run when the trigger begins. Left out: only what comes from then on.',
      ),
    client: z
      .string()
      .regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'letters, digits, _, ., : and -')
      .optional()
      .describe('What the session is called at the broker, where that matters there. Left out: a name of its own.'),
  }),
  needs: (raw): readonly Need[] => serverNeeds(raw, { scheme: 'mqtt', usual: USUAL, what: 'the message broker' }),
});
