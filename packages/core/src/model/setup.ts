/**
 * A provider of models as a workspace set it up: of which kind it is, where it is, by which secret it knows who asks, and
 * which of its models may be asked. What a model's name leads to follows from these, and from nothing that a flow says.
 *
 * MS1 An address of its own has only a provider of a kind that has none: a key is never sent to where its provider is not.
 * MS2 An address is an address and nothing else: no name, password, query or fragment, where a key would stand in the open.
 */

import { z } from 'zod';
import { SECRET_NAME, SECRET_NAME_IS } from '../access/secret-name.ts';
import { problem, type Problem, type Result } from '../problem.ts';
import { MODEL_ID, MODEL_ID_IS, type ModelSpec, modelSpec, type ModelTask, type ProviderKind } from './provider.ts';

/** Of what can hold a key, and of what is not a part of where something is, an address has nothing. */
const isBare = (address: string): boolean => {
  if (!URL.canParse(address)) return true;
  const { username, password } = new URL(address);
  return username === '' && password === '' && !/[?#]/.test(address);
};

/** What a workspace says of a provider. */
export const providerSetup = z.strictObject({
  kind: z.string().min(1).max(63).describe('One of the kinds of providers that the server knows.'),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .refine(
      isBare,
      'an address without a user name, ?query and #fragment; a key goes into `secret`, as the name of a secret',
    )
    .optional()
    .describe('Where it is asked, for a kind that has no address of its own.'),
  secret: z
    .strictObject({
      name: z.string().regex(SECRET_NAME, SECRET_NAME_IS),
      project: z.string().min(1).max(100).optional().describe('Whose secret it is. Left out: of the project default.'),
    })
    .optional()
    .describe('The secret that holds its key; it has to be stored for the origin of the address.'),
  models: z
    .array(modelSpec)
    .min(1)
    .max(500)
    .optional()
    .describe('The only models that may be asked. Left out: all that are known.'),
  default: z.string().max(200).regex(MODEL_ID, MODEL_ID_IS).optional().describe('The model that is offered first.'),
});
export type ProviderSetup = z.output<typeof providerSetup>;

/** A provider of a workspace under its name, with the document of its kind. */
export type Provider = { readonly name: string; readonly setup: ProviderSetup; readonly kind: ProviderKind };

/** A model that a name leads to. */
export type ModelAt = { readonly provider: Provider; readonly spec: ModelSpec; readonly baseUrl: string };

/** A model as people choose it. */
export type ModelListed = ModelSpec & { readonly name: string; readonly provider: string; readonly first: boolean };

/** Whether the server itself runs its models. */
const isHere = ({ adapter }: ProviderKind): boolean => adapter === 'offline' || adapter === 'local';

/** A kind of provider with the models that lie on this machine now, where it is the one that runs them. */
export const withModelsHere = (kind: ProviderKind, models: readonly ModelSpec[]): ProviderKind =>
  kind.adapter === 'local' ? { ...kind, models: [...models] } : kind;

/** Why a set-up cannot be, or null. */
export const setupFault = (
  setup: ProviderSetup,
  kind: ProviderKind | undefined,
  kinds: readonly ProviderKind[],
): Problem | null => {
  const wrong = (field: string, text: string, fix: string): Problem =>
    problem('input.invalid', text, { at: { field }, fix });
  if (kind === undefined)
    return wrong(
      'kind',
      `There is no kind of provider ${JSON.stringify(setup.kind.slice(0, 60))}`,
      `There are: ${kinds.map(({ name }) => name).join(', ')}.`,
    );
  if (kind.baseUrl === undefined && setup.baseUrl === undefined && !isHere(kind))
    return wrong(
      'baseUrl',
      `${kind.title} has no address of its own`,
      `Say where it is${kind.example === undefined ? '' : `, e.g. ${kind.example}`}.`,
    );
  if (kind.baseUrl !== undefined && setup.baseUrl !== undefined)
    return wrong(
      'baseUrl',
      `${kind.title} is always asked at ${kind.baseUrl}`,
      'Leave it out, or choose the kind openai-compatible.',
    );
  if (kind.adapter === 'local') {
    if (setup.baseUrl !== undefined || setup.secret !== undefined)
      return wrong(
        setup.baseUrl === undefined ? 'secret' : 'baseUrl',
        `${kind.title} models are asked at no address and with no key`,
        'Leave it out.',
      );
    const absent = setup.models?.find(({ id }) => kind.models.every((model) => model.id !== id));
    if (absent !== undefined)
      return wrong(
        'models',
        `There is no model ${absent.id} on this server`,
        kind.models.length === 0
          ? 'Whoever manages the server adds it.'
          : `There are: ${kind.models
              .slice(0, 20)
              .map(({ id }) => id)
              .join(', ')}.`,
      );
    if (setup.default !== undefined && kind.models.every(({ id }) => id !== setup.default))
      return wrong('default', `There is no model ${setup.default} on this server`, 'Name one that is there.');
  }
  if (kind.key.needed && setup.secret === undefined)
    return wrong(
      'secret',
      `${kind.title} asks for a key`,
      'Store it as a secret for the origin of its address, and name that.',
    );
  const known = modelsIn(setup, kind);
  if (setup.default !== undefined && known.length > 0 && known.every(({ id }) => id !== setup.default))
    return wrong('default', `${setup.default} is none of its models`, 'Name one of them, or add it.');
  return null;
};

const modelsIn = (setup: ProviderSetup, kind: ProviderKind): readonly ModelSpec[] => {
  if (setup.models === undefined) return kind.models;
  const known = new Map(kind.models.map((model) => [model.id, model]));
  // What the server itself no longer has, nobody can be asked for.
  const there = kind.adapter === 'local' ? setup.models.filter(({ id }) => known.has(id)) : setup.models;
  return there.map((model) => ({ ...known.get(model.id), ...model }));
};

/** All models of these providers, each provider's first one marked. */
export const modelsListed = (providers: readonly Provider[]): readonly ModelListed[] =>
  providers.flatMap(({ name, setup, kind }) => {
    const models = modelsIn(setup, kind);
    const first = setup.default ?? models[0]?.id;
    const unlisted = setup.default !== undefined && models.length === 0 ? [{ id: setup.default }] : models;
    return unlisted.map((model) => ({
      ...model,
      name: `${name}/${model.id}`,
      provider: name,
      first: model.id === first,
    }));
  });

const unknown = (name: string, fix: string): Result<never> => ({
  ok: false,
  problem: problem('model.unknown', `There is no model ${JSON.stringify(name.slice(0, 200))} here`, {
    at: { field: 'with.model' },
    fix,
  }),
});

/** What `provider/model` leads to, for something that it has to do. Problems: `model.unknown`, `model.task`. */
export const findModel = (providers: readonly Provider[], name: string, task: ModelTask): Result<ModelAt> => {
  const slash = name.indexOf('/');
  const provider = providers.find((one) => one.name === name.slice(0, Math.max(0, slash)));
  if (provider === undefined)
    return unknown(
      name,
      providers.length === 0
        ? 'Set up a provider of models: Settings, Models; or PUT /api/v1/model-providers.'
        : `Providers that are set up: ${providers.map((one) => one.name).join(', ')}.`,
    );
  const id = name.slice(slash + 1);
  const models = modelsIn(provider.setup, provider.kind);
  const listed = models.find((model) => model.id === id);
  if (listed === undefined && provider.kind.adapter === 'local')
    return unknown(name, `Whoever manages the server adds it: headgate models add ${id.slice(0, 60)} FILE.`);
  if (listed === undefined && models.length > 0)
    return unknown(
      name,
      `Models of ${provider.name}: ${models
        .slice(0, 20)
        .map((model) => model.id)
        .join(', ')}.`,
    );
  const spec: ModelSpec = listed ?? { id };
  if (listed !== undefined && !(listed.does ?? ['chat']).includes(task))
    return {
      ok: false,
      problem: problem('model.task', `The model ${name} is not one for this (${task})`, {
        at: { field: 'with.model' },
        fix: 'Name another model.',
      }),
    };
  return { ok: true, value: { provider, spec, baseUrl: provider.setup.baseUrl ?? provider.kind.baseUrl ?? '' } };
};

/** The providers of a workspace: what it set up, and those that come with the server and ask for nothing. */
export const providersIn = (
  kinds: readonly ProviderKind[],
  rows: readonly { readonly name: string; readonly doc: unknown }[],
): readonly Provider[] => {
  const own = rows.flatMap(({ name, doc }): Provider[] => {
    const setup = providerSetup.safeParse(doc);
    const kind = kinds.find((one) => setup.success && one.name === setup.data.kind);
    return setup.success && kind !== undefined ? [{ name, setup: setup.data, kind }] : [];
  });
  const shipped = kinds.filter((kind) => isHere(kind) && own.every((one) => one.name !== kind.name));
  return [...own, ...shipped.map((kind): Provider => ({ name: kind.name, setup: { kind: kind.name }, kind }))];
};
