/** Secrets go in and never come out: the store seals, and this room has nothing that opens. */

import { shortSecret } from '@headgate/core';
import { CREDENTIAL_FIELDS, LISTED_KINDS, PLACEHOLDER, ROUTES } from '@headgate/core/api';
import type { SecretRow } from '../../store/secret.ts';
import { guardedAgainst } from '../guarded.ts';
import { implement, type Route } from '../implement.ts';
import { unknownEnvironment } from '../promotion.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse } from '../outcome.ts';
import { projectOf } from '../places.ts';

const EVERYWHERE = '*';
const CHANGES = 'gets and loses secrets of its own';

const shown = ({ id, name, kind, environment, origins, version, created, updated }: SecretRow) => ({
  id,
  name,
  // A kind that a later release stored shows as what it is to this one: a text nobody sees.
  kind: LISTED_KINDS.find((known) => known === kind) ?? ('plain' as const),
  environment,
  origins,
  version,
  created: new Date(created).toISOString(),
  updated: new Date(updated).toISOString(),
});

/** The fields of credentials that nobody may see. */
const SECRET_FIELDS = ['value', 'password', 'token', 'clientSecret', 'refreshToken'];

const fieldOf = (credential: object, field: string): string | null => {
  const found = Object.entries(credential).find(([name]) => name === field)?.[1];
  return typeof found === 'string' ? found : null;
};

const noteOn = (values: readonly (string | null)[]): string | null =>
  values.map((value) => (value === null ? null : shortSecret(value))).find((note) => note !== null) ?? null;

export const secretRoutes = ({ gate }: Lodge): readonly Route[] => [
  implement(ROUTES.putSecret, async ({ who, body }) => {
    const { credential } = body;
    const value = credential === undefined ? body.value : JSON.stringify(credential);
    if (value === undefined) return refuse('input.invalid');
    const { environment = EVERYWHERE } = body;
    if (environment !== EVERYWHERE) {
      const all = await gate.store.in(who.workspace).environments.list(projectOf(body));
      if (all === null) return MISSING;
      if (all.every(({ name }) => name !== environment)) return unknownEnvironment(environment, all);
    }
    const guard = await guardedAgainst(gate, who, projectOf(body), environment, CHANGES);
    if (guard !== null) return guard;
    const put = await gate.store.in(who.workspace).secrets.put({
      project: projectOf(body),
      name: body.name,
      environment,
      origins: body.origins ?? [],
      value,
      ...(credential === undefined ? {} : { kind: credential.kind }),
      owner: who.user ?? who.id,
      at: gate.clock(),
    });
    if (put === null) return MISSING;
    const note = noteOn(credential === undefined ? [value] : SECRET_FIELDS.map((field) => fieldOf(credential, field)));
    return give(200, { id: put.id, name: body.name, version: put.version, ...(note === null ? {} : { note }) });
  }),

  implement(ROUTES.listSecrets, async ({ who, query }) => {
    const rows = await gate.store.in(who.workspace).secrets.list(projectOf(query));
    return give(200, { secrets: rows.map(shown) });
  }),

  implement(ROUTES.getSecret, async ({ who, params, query }) => {
    const rows = await gate.store.in(who.workspace).secrets.list(projectOf(query));
    const { environment = EVERYWHERE } = query;
    const row = rows.find((one) => one.name === params.name && one.environment === environment);
    if (row === undefined) return MISSING;
    const secret = shown(row);
    const fields = (secret.kind === 'connection' ? [] : CREDENTIAL_FIELDS[secret.kind]).map(
      (field) => [field, PLACEHOLDER] as const,
    );
    return give(200, { ...secret, form: Object.fromEntries(fields) });
  }),

  implement(ROUTES.deleteSecret, async ({ who, params, query }) => {
    const { environment = EVERYWHERE } = query;
    const guard = await guardedAgainst(gate, who, projectOf(query), environment, CHANGES);
    if (guard !== null) return guard;
    const gone = await gate.store.in(who.workspace).secrets.remove(projectOf(query), params.name, environment);
    return gone ? nothing() : MISSING;
  }),
];
