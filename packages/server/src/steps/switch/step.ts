/**
 * switch: the first case that holds decides the port.
 *
 * W1 When no case holds and there is no `else`, it is done with null and the port `none`. That name is reserved: no case
 *    can take it and nothing can be wired to it, so no named port fires; a bare entry (`after: ["route"]`) goes on.
 * W2 Ports are read from the flow as written; a port name cannot be computed.
 */

import { defineStep, done, failed, ID, notBoolean, PROBLEM_PORT, z } from '@headgate/core/step';

const NO_PORT = 'none';
const UNMATCHED = done(null, NO_PORT);

const isPort = (name: unknown): name is string =>
  typeof name === 'string' && name !== PROBLEM_PORT && name !== NO_PORT && ID.test(name);

const port = z
  .string()
  .refine(isPort, 'a port name: a lower-case letter, then lower-case letters, digits or _; not `problem` or `none`');

export const step = defineStep({
  kind: 'switch',
  version: 1,
  title: 'Switch',
  group: 'flow',
  summary:
    'Goes on by the port of the first case that holds, else by the port named in `else`. With no match and no `else`, no named port fires.',
  pure: true,
  ports: (raw) => {
    const cases: readonly unknown[] = Array.isArray(raw['cases']) ? raw['cases'] : [];
    const named = cases.map((one) => (typeof one === 'object' && one !== null && 'port' in one ? one.port : undefined));
    return [...new Set([...named, raw['else']].filter(isPort))];
  },
  input: z.strictObject({
    cases: z
      .array(
        z.strictObject({
          port: port.describe('Where to go on when this case holds. Written plainly, not computed.'),
          when: z
            .unknown()
            .describe(
              'The condition of this case: it must give true or false. All conditions are evaluated, so write ?. where a field may be missing.',
            ),
        }),
      )
      .min(1)
      .max(100)
      .describe('The cases, tried in order.'),
    else: port.optional().describe('The port when no case holds. Written plainly, not computed.'),
  }),
  output: z.string().nullable().describe('The port taken, or null when no case held and there is no `else`.'),
  run: (input) => {
    const { cases } = input;
    for (let i = 0; i < cases.length; i += 1) {
      const one = cases[i];
      if (one === undefined) break;
      if (one.when === true) return done(one.port, one.port);
      if (one.when !== false) return failed(notBoolean(one.when, `cases.${i}.when`));
    }
    return input.else === undefined ? UNMATCHED : done(input.else, input.else);
  },
});
