/** The catalogue of step and trigger kinds, with the schemas of their settings, which does not change while the server runs; and what code sees. */

import { codeTypes, readFlow } from '@headgate/core';
import { jsonSchema, ROUTES } from '@headgate/core/api';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { grantsInForce } from '../lending.ts';
import { give, MISSING, refuseAll } from '../outcome.ts';

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
  return [
    implement(ROUTES.listSteps, () => give(200, (made ??= make()))),

    implement(ROUTES.stepTypes, async ({ who, params }) => {
      const row = await gate.store.in(who.workspace).flows.get(params.id);
      if (row === null) return MISSING;
      const read = readFlow(row.draft);
      if (!read.ok) return refuseAll('flow.invalid', read.problems);
      const { step } = params;
      const grants = await grantsInForce(gate, who.workspace, row);
      const lent = grants.filter((one) => one.step === step || one.step === '*').map(({ power }) => power);
      const words = new Set(lent.map((power) => power.slice(0, power.indexOf(':'))));
      const types = codeTypes(read.flow, step, gate.catalog, words);
      return types === undefined ? MISSING : give(200, types);
    }),
  ];
};
