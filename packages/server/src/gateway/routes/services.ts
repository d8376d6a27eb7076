/** The services that flows can call, in the form that pickers, forms and tools need. */

import { createHash } from 'node:crypto';
import {
  canonicalJson,
  inputSchema,
  isRepeatable,
  knownOrigin,
  may,
  operationOf,
  pollSchema,
  problem,
  type Principal,
  readService,
  sightOf,
  type Service,
  type ServiceTrigger,
} from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse, refuseAll } from '../outcome.ts';
import { usedBy, usesOfService } from '../service-uses.ts';

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
    preset: trigger.kind === 'webhook' ? (trigger.preset ?? trigger.signature?.kind ?? null) : null,
    events: trigger.kind === 'webhook' ? (trigger.events ?? []) : null,
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

/** What a workspace brought along tells of all of it: nothing for who is held to a part (row AZ-08). */
const seesAll = (who: Principal): boolean => may(who, 'flow.read', { workspace: who.workspace });

export const serviceRoutes = ({ gate, looks }: Lodge): readonly Route[] => {
  const isOwn = (name: string): boolean => gate.catalog.services.get(name) === undefined;
  return [
    implement(ROUTES.listServices, async ({ who }) => {
      const { services } = await gate.catalogIn(who.workspace);
      const seen = services.list.filter(({ name }) => !isOwn(name) || seesAll(who));
      return give(200, { services: seen.map((one) => listed(one, isOwn(one.name))) });
    }),

    implement(ROUTES.getService, async ({ who, params }) => {
      const found = (await gate.catalogIn(who.workspace)).services.get(params.service);
      if (found === undefined || (isOwn(found.name) && !seesAll(who))) return MISSING;
      return give(200, whole(found, isOwn(found.name)));
    }),

    implement(ROUTES.putService, async ({ who, body }) => {
      const read = readService(body.manifest);
      if (!read.ok) return refuseAll('input.invalid', read.problems);
      const { name, operations } = read.service;
      if (!isOwn(name)) return refuse('service.taken', `${name} comes with the server`, 'Give it another name.');
      const kept = await gate.store.in(who.workspace).services.put({
        name,
        doc: read.service,
        hash: hashOf(read.service),
        by: who.user ?? who.id,
        updated: gate.clock(),
      });
      return kept ? give(200, { name, operations: operations.length }) : refuse('service.full');
    }),

    implement(ROUTES.deleteService, async ({ who, params }) => {
      const store = gate.store.in(who.workspace);
      if (!(await store.services.list()).some(({ name }) => name === params.service)) return MISSING;
      const sight = sightOf(who, 'flow.read');
      const uses = await looks.of(who.workspace, () => usesOfService(store, sight, params.service));
      if (uses === null) return refuse('requests.limit');
      const by = usedBy(uses);
      if (by !== null)
        return {
          ...refuse(
            'service.used',
            `Flows use ${params.service}: ${by}`,
            'Take it out of them first, and publish them.',
          ),
          more: {
            problems: uses.flows.map(({ id, name }) =>
              problem('service.used', `The flow ${name} uses it`, { at: { flow: id } }),
            ),
          },
        };
      return (await store.services.remove(params.service)) ? nothing() : MISSING;
    }),
  ];
};

/** Another one whenever the manifest is another one. */
const hashOf = (service: Service): string => createHash('sha256').update(canonicalJson(service)).digest('hex');
