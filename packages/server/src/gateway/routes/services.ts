/** The services that flows can call, in the form that pickers, forms and tools need. */

import {
  inputSchema,
  isRepeatable,
  knownOrigin,
  operationOf,
  pollSchema,
  type Service,
  type ServiceTrigger,
} from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING } from '../outcome.ts';

const listed = (service: Service, own: boolean) => ({
  name: service.name,
  title: service.title,
  summary: service.summary,
  auth: service.auth.kind,
  own,
  operations: service.operations.map(({ id, title, method }) => ({ id, title, method })),
  triggers: (service.triggers ?? []).map(({ id, title, kind }) => ({ id, title, kind })),
});

const triggerOf = (service: Service, trigger: ServiceTrigger) => {
  const operation = trigger.kind === 'poll' ? operationOf(service, trigger.operation) : undefined;
  return {
    id: trigger.id,
    title: trigger.title,
    summary: trigger.summary,
    kind: trigger.kind,
    input: trigger.kind === 'poll' && operation !== undefined ? pollSchema(service, operation, trigger) : null,
    preset: trigger.kind === 'webhook' ? trigger.preset : null,
    setUp: trigger.kind === 'webhook' ? trigger.setUp : null,
  };
};

const whole = (service: Service, own: boolean) => ({
  name: service.name,
  title: service.title,
  summary: service.summary,
  docs: service.docs ?? null,
  auth: service.auth.kind,
  own,
  secret: service.secret ?? null,
  origin: knownOrigin(service),
  connect:
    service.auth.kind === 'oauth2'
      ? {
          authorizeUrl: service.auth.authorizeUrl,
          tokenUrl: service.auth.tokenUrl,
          scopes: service.auth.scopes,
          extra: service.auth.extra ?? {},
        }
      : null,
  operations: service.operations.map((operation) => ({
    id: operation.id,
    title: operation.title,
    summary: operation.summary,
    method: operation.method,
    path: operation.path,
    pages: operation.paging !== undefined,
    repeatable: isRepeatable(operation),
    input: inputSchema(service, operation),
  })),
  triggers: (service.triggers ?? []).map((trigger) => triggerOf(service, trigger)),
});

export const serviceRoutes = ({ gate }: Lodge): readonly Route[] => [
  implement(ROUTES.listServices, () =>
    give(200, { services: gate.catalog.services.list.map((one) => listed(one, false)) }),
  ),

  implement(ROUTES.getService, ({ params }) => {
    const found = gate.catalog.services.get(params.name);
    return found === undefined ? MISSING : give(200, whole(found, false));
  }),
];
