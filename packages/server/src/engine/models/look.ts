/**
 * Asks a provider which models it has: the question that costs nothing, by which a set-up is tried.
 *
 * LO1 It leaves the server, with a key: a provider of which the workspace, or the instance, lets nobody ask any model is not
 *     tried, and the decision is durable before anything leaves.
 */

import {
  bad,
  good,
  type ModelsPort,
  type Power,
  printPower,
  problem,
  type Provider,
  readValues,
  type Result,
} from '@headgate/core';
import { bounded, JSON_BOUND } from './bounded.ts';
import { unanswered } from './faults.ts';
import { fetchThrough } from './fetch.ts';
import { keyed } from './key.ts';
import type { OwnDeps } from './own.ts';

const TIMEOUT = 20_000;
const MOST = 1_000;

type Listed = { readonly id?: unknown; readonly name?: unknown };

/** Names in `{data: [{id}]}` (OpenAI, Anthropic) or `{models: [{name: "models/x"}]}` (Google, Ollama). */
const namesIn = (value: unknown): readonly string[] | null => {
  if (typeof value !== 'object' || value === null) return null;
  const list: unknown = 'data' in value ? value.data : 'models' in value ? value.models : null;
  if (!Array.isArray(list)) return null;
  return list
    .flatMap((one: Listed) => {
      const name = one?.id ?? one?.name;
      return typeof name === 'string' ? [name.replace(/^models\//, '').slice(0, 200)] : [];
    })
    .slice(0, MOST);
};

const NO_LIST = problem('model.answer', 'What answers there lists no models', {
  fix: 'Is it the address of an API of models, with its version? e.g. http://127.0.0.1:11434/v1',
});

const DENIED = problem('policy.denied', 'The policy of the workspace lets nobody ask this provider', {
  retry: 'no',
  fix: 'Ask an administrator of the workspace to allow its models.',
});

/** May any model of it be asked? Those that it lists are looked at one by one, for policies that name some. */
const mayTry = async (
  { flows, journal, clock }: Pick<OwnDeps, 'flows' | 'journal' | 'clock'>,
  workspace: string,
  { name, kind, setup }: Provider,
  actor: string,
): Promise<boolean> => {
  const of = (model: string): Power => ({ power: 'model', model: `${name}/${model}` });
  let may = false;
  for (const model of ['*', ...[...(setup.models ?? []), ...kind.models].map(({ id }) => id)])
    may ||= await flows.reaches(workspace, of(model));
  const decided = { decision: may ? ('allow' as const) : ('deny' as const), reason: may ? null : DENIED.code };
  const on = { at: clock.now(), workspace, actor, action: 'power.model', object: printPower(of('*')) };
  await journal.barrier(journal.audit([{ ...on, ...decided, run: null, step: null }]));
  return may;
};

export const lookAt =
  (d: OwnDeps): ModelsPort['test'] =>
  async (workspace, name, actor): Promise<Result<readonly string[]> | null> => {
    const { providers, credentials, door, turns } = d;
    const provider = (await providers.in(workspace)).find((one) => one.name === name);
    if (provider === undefined) return null;
    if (provider.kind.adapter === 'offline' || provider.kind.adapter === 'local')
      return good(provider.kind.models.map(({ id }) => id));
    if (!(await mayTry(d, workspace, provider, actor))) return bad(DENIED);
    const baseUrl = (provider.setup.baseUrl ?? provider.kind.baseUrl ?? '').replace(/\/+$/, '');
    const at = { provider, baseUrl };
    const of = { workspace, project: 'default', flow: '', environment: 'default', principal: '', run: '', step: '' };
    const key = await keyed(credentials, of, at);
    if ('problem' in key) return bad(key.problem);
    const versioned: Record<string, string> =
      provider.kind.adapter === 'anthropic' ? { 'anthropic-version': '2023-06-01' } : {};
    const through = fetchThrough({
      door,
      origin: new URL(baseUrl).origin,
      headers: { ...versioned, ...key.headers },
      share: { workspace, flow: '' },
      signal: new AbortController().signal,
      timeout: TIMEOUT,
      stall: TIMEOUT,
    });
    try {
      const answer = await bounded(through, turns, JSON_BOUND)(`${baseUrl}/models`);
      const text = await answer.text();
      if (answer.status !== 200) {
        const responseHeaders = Object.fromEntries(answer.headers);
        return bad(unanswered({ statusCode: answer.status, message: text, responseHeaders }, name).problem);
      }
      const read = readValues(text, 'The answer');
      const names = read?.ok === true ? namesIn(read.value) : null;
      return names === null ? bad(NO_LIST) : good(names);
    } catch (error) {
      return bad(unanswered(error, name).problem);
    }
  };
