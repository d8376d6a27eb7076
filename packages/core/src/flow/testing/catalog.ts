/** A small catalogue of step and trigger kinds, enough to show every rule of `check` and `diff` in this room's own tests. */

import { z } from 'zod';
import { catalogOf, defineBlock, defineStep, defineTrigger, done, perItem } from '../../step/define.ts';
import { eachWith, repeatWith } from '../model.ts';

const text = { title: 'Trial', summary: 'For tests.', group: 'data' } as const;
const nothing = (): ReturnType<typeof done> => done(null);
const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('{{');

const steps = [
  defineStep({
    ...text,
    kind: 'set',
    version: 1,
    pure: true,
    input: z.strictObject({ value: z.unknown() }),
    output: z.unknown(),
    run: nothing,
  }),
  defineStep({
    ...text,
    kind: 'merge',
    version: 1,
    pure: true,
    input: z.strictObject({ value: z.unknown() }),
    output: z.unknown(),
    run: nothing,
  }),
  defineStep({
    ...text,
    kind: 'if',
    version: 1,
    pure: true,
    ports: ['true', 'false'],
    input: z.strictObject({ when: z.unknown() }),
    output: z.boolean(),
    run: nothing,
  }),
  defineStep({
    ...text,
    kind: 'switch',
    version: 1,
    pure: true,
    ports: (raw) =>
      Array.isArray(raw['cases'])
        ? raw['cases'].flatMap((one: unknown) =>
            typeof one === 'object' && one !== null && 'port' in one && typeof one.port === 'string' ? [one.port] : [],
          )
        : [],
    input: z.strictObject({
      cases: z.array(z.strictObject({ port: z.string(), when: z.unknown() })).min(1),
      else: z.string().optional(),
    }),
    output: z.string().nullable(),
    run: nothing,
  }),
  defineStep({
    ...text,
    kind: 'filter',
    version: 1,
    pure: true,
    perItem: ['where'],
    input: z.strictObject({ items: z.unknown(), where: perItem('The condition.') }),
    output: z.array(z.unknown()),
    run: nothing,
  }),
  defineStep({
    ...text,
    kind: 'stop',
    version: 1,
    pure: true,
    input: z.strictObject({ problem: z.string(), text: z.string() }),
    output: z.never(),
    run: nothing,
  }),
  defineStep({
    ...text,
    kind: 'wait',
    version: 1,
    input: z
      .strictObject({
        for: z
          .string()
          .regex(/^\d+(ms|s|m|h|d)$/, 'a duration as <int>(ms|s|m|h|d), e.g. 30s')
          .optional(),
        until: z.union([z.string(), z.number()]).optional(),
      })
      .refine((input) => (input.for === undefined) !== (input.until === undefined), 'exactly one of `for` and `until`'),
    output: z.null(),
    repeatable: () => true,
    run: nothing,
  }),
  defineStep({
    ...text,
    kind: 'http.request',
    version: 1,
    input: z.strictObject({
      method: z.enum(['GET', 'POST']),
      url: z.string().min(1),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.unknown().optional(),
      timeout: z.union([z.string(), z.strictObject({ connect: z.int(), total: z.int() })]).optional(),
      tries: z.int().min(1).optional(),
      secret: z.string().optional(),
    }),
    output: z.strictObject({ status: z.int(), headers: z.record(z.string(), z.string()), body: z.unknown() }),
    needs: (raw) => [
      {
        power: 'net',
        scope: isText(raw['url']) ? `GET ${new URL(raw['url']).hostname}` : 'GET *',
        ...(isText(raw['url']) ? {} : { computed: true as const }),
        sentence: 'Read from an address.',
      },
      ...(isText(raw['secret'])
        ? [
            {
              power: 'secret' as const,
              scope: `use ${raw['secret']} for https://api.example`,
              sentence: 'Use a secret.',
            },
          ]
        : []),
    ],
    repeatable: (input) => input.method === 'GET',
    run: nothing,
  }),
  defineStep({
    ...text,
    kind: 'flow.call',
    version: 1,
    input: z.strictObject({ flow: z.string(), input: z.unknown() }),
    output: z.unknown(),
    needs: (raw) => [{ power: 'flow', scope: `call ${String(raw['flow'])}`, sentence: 'Start a flow.' }],
    run: nothing,
  }),
  defineBlock({ ...text, kind: 'each', version: 1, block: 'each', input: eachWith, output: z.array(z.unknown()) }),
  defineBlock({ ...text, kind: 'repeat', version: 1, block: 'repeat', input: repeatWith, output: z.unknown() }),
];

const triggers = [
  defineTrigger({
    ...text,
    kind: 'webhook',
    version: 1,
    input: z.strictObject({
      answer: z.enum(['async', 'sync']).optional(),
      signature: z.strictObject({ preset: z.string(), secret: z.string() }).optional(),
      input: z.unknown().optional(),
    }),
  }),
  defineTrigger({
    ...text,
    kind: 'schedule',
    version: 1,
    input: z.strictObject({
      cron: z.string().regex(/^\S+( \S+){4,5}$/, 'a cron expression like 0 3 * * *'),
      input: z.unknown().optional(),
    }),
  }),
];

export const catalog = catalogOf(steps, triggers);
