/**
 * Reads a manifest: its form, and whether its parts fit together. What passes can be called; what does not is refused with
 * every place, and nothing of it is used.
 *
 * JD1 Each name of an address has its field and each field of an address its name, so that no call goes astray.
 * JD2 Every schema is one that inputs are judged by (flow/input.ts): no rule is written that is not kept.
 * JD3 A document is bounded before it is looked at closely.
 */

import type { z } from 'zod';
import { compileInput } from '../flow/input.ts';
import { fieldPath } from '../flow/path.ts';
import { problem, type Problem } from '../problem.ts';
import { namesIn } from './address.ts';
import { fieldsOf, inputSchema } from './form.ts';
import { LETTER_FIELDS } from './letter.ts';
import { type Field, type HookTrigger, type Operation, operationOf, type Service, serviceSchema } from './manifest.ts';

/** Characters of a manifest as JSON. */
export const LARGEST_SERVICE = 2_000_000;
const MOST_PROBLEMS = 100;

export type ServiceRead =
  | { readonly ok: true; readonly service: Service }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const wrong = (path: readonly PropertyKey[], text: string, fix?: string): Problem =>
  problem('service.invalid', text, { at: { field: fieldPath(path) }, ...(fix === undefined ? {} : { fix }) });

/** A manifest out of a JSON value, or everything wrong with it. */
export const readService = (value: unknown): ServiceRead => {
  if ((JSON.stringify(value) ?? '').length > LARGEST_SERVICE)
    return { ok: false, problems: [wrong([], `A manifest may have ${LARGEST_SERVICE} characters; this has more.`)] };
  const parsed = serviceSchema.safeParse(value);
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.slice(0, MOST_PROBLEMS).map(told) };
  const problems = judge(parsed.data);
  return problems.length === 0
    ? { ok: true, service: parsed.data }
    : { ok: false, problems: problems.slice(0, MOST_PROBLEMS) };
};

const told = (issue: z.core.$ZodIssue): Problem => wrong(issue.path, issue.message);

const judge = (service: Service): readonly Problem[] => {
  const found: Problem[] = [];
  const ids = new Set<string>();
  for (const [i, operation] of service.operations.entries()) {
    const path = ['operations', i];
    if (ids.has(operation.id)) found.push(wrong([...path, 'id'], 'Two operations have the same id.'));
    ids.add(operation.id);
    found.push(...operationFaults(service, operation, path));
  }
  for (const [i, trigger] of (service.triggers ?? []).entries()) {
    const path = ['triggers', i];
    if (ids.has(trigger.id)) found.push(wrong([...path, 'id'], 'An operation or another trigger has this id.'));
    ids.add(trigger.id);
    if (trigger.kind === 'webhook') {
      found.push(...hookFaults(trigger, path), ...registerFaults(service, trigger, [...path, 'register']));
      continue;
    }
    const asked = operationOf(service, trigger.operation);
    if (asked === undefined) {
      found.push(wrong([...path, 'operation'], 'There is no operation of this id.'));
      continue;
    }
    if (trigger.items === undefined && asked.paging === undefined)
      found.push(wrong([...path, 'items'], 'The operation has no pages, so the place of the list has to be said.'));
    const fields = fieldsOf(service, asked);
    const named = [
      ...Object.keys(trigger.fixed ?? {}),
      ...(trigger.hidden ?? []),
      ...(trigger.cursor === undefined ? [] : [trigger.cursor.field]),
    ];
    for (const name of named)
      if (!Object.hasOwn(fields, name)) found.push(wrong(path, `The operation has no field ${name}.`));
    if (asked.method !== 'GET' && asked.repeatable !== true)
      found.push(
        wrong(
          [...path, 'operation'],
          'A trigger asks again and again, so its operation must only read (`repeatable`).',
        ),
      );
  }
  for (const [i, recording] of (service.recordings ?? []).entries())
    if (operationOf(service, recording.operation) === undefined)
      found.push(wrong(['recordings', i, 'operation'], 'There is no operation of this id.'));
  return found;
};

const hookFaults = (trigger: HookTrigger, path: readonly PropertyKey[]): readonly Problem[] => {
  const found: Problem[] = [];
  if ((trigger.preset === undefined) === (trigger.signature === undefined))
    found.push(wrong(path, 'Who calls is judged in one way: by `preset` or by `signature`.'));
  if (trigger.itemHeader !== undefined && trigger.signature?.kind !== 'token')
    found.push(
      wrong([...path, 'itemHeader'], 'A header is not signed: say where the body tells events apart (`item`).'),
    );
  if (trigger.event !== undefined && trigger.eventHeader !== undefined)
    found.push(wrong([...path, 'event'], 'The kind of event is said in one place.'));
  const says = trigger.event !== undefined || trigger.eventHeader !== undefined;
  if (!says && (trigger.events ?? trigger.silent ?? trigger.action) !== undefined)
    found.push(wrong(path, 'Nothing says which kind of event it is (`event` or `eventHeader`).'));
  return found;
};

