/**
 * Which chat is meant, and may this one write to it: the flow, its trigger and what that says.
 *
 * CP1 Who may not run the flow learns as little of it as if it did not exist; so does a visitor of a chat that is not for
 *     everybody: the flow has to be shared with everybody, and its trigger has to say so besides.
 * CP2 To a visitor a chat takes no files, unless its trigger says that visitors may send some.
 */

import {
  bad,
  type ChatBy,
  type ChatLook,
  good,
  isObject,
  may,
  milliseconds,
  problem,
  type Result,
  thingOf,
} from '@headgate/core';
import { DEFAULT_ENVIRONMENT } from '../../store/environment.ts';
import type { Store } from '../../store/ports.ts';
import type { Clock } from '../clock.ts';
import type { Flows, Target } from '../flows.ts';
import { hasOwner } from '../owner.ts';

export const CHAT = 'chat@1';
const DAY = 86_400_000;
const MB = 1024 * 1024;

export type ChatSettings = {
  readonly look: ChatLook;
  readonly history: number;
  readonly window: number;
  readonly keep: number;
  readonly folder: string;
};

export type ChatAt = ChatSettings & {
  readonly workspace: string;
  readonly flow: string;
  readonly trigger: string;
  readonly target: Target;
  readonly owner: string;
};

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

const settingsOf = (
  raw: Readonly<Record<string, unknown>>,
  name: string,
  trigger: string,
  visits: boolean,
): ChatSettings => {
  const files = isObject(raw['files']) ? raw['files'] : null;
  const span = (field: string, otherwise: number): number => milliseconds(textOf(raw[field]) ?? '') ?? otherwise;
  const keep = span('keep', 30 * DAY);
  return {
    look: {
      title: textOf(raw['title']) ?? name,
      greeting: textOf(raw['greeting']),
      suggestions: textsOf(raw['suggestions']),
      files:
        files === null || (visits && files['visitors'] !== true)
          ? null
          : { kinds: textsOf(files['kinds']), size: (typeof files['size'] === 'number' ? files['size'] : 5) * MB },
      open: raw['who'] === 'public',
      origins: textsOf(raw['origins']),
      model: textOf(raw['model']),
      trigger,
    },
    history: typeof raw['history'] === 'number' ? raw['history'] : 20,
    window: span('window', keep),
    keep,
    folder: textOf(files?.['folder']) ?? 'chat/',
  };
};

const UNKNOWN: Result<never> = bad(problem('flow.not_found', 'There is no such flow'));

export type FindChat = (by: ChatBy) => Promise<Result<ChatAt>>;

export const chatFinder =
  ({ flows, store, clock }: { readonly flows: Flows; readonly store: Store; readonly clock: Clock }): FindChat =>
  async ({ principal, owner, flow, draft }): Promise<Result<ChatAt>> => {
    const { workspace } = principal;
    const visits = principal.kind === 'visitor';
    const row = await store.in(workspace).flows.get(flow);
    if (row === null || !may(principal, 'run', thingOf(workspace, row))) return UNKNOWN;
    if (visits && (draft === true || !(await hasOwner(store, workspace, row)))) return UNKNOWN;
    const found =
      draft === true
        ? await flows.draft(workspace, flow, clock.now(), DEFAULT_ENVIRONMENT)
        : await flows.live(workspace, flow, DEFAULT_ENVIRONMENT);
    if (!found.ok) return visits ? UNKNOWN : found;
    const target = found.value;
    const { name, triggers = [] } = target.compiled.flow;
    const trigger = triggers.find(({ kind, disabled }) => kind === CHAT && disabled !== true);
    if (trigger === undefined)
      return visits
        ? UNKNOWN
        : bad(
            problem('chat.none', 'This flow answers no messages', {
              at: { flow },
              fix: 'Give it a trigger of the kind chat@1, and publish it.',
            }),
          );
    const settings = settingsOf(trigger.with ?? {}, name, trigger.id, visits);
    if (visits && !settings.look.open) return UNKNOWN;
    if (!target.row.enabled && draft !== true)
      return bad(problem('flow.disabled', 'This flow is switched off', { at: { flow } }));
    // What is tried with the draft is kept apart from what was said to the flow.
    const whose = draft === true ? `${owner}/draft` : owner;
    return good({ ...settings, workspace, flow, trigger: trigger.id, target, owner: whose });
  };
