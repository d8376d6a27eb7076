/** The catalogue of step and trigger kinds, with the schemas of their settings. It does not change while the server runs. */

import { jsonSchema, ROUTES } from '@headgate/core/api';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give } from '../outcome.ts';

export const stepRoutes = ({ gate }: Lodge): readonly Route[] => {
  const make = () => ({
    steps: gate.catalog.steps.map((step) => ({
      kind: `${step.kind}@${step.version}`,
      title: step.title,
      group: step.group,
      summary: step.summary,
      input: jsonSchema(step.input),
      output: jsonSchema(step.output, 'output'),
      ports: typeof step.ports === 'function' ? null : (step.ports ?? []),
      pure: step.pure === true,
    })),
    triggers: gate.catalog.triggers.map((trigger) => ({
      kind: `${trigger.kind}@${trigger.version}`,
      title: trigger.title,
      summary: trigger.summary,
      input: jsonSchema(trigger.input),
    })),
  });
  let made: ReturnType<typeof make> | undefined;
  return [implement(ROUTES.listSteps, () => give(200, (made ??= make())))];
};
