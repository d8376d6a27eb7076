/**
 * Pins: values that stand in for the results of steps, as a caller gives them. A step that goes on by ports needs one.
 */

import { type Problem, problem, type Result } from '@headgate/core';
import type { CompiledFlow, CompiledStep } from './compiled.ts';
import { refused } from './values.ts';

export type Pin = { readonly step: string; readonly value: unknown; readonly port?: string };

/**
 * What is pinned, or why it cannot be (`input.pins`). A step with ports is pinned as `{"port": …, "value"?: …}`, or by a
 * value that is the name of one of its ports: true and false for an `if`, the port taken for a `switch`.
 */
export const pinsOf = (flow: CompiledFlow, pins: Readonly<Record<string, unknown>>): Result<readonly Pin[]> => {
  const found: Pin[] = [];
  for (const [step, value] of Object.entries(pins)) {
    const index = flow.shape.byId.get(step);
    const compiled = index === undefined ? undefined : flow.steps[index];
    if (index === undefined || compiled === undefined) return refuse(step, `There is no step ${step} to pin`);
    if (flow.shape.steps[index]?.depth !== 0) {
      const fix = 'Pin the block, with the value of all of it.';
      return refuse(step, `The step ${step} stands in a block, and runs once for each item`, fix);
    }
    const pin = pinOf(compiled, step, value);
    if (pin === null)
      return refuse(step, `The step ${step} goes on by a port, and this pin names none`, fixFor(compiled));
    const why = refused(pin.value);
    if (why !== null) return refuse(step, why.text, why.fix);
    found.push(pin);
  }
  return { ok: true, value: found };
};

const refuse = (step: string, text: string, fix?: string): { readonly ok: false; readonly problem: Problem } => ({
  ok: false,
  problem: problem('input.pins', text, { at: { field: `pins.${step}` }, ...(fix === undefined ? {} : { fix }) }),
});

const portsOf = ({ kind, step }: CompiledStep): readonly string[] => {
  if (kind.block !== undefined || step.each !== undefined) return [];
  return typeof kind.ports === 'function' ? kind.ports(step.with ?? {}) : (kind.ports ?? []);
};

const fixFor = (compiled: CompiledStep): string =>
  `Pin it as {"port": "${portsOf(compiled)[0]}", "value": …}; its ports: ${portsOf(compiled).join(', ')}.`;

const pinOf = (compiled: CompiledStep, step: string, value: unknown): Pin | null => {
  const ports = portsOf(compiled);
  if (ports.length === 0) return { step, value };
  if (typeof value === 'boolean' || typeof value === 'string')
    return ports.includes(String(value)) ? { step, value, port: String(value) } : null;
  if (typeof value !== 'object' || value === null || !('port' in value)) return null;
  const { port, value: inner = null, ...rest } = value as { port: unknown; value?: unknown };
  if (typeof port !== 'string' || !ports.includes(port) || Object.keys(rest).length > 0) return null;
  return { step, value: inner, port };
};
