/**
 * From the bytes of a body to a value: JSON by the strict reader, or the fields of a form.
 *
 * RD1 Whatever the form, a field that comes twice is refused, and no field can reach a prototype (PP-01).
 */

import type { FastifyRequest } from 'fastify';
import { readJson } from '@headgate/core';
import type { Contract } from '@headgate/core/api';
import type { Body } from './bodies.ts';
import type { Lodge } from './lodge.ts';
import { refuse, type Refused } from './outcome.ts';

const FORM = /^application\/x-www-form-urlencoded\s*(;|$)/i;
const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** The bytes that came, as a value: JSON by the strict reader, or form fields. No body at all reads as `{}`. */
export const readBody = (
  lodge: Lodge,
  contract: Contract,
  request: FastifyRequest,
): { readonly value: unknown } | Refused => {
  const body = request.body as Body | undefined;
  if (body === undefined) return { value: {} };
  if ('code' in body) return refuse(body.code);
  // The handler reads the bytes as they came.
  if (contract.bodyKind === 'raw') return { value: {} };
  if (request.passage !== null) request.passage.release = body.release;
  if (body.bytes.length === 0) return { value: {} };
  const type = request.headers['content-type'] ?? '';
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body.bytes);
  } catch {
    return refuse('body.text', 'The body is no UTF-8 text');
  }
  if ((contract.bodyKind === 'form' || contract.bodyKind === 'either') && FORM.test(type)) return fields(text);
  const parsed = readJson(text, { bytes: lodge.gate.limit.body, depth: lodge.gate.limit.depth });
  return parsed.ok ? { value: parsed.value } : { refused: parsed.problem };
};

/** Form fields as an object; a field that comes twice is refused, as in JSON. */
const fields = (text: string): { readonly value: unknown } | Refused => {
  const made: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    if (name === '__proto__') return refuse('json.key');
    if (Object.hasOwn(made, name))
      return refuse('json.duplicate', `The form field ${JSON.stringify(name.slice(0, 60))} came twice`);
    made[name] = value;
  }
  return { value: made };
};

/** May this route read a body of this type? */
export const readable = (contract: Contract, type: string | undefined): boolean => {
  if (contract.bodyKind === 'stream') return true;
  if (type === undefined) return false;
  switch (contract.bodyKind) {
    case 'json':
    case 'none':
      return JSON_TYPE.test(type);
    case 'form':
      return FORM.test(type);
    case 'either':
      return FORM.test(type) || JSON_TYPE.test(type);
    case 'raw':
      return true;
  }
};
