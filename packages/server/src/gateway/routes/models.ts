/** Providers of models and the models they give. Whether the caller may is judged before (register.ts). */

import {
  may,
  modelsListed,
  type Principal,
  type Provider,
  providerSetup,
  type ProviderSetup,
  providersIn,
  setupFault,
  withModelsHere,
} from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse, refuseAll } from '../outcome.ts';
import { PROJECT } from '../deps.ts';

type Kept = { readonly by: string; readonly updated: number };

const shown = ({ name, setup, kind }: Provider, { by, updated }: Kept) => ({
  name,
  ...setup,
  address: setup.baseUrl ?? kind.baseUrl ?? '',
  by,
  updated: new Date(updated).toISOString(),
});

const KEYED = 'It names a secret: changing or removing it needs the permission secret.write in the project of that';

export const modelRoutes = ({ gate }: Lodge): readonly Route[] => {
  const kindsNow = async () => {
    const here = await gate.engine.models.here();
    return gate.catalog.providers.map((kind) => withModelsHere(kind, here));
  };
  const rowsOf = (who: Principal) => gate.store.in(who.workspace).modelProviders;
  /** May the caller store the secret that this set-up names? */
  const mayStore = (who: Principal, { secret }: Pick<ProviderSetup, 'secret'>): boolean =>
    secret === undefined || may(who, 'secret.write', { workspace: who.workspace, project: secret.project ?? PROJECT });
  /** A provider as it is set up now; null where there is none. */
  const setUpNow = async (who: Principal, name: string): Promise<Pick<ProviderSetup, 'secret'> | null> => {
    const row = (await rowsOf(who).list()).find((one) => one.name === name);
    return row === undefined ? null : (providerSetup.safeParse(row.doc).data ?? {});
  };
  return [
    implement(ROUTES.listModels, async ({ who }) => {
      // What a workspace set up tells of all of it: nothing for who is held to a part.
      const all = may(who, 'flow.read', { workspace: who.workspace });
      const providers = providersIn(await kindsNow(), all ? await rowsOf(who).list() : []);
      return give(200, { models: [...modelsListed(providers)] });
    }),

    implement(ROUTES.listModelKinds, async () =>
      give(200, {
        kinds: (await kindsNow()).map(
          ({ name, title, summary, docs, adapter, baseUrl, example, key, priced, models }) => ({
            ...{ name, title, summary, adapter, models, key: key.needed },
            docs: docs ?? null,
            baseUrl: baseUrl ?? null,
            example: example ?? null,
            priced: priced ?? null,
          }),
        ),
      }),
    ),

    implement(ROUTES.listModelProviders, async ({ who }) => {
      const rows = await rowsOf(who).list();
      const kept = new Map(rows.map((row) => [row.name, row]));
      const own = providersIn(await kindsNow(), rows).flatMap((provider) => {
        const row = kept.get(provider.name);
        return row === undefined ? [] : [shown(provider, row)];
      });
      return give(200, { providers: own });
    }),

    implement(ROUTES.putModelProvider, async ({ who, body }) => {
      const { name, ...setup } = body;
      const kinds = await kindsNow();
      const kind = kinds.find((one) => one.name === setup.kind);
      const wrong = setupFault(setup, kind, kinds);
      if (wrong !== null || kind === undefined) return refuseAll('input.invalid', wrong === null ? [] : [wrong]);
      if (!mayStore(who, setup))
        return refuse('permission.missing', 'Naming a secret needs the permission secret.write in its project');
      if (!mayStore(who, (await setUpNow(who, name)) ?? {})) return refuse('permission.missing', KEYED);
      const kept = { by: who.user ?? who.id, updated: gate.clock() };
      const put = await rowsOf(who).put({ name, doc: setup, ...kept });
      return put ? give(200, shown({ name, setup, kind }, kept)) : refuse('model.full');
    }),

    implement(ROUTES.deleteModelProvider, async ({ who, params: { provider } }) => {
      const now = await setUpNow(who, provider);
      if (now === null) return MISSING;
      if (!mayStore(who, now)) return refuse('permission.missing', KEYED);
      return (await rowsOf(who).remove(provider)) ? nothing() : MISSING;
    }),

    implement(ROUTES.testModelProvider, async ({ who, params }) => {
      const tried = await gate.engine.models.test(who.workspace, params.provider, who.id);
      if (tried === null) return MISSING;
      if (tried.ok) return give(200, { ok: true, problem: null, models: [...tried.value] });
      const { code, text, fix = null } = tried.problem;
      return give(200, { ok: false, problem: { code, text, fix }, models: [] });
    }),
  ];
};
