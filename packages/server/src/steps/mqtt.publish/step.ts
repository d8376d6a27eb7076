/**
 * mqtt.publish: one message to a broker of MQTT.
 *
 * MP1 A topic is one topic: what an expression gives cannot make it a pattern, nor lead out of `prefix`.
 */

import { defineStep, done, failed, fromBase64, problem, z } from '@headgate/core/step';
import { inDoubt, serverFields, serverNeeds, serverOf } from '../sql.query/server.ts';

const USUAL = 8883;
/** The longest topic, in bytes, and the largest message. */
const LONGEST = 65_535;
const LARGEST = 8 * 1024 * 1024;

// oxlint-disable-next-line no-control-regex -- they are what is refused
const NOT_TOPIC = /[+#\u0000-\u001f\u007f]|^\$|^$/;

const badTopic = (why: string) =>
  problem('database.topic', `The topic cannot be used: ${why}`, {
    at: { field: 'with.topic' },
    fix: 'Write names joined by /, such as house/kitchen/light, without + and #, and not beginning with $.',
  });

const topicProblem = (topic: string, prefix: string) => {
  if (NOT_TOPIC.test(topic) || new TextEncoder().encode(topic).length > LONGEST)
    return badTopic('it is a pattern, or no topic at all');
  return topic.startsWith(prefix) ? undefined : badTopic('it does not begin with `prefix`');
};

const bytesOf = (payload: unknown, base64: boolean): Uint8Array | undefined => {
  if (base64) return typeof payload === 'string' ? fromBase64(payload) : undefined;
  return new TextEncoder().encode(typeof payload === 'string' ? payload : JSON.stringify(payload ?? null));
};

export const step = defineStep({
  kind: 'mqtt.publish',
  version: 1,
  title: 'Publish an MQTT message',
  group: 'net',
  summary: 'Sends one message to a topic of an MQTT broker. With quality 1 the step is done when the broker has it.',
  input: z.strictObject({
    ...serverFields,
    topic: z.string().min(1).max(LONGEST).describe('The topic, e.g. house/{{ input.room }}/light.'),
    prefix: z
      .string()
      .max(500)
      .optional()
      .describe('What the topic has to begin with, e.g. house/, whatever an expression gives.'),
    payload: z.unknown().optional().describe('The message: a text as it is, anything else as JSON.'),
    base64: z.boolean().optional().describe('The message is base64 of the bytes to send.'),
    qos: z
      .union([z.literal(0), z.literal(1)])
      .optional()
      .describe(
        'How sure it is to be: 1 (or left out), and the broker says that it has it; 0, and nobody says anything.',
      ),
    retain: z.boolean().optional().describe('Whether the broker keeps it for those who come later.'),
    repeatable: z.boolean().optional().describe('Whether it may be sent again when nobody knows if the broker has it.'),
  }),
  output: z.null().describe('Nothing.'),
  plain: ['prefix'],
  needs: (raw) => serverNeeds(raw, { scheme: 'mqtt', usual: USUAL, what: 'the message broker' }),
  repeatable: ({ repeatable }) => repeatable === true,
  run: async (given, can) => {
    const wrong = topicProblem(given.topic, given.prefix ?? '');
    if (wrong !== undefined) return failed(wrong, 'no');
    const payload = bytesOf(given.payload, given.base64 === true);
    if (payload === undefined || payload.length > LARGEST)
      return failed(
        problem('database.size', 'The message is no base64, or has more than 8 MB', { at: { field: 'with.payload' } }),
        'no',
      );
    const answer = await can.databases.publish({
      ...serverOf(given, USUAL),
      topic: given.topic,
      payload,
      qos: given.qos ?? 1,
      retain: given.retain === true,
    });
    if (!('problem' in answer)) return done(null);
    return failed(inDoubt(answer.problem, answer.sent, given.repeatable === true), answer.sent);
  },
});
