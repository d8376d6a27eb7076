/** What the settings of a trigger with an address say of deliveries to it. It judges none. */

import { compile, type Compiled, hookTriggerOf, isHookKind, type Services } from '@headgate/core';
import type { Target } from './flows.ts';
import type { HookService } from './hook-service.ts';
import type { Heard } from './listening.ts';
import type { Preset, Scheme } from './signature.ts';

export type Hook = {
  readonly workspace: string;
  readonly flow: string;
  readonly trigger: string;
  /** With its version. */
  readonly kind: string;
  readonly target: Target;
  readonly sync: boolean;
  readonly method: string | null;
  readonly signature: { readonly scheme: Scheme; readonly secret: string } | null;
  readonly input: Compiled | null;
  /** A service calls, as its manifest says; null: anybody. */
  readonly service: HookService | null;
  /** A draft is tried out: its runs take no place of an idempotency key, and its deliveries none of the published address. */
  readonly tries: boolean;
  /** Until when, of an address that was replaced. */
  readonly until: number | null;
};

/**
 * What the trigger's settings say; null: it is not there, switched off, or names what no service has. Who listens wants to hear
 * a draft's that is switched off all the same.
 */
export const hookOf = (
  { workspace, flow, trigger: id, target, until }: Heard & Pick<Hook, 'until'>,
  services: Services,
  tries: boolean,
): Hook | null => {
  const trigger = target.compiled.flow.triggers?.find((t) => t.id === id && isHookKind(t.kind));
  if (trigger === undefined || (trigger.disabled === true && !tries)) return null;
  const settings = trigger.with ?? {};
  const of = { workspace, flow, trigger: id, kind: trigger.kind, target, until, tries };
  if (trigger.kind !== 'webhook@1') {
    const service = serviceOf(settings, services);
    if (service === null) return null;
    const { preset, signature } = service.trigger;
    const scheme = preset ?? signature;
    // Without one nobody could tell who calls: then nobody is let in.
    if (scheme === undefined) return null;
    const secret = String(settings['signing'] ?? '');
    return { ...of, sync: false, method: 'POST', signature: { scheme, secret }, input: null, service };
  }
  const signature = settings['signature'] as { preset: Preset; secret: string } | undefined;
  return {
    ...of,
    sync: settings['answer'] === 'sync',
    method: typeof settings['method'] === 'string' ? settings['method'] : null,
    signature: signature === undefined ? null : { scheme: signature.preset, secret: signature.secret },
    input: settings['input'] === undefined ? null : compile(settings['input'], 'input').compiled,
    service: null,
  };
};

const serviceOf = (settings: Record<string, unknown>, services: Services): HookService | null => {
  const found = hookTriggerOf(services, String(settings['service'] ?? ''), String(settings['trigger'] ?? ''));
  if (found === undefined) return null;
  const { events } = settings;
  const asked = Array.isArray(events) ? events.filter((one): one is string => typeof one === 'string') : undefined;
  return { name: found.service.name, trigger: found.trigger, events: asked };
};

/** What a trigger's `input` mapping may see: the trigger, and the time. */
export const triggerScope = (id: string, data: Record<string, unknown>, now: number, vars: Target['vars']) => ({
  get: (root: string): unknown =>
    root === 'trigger' ? { id, ...data } : root === 'now' ? now : root === 'vars' ? (vars ?? {}) : undefined,
  step: (): unknown => null,
  problem: (): unknown => null,
});