const registerFaults = (
  service: Service,
  { register }: HookTrigger,
  path: readonly PropertyKey[],
): readonly Problem[] => {
  if (register === undefined) return [];
  const { operation, url, secret, events, find, remove } = register;
  const flags = events === undefined ? [] : 'flags' in events ? Object.values(events.flags) : [events.field];
  const uses: readonly (readonly [string, readonly (string | undefined)[]])[] = [
    [operation, [url, secret, ...flags]],
    [remove.operation, [remove.id]],
    ...(find === undefined ? [] : [[find.operation, []] as const]),
  ];
  return uses.flatMap(([id, names]) => {
    const asked = operationOf(service, id);
    if (asked === undefined) return [wrong(path, `There is no operation ${id}.`)];
    const fields = fieldsOf(service, asked);
    return names.flatMap((name) =>
      name === undefined || Object.hasOwn(fields, name)
        ? []
        : [wrong(path, `The operation ${id} has no field ${name}.`)],
    );
  });
};

const operationFaults = (service: Service, operation: Operation, path: readonly PropertyKey[]): readonly Problem[] => {
  const found: Problem[] = [];
  const fields = fieldsOf(service, operation);
  const template = { path: operation.path, base: service.base } as const;
  for (const place of ['path', 'base'] as const) {
    const wanted = new Set(namesIn(template[place]));
    const given = new Set(
      Object.entries(fields).flatMap(([name, field]) => (field.in === place ? [field.as ?? name] : [])),
    );
    for (const name of wanted)
      if (!given.has(name)) found.push(wrong([...path, place], `{${name}} has no field that goes there.`));
    for (const name of given)
      if (!wanted.has(name))
        found.push(wrong([...path, 'input'], `A field goes to {${name}}, which the ${place} has not.`));
  }
  for (const [name, field] of Object.entries(fields))
    found.push(...fieldFaults(operation, name, field, [...path, 'input', name]));
  if (
    Object.values(fields).some(({ whole }) => whole === true) &&
    !/^https:\/\/\{[^{}]+\}(?:\/[^{}]*)?$/.test(service.base)
  )
    found.push(wrong(['base'], 'A field that is a whole server stands alone for host and port: https://{endpoint}.'));
  const { auth } = service;
  if (auth.kind === 'aws4' && fields[auth.region]?.schema['type'] !== 'string')
    found.push(wrong(['auth', 'region'], `The operation ${operation.id} has no field ${auth.region} that is a text.`));
  if (operation.link !== undefined && (auth.kind !== 'aws4' || operation.method !== 'GET'))
    found.push(wrong([...path, 'link'], 'A link is signed by aws4, and is for GET.'));
  if (operation.link !== undefined && fields[operation.link.seconds]?.schema['type'] !== 'integer')
    found.push(wrong([...path, 'link', 'seconds'], 'There is no field of this name that is a whole number.'));
  const places = Object.entries(fields).flatMap(([name, field]) =>
    field.in === 'body' ? [field.as ?? `/${name}`] : [],
  );
  if (new Set(places).size < places.length)
    found.push(wrong([...path, 'input'], 'Two fields go to the same place of the body.'));
  const compiled = compileInput(inputSchema(service, operation));
  if (!compiled.ok)
    for (const one of compiled.problems)
      found.push({ ...one, at: { field: `${fieldPath(path)}.${one.at?.field ?? 'input'}` } });
  const output = operation.output?.schema;
  if (output !== undefined) {
    const made = compileInput(output);
    if (!made.ok) found.push(wrong([...path, 'output', 'schema'], made.problems[0]?.text ?? 'is no schema'));
  }
  return found;
};

const fieldFaults = (
  operation: Operation,
  name: string,
  field: Field,
  path: readonly PropertyKey[],
): readonly Problem[] => {
  const found: Problem[] = [];
  if (field.in === 'body' && operation.method === 'GET') found.push(wrong(path, 'A GET has no body.'));
  if (field.whole === true && field.in !== 'base') found.push(wrong(path, 'A whole server stands in the base.'));
  if (field.in === 'mail' && operation.body?.mail === undefined)
    found.push(wrong(path, 'The body says no place for a letter (`mail`).'));
  if (field.in === 'mail' && !LETTER_FIELDS.some((one) => one === (field.as ?? name)))
    found.push(wrong(path, `A letter has the fields ${LETTER_FIELDS.join(', ')}.`));
  if ((field.in === 'path' || field.in === 'base') && field.required !== true && field.schema['default'] === undefined)
    found.push(wrong(path, 'A part of the address is required, or has a default.'));
  return found;
};
