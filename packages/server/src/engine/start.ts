/** What a flow's settings say about one start: its limit key and its idempotency key, evaluated over input and trigger. */

import { createHash } from 'node:crypto';
import { at, type Compiled, evaluate, kindOf, type Problem, problem, type Started } from '@headgate/core';
import { DEFAULT_ENVIRONMENT } from '../store/environment.ts';
import type { Target } from './flows.ts';

/** Keys stand in columns that are not sealed: what a key says must not be readable there. */
export const keyOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** The key as it counts in an environment: the same key in two of them means two things. */
export const keyIn = (environment: string, key: string): string =>
  environment === DEFAULT_ENVIRONMENT ? key : keyOf(`${environment}\n${key}`);

/**
 * The lane in which runs of a flow are limited, by its limit key. What runs in one environment neither waits for what runs
 * in another nor takes its place.
 */
export const laneOf = (
  { row, environment }: Pick<Target, 'row' | 'environment'>,
  limitKey: string | null | undefined,
): string => {
  const place = environment === DEFAULT_ENVIRONMENT ? '' : `\n${environment}`;
  return `${row.id}\n${limitKey ?? ''}${place}`;
};

const NONE = { limitKey: null, idempotencyKey: null };

/** Evaluates the keys a flow's settings declare. Free for flows that declare none. */
export const startLimits = (
  { compiled, environment, vars }: Pick<Target, 'compiled' | 'environment' | 'vars'>,
  input: unknown,
  trigger: Started,
  now: number,
): { limitKey: string | null; idempotencyKey: string | null } | { problem: Problem } => {
  const { concurrency, rate, debounce, idempotency } = compiled;
  const limit = concurrency?.key ?? rate?.key ?? debounce?.key ?? null;
  if (limit === null && idempotency === null) return NONE;
  const data = typeof trigger.data === 'object' && trigger.data !== null ? trigger.data : {};
  const scope = {
    get: (root: string): unknown =>
      root === 'input'
        ? input
        : root === 'trigger'
          ? { id: trigger.id ?? null, kind: trigger.kind, ...data }
          : root === 'now'
            ? now
            : root === 'vars'
              ? (vars ?? {})
              : undefined,
    step: (): unknown => null,
    problem: (): unknown => null,
  };
  const key = (expr: Compiled | null, field: string): string | null | { problem: Problem } => {
    if (expr === null) return null;
    const result = evaluate(expr, scope);
    if (!result.ok) return { problem: at({ field }, result.problem) };
    if (typeof result.value === 'string' || typeof result.value === 'number') return keyOf(String(result.value));
    const text = `A key must be a text or a number; this one gave ${kindOf(result.value)}`;
    return { problem: problem('settings.key', text, { at: { field }, fix: 'Name a field that every input has.' }) };
  };
  const [of] = (['concurrency', 'rate', 'debounce'] as const).filter((name) => compiled[name]?.key === limit);
  const limitKey = key(limit, `settings.${of ?? 'concurrency'}.key`);
  if (limitKey !== null && typeof limitKey === 'object') return limitKey;
  const idempotencyKey = key(idempotency, 'settings.idempotency');
  if (idempotencyKey !== null && typeof idempotencyKey === 'object') return idempotencyKey;
  return { limitKey, idempotencyKey: idempotencyKey === null ? null : keyIn(environment, idempotencyKey) };
};
