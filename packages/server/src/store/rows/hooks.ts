/**
 * Addresses of webhooks: which trigger one stands for, and another one in its place. Only nonces and keyed hashes are kept
 * (versions.ts, deployments.ts).
 *
 * HO1 A replaced address is good until its time and no longer; with no time it is nothing at once, and so is every one before it.
 */

import { randomBytes } from 'node:crypto';
import { DEFAULT_ENVIRONMENT, type Deployments } from '../environment.ts';
import type { EngineStore } from '../engine-port.ts';
import type { Ground } from '../ground.ts';

type Address = {
  readonly workspace: string;
  readonly flow: string;
  readonly trigger: string;
  readonly environment: string;
};

/** The trigger that a token stands for; null: none, or it is switched off. `until`: how long, of a replaced one. */
export const hookByToken = ({
  db,
  credentials,
  clock,
}: Pick<Ground, 'db' | 'credentials' | 'clock'>): EngineStore['hookByToken'] => {
  const known = async (hash: string): Promise<(Address & { readonly until: number | null }) | null> => {
    const row = await db
      .selectFrom('hook')
      .select(['workspace', 'flow', 'trigger_id as trigger'])
      .where('hash', '=', hash)
      .executeTakeFirst();
    if (row !== undefined) return { ...row, environment: DEFAULT_ENVIRONMENT, until: null };
    const promoted = await db
      .selectFrom('deployed_hook')
      .select(['workspace', 'flow', 'trigger_id as trigger', 'environment'])
      .where('hash', '=', hash)
      .executeTakeFirst();
    if (promoted !== undefined) return { ...promoted, until: null };
    const retired = await db
      .selectFrom('retired_hook')
      .select(['workspace', 'flow', 'trigger_id as trigger', 'environment', 'until'])
      .where('hash', '=', hash)
      .where('until', '>', clock())
      .executeTakeFirst();
    return retired ?? null;
  };

  const isOn = async ({ flow, trigger, environment }: Address): Promise<boolean> => {
    const row = await (environment === DEFAULT_ENVIRONMENT
      ? db
          .selectFrom('flow_trigger as there')
          .innerJoin('flow', 'flow.id', 'there.flow')
          .select('flow.id')
          .where('there.flow', '=', flow)
          .where('there.trigger_id', '=', trigger)
          .where('there.disabled', '=', 0)
          .where('flow.enabled', '=', 1)
          .executeTakeFirst()
      : db
          .selectFrom('deployed_trigger as there')
          .innerJoin('flow', 'flow.id', 'there.flow')
          .select('flow.id')
          .where('there.flow', '=', flow)
          .where('there.environment', '=', environment)
          .where('there.trigger_id', '=', trigger)
          .where('there.disabled', '=', 0)
          .where('flow.enabled', '=', 1)
          .executeTakeFirst());
    return row !== undefined;
  };

  return async (token) => {
    const found = await known(credentials.hashHook(token));
    return found !== null && (await isOn(found)) ? found : null;
  };
};

/** Until when addresses that were replaced are good besides, by trigger: the last of them, where there are several. */
export const goodUntil = async (
  { db, clock }: Pick<Ground, 'db' | 'clock'>,
  { workspace, flow, environment }: Omit<Address, 'trigger'>,
): Promise<ReadonlyMap<string, number>> => {
  const now = clock();
  const rows = await db
    .selectFrom('retired_hook')
    .select(['trigger_id as trigger', 'until'])
    .where('workspace', '=', workspace)
    .where('flow', '=', flow)
    .where('environment', '=', environment)
    .where('until', '>', now)
    .orderBy('until')
    .execute();
  return new Map(rows.map(({ trigger, until }) => [trigger, until]));
};

/** Another address for a webhook: its token, or null when the flow has no such webhook there. */
export const readdress =
  ({ change, credentials }: Pick<Ground, 'change' | 'credentials'>, workspace: string): Deployments['readdress'] =>
  (flow, environment, trigger, { at, until }) =>
    change(async (trx) => {
      const standard = environment === DEFAULT_ENVIRONMENT;
      const nonce = randomBytes(32);
      const token = credentials.hookToken(nonce);
      const before = standard
        ? await trx
            .selectFrom('hook')
            .select('hash')
            .where('workspace', '=', workspace)
            .where('flow', '=', flow)
            .where('trigger_id', '=', trigger)
            .executeTakeFirst()
        : await trx
            .selectFrom('deployed_hook')
            .select('hash')
            .where('workspace', '=', workspace)
            .where('flow', '=', flow)
            .where('environment', '=', environment)
            .where('trigger_id', '=', trigger)
            .executeTakeFirst();
      if (before === undefined) return null;
      await trx
        .updateTable(standard ? 'hook' : 'deployed_hook')
        .set({ hash: credentials.hashHook(token), nonce, created: at })
        .where('hash', '=', before.hash)
        .execute();
      await trx
        .deleteFrom('retired_hook')
        .where('workspace', '=', workspace)
        .where('flow', '=', flow)
        .where('environment', '=', environment)
        .where('trigger_id', '=', trigger)
        .where('until', '<=', until > at ? at : Number.MAX_SAFE_INTEGER)
        .execute();
      if (until > at)
        await trx
          .insertInto('retired_hook')
          .values({ hash: before.hash, workspace, flow, environment, trigger_id: trigger, until })
          .execute();
      return token;
    });
