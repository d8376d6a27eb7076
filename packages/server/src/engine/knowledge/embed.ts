/**
 * Vectors of texts for knowledge bases: by the model that comes with the server, which tells nobody, or by one of a provider,
 * through the outgoing door, as the policy of the workspace lets it and with a record.
 *
 * EM1 A provider is asked only for bases that somebody made who may set up models (gateway/routes/knowledge.ts).
 * EM3 What it may use at most is set aside before, and what it used is charged: to the run that asks, else to the workspace and
 *     to the key that asks, as the questions of flows are (models/spending.ts). The record is durable before anything leaves.
 * EM2 The key goes to the provider's own address alone; what is asked went through the guard before.
 */

import {
  allows,
  bad,
  costOf,
  findModel,
  good,
  guessTokens,
  type Power,
  printPower,
  type Problem,
  problem,
  readPolicy,
  type Result,
  type TokensUsed,
  type Usage,
} from '@headgate/core';
import type { JournalWriter, Store } from '../../store/ports.ts';
import { type Ledger, newMeter } from '../ledger.ts';
import { speak } from '../models/adapters.ts';
import { bounded, vectorsBound } from '../models/bounded.ts';
import { unanswered } from '../models/faults.ts';
import { type Fetch, fetchThrough } from '../models/fetch.ts';
import { keyed } from '../models/key.ts';
import { fetchHere } from '../models/local.ts';
import type { ModelDeps, ModelDoor } from '../models/door.ts';
import type { Reserved } from '../models/spending.ts';

export type EmbedDeps = Pick<ModelDeps, 'providers' | 'credentials' | 'door' | 'local' | 'turns' | 'clock'> & {
  readonly store: Pick<Store, 'in'>;
  readonly journal: Pick<JournalWriter, 'audit' | 'barrier'>;
  readonly ledger: Pick<Ledger, 'reserve'>;
  readonly offline: Pick<ModelDoor, 'embedHere'>;
};

/** Whose budget it is: sets the most aside, or says which limit that would exceed. */
export type Purse = (most: Usage) => Reserved | { readonly problem: Problem };

/** For which base of which workspace. `purse` left out: the workspace's own, for the base. */
export type EmbedFor = {
  readonly workspace: string;
  readonly project: string;
  readonly base: string;
  readonly purse?: Purse;
};

/** The workspace's, and that of who asks, where it is a key. No flow and no key has the name of a base. */
export const purseOf =
  ({ ledger }: Pick<EmbedDeps, 'ledger'>, { workspace, base }: EmbedFor, principal = ''): Purse =>
  (most) => {
    const who = { workspace, flow: `knowledge:${base}`, principal, budget: undefined };
    return ledger.reserve(who, newMeter(), most);
  };

const TIMEOUT = 60_000;
/** A model of this machine has no other machine to be fast on, and does one question after the other. */
const TIMEOUT_HERE = 600_000;

const UNRECORDED = problem('audit.down', 'The question could not be put on record, and was not asked', {
  retry: 'yes',
});
const DENIED = problem('policy.denied', 'The policy of the workspace does not let this model be asked');

/** Of length 1, as the bytes that the store keeps. */
const bytesOf = (vector: readonly number[]): Uint8Array => {
  const length = Math.hypot(...vector) || 1;
  const bytes = new Uint8Array(vector.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [i, x] of vector.entries()) view.setFloat32(i * 4, x / length, true);
  return bytes;
};

export const floatsOf = (bytes: Uint8Array): Float32Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength >> 2 }, (_, i) => view.getFloat32(i * 4, true));
};

/** Does the workspace have a model of this name that makes vectors? */
export const embeds = async (d: EmbedDeps, workspace: string, model: string): Promise<Problem | null> => {
  const found = findModel(await d.providers.in(workspace), model, 'embed');
  return found.ok ? null : problem('knowledge.model', found.problem.text, { fix: 'Name a model that makes vectors.' });
};

/** The vectors of texts, in their order. */
export const embed = async (
  d: EmbedDeps,
  of: EmbedFor,
  name: string,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<Result<readonly Uint8Array[]>> => {
  const { workspace, project, base } = of;
  const found = findModel(await d.providers.in(workspace), name, 'embed');
  if (!found.ok) return bad(found.problem);
  const model = found.value;
  if (model.provider.kind.adapter === 'offline')
    try {
      return good((await d.offline.embedHere(texts, signal)).map(bytesOf));
    } catch (error) {
      return bad(unanswered(error, name).problem);
    }
  const most = { input: texts.reduce((sum, text) => sum + guessTokens(text), 0), output: 0, cached: 0 };
  const denied = await judged(d, of, { power: 'model', model: name, tokens: most.input });
  if (denied !== null) return bad(denied);
  const held = (of.purse ?? purseOf(d, of))(costOf(most, model.spec.price));
  if ('problem' in held) return bad(held.problem);
  let used: TokensUsed | null = null;
  try {
    const { baseUrl } = model;
    const whose = { workspace, project, flow: '', environment: 'default', principal: '', run: '', step: '' };
    const key = await keyed(d.credentials, whose, model);
    if ('problem' in key) return bad(key.problem);
    const reach = (): Fetch => {
      if (model.provider.kind.adapter === 'local')
        return fetchHere(d.local, model.spec.id, { signal, timeout: TIMEOUT_HERE });
      const through = fetchThrough({
        ...{ door: d.door, origin: new URL(baseUrl).origin, headers: key.headers, share: { workspace, flow: base } },
        ...{ signal, timeout: TIMEOUT, stall: TIMEOUT },
      });
      return bounded(through, d.turns, vectorsBound(texts.length));
    };
    const asked = (await speak(model, reach())).embed(model.spec.id);
    const { embeddings, usage } = await asked.doEmbed({ values: [...texts], abortSignal: signal });
    used = { ...most, input: usage?.tokens ?? most.input };
    if (embeddings.length !== texts.length) throw new Error('not as many vectors as texts');
    return good(embeddings.map(bytesOf));
  } catch (error) {
    const why = unanswered(error, name);
    if (!why.free) used ??= most;
    return bad(why.problem);
  } finally {
    held.settle(used === null ? undefined : costOf(used, model.spec.price));
  }
};

/** May the model be asked, as the workspace and the instance let it? Durably on record when it resolves. */
const judged = async (d: EmbedDeps, { workspace, base }: EmbedFor, power: Power): Promise<Problem | null> => {
  const space = d.store.in(workspace);
  const denied = (await Promise.all([space.policy.get(), space.bounds.get()])).some((row) => {
    const read = row === null ? null : readPolicy(row);
    return read !== null && !(read.ok && allows(read.value, power));
  });
  const on = { at: d.clock.now(), workspace, actor: `knowledge:${base}`, action: 'power.model', run: null, step: null };
  const decided = denied
    ? ({ decision: 'deny', reason: DENIED.code } as const)
    : ({ decision: 'allow', reason: null } as const);
  try {
    await d.journal.barrier(d.journal.audit([{ ...on, object: printPower(power), ...decided }]));
  } catch {
    return UNRECORDED;
  }
  return denied ? DENIED : null;
};
