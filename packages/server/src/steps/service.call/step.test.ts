import { NO_SERVICES, trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

test('SV1 service and operation are written plainly: what is computed is no name', () => {
  expect(step.plain).toEqual(['service', 'operation']);
  expect(step.input.safeParse({ service: 'slack', operation: 'send_message' }).success).toBe(true);
  expect(step.input.safeParse({ service: '{{ input.x }}', operation: 'send_message' }).success).toBe(false);
  expect(step.input.safeParse({ service: 'slack', operation: '{{ input.x }}' }).success).toBe(false);
  expect(step.input.safeParse({ service: 'slack', operation: 'send_message', url: 'https://a.example' }).success).toBe(
    false,
  );
});

test('a service that is not known asks for everything, is never repeated, and is a Problem before anything is sent', async () => {
  const unknown = { service: 'none', operation: 'go' };
  expect(step.needs?.(unknown)).toMatchObject([{ power: 'net', scope: '* *:*', computed: true }]);
  expect(step.repeatable?.(step.input.parse(unknown))).toBe(false);
  expect((await trial(step, unknown)).outcome).toMatchObject({
    kind: 'problem',
    problem: { code: 'service.unknown', at: { field: 'with.operation' } },
    sent: 'no',
  });
  expect(step.withServices?.(NO_SERVICES).kind).toBe('service.call');
});
