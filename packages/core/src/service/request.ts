/**
 * One call of an operation, made of its input: method, address, headers and body. It sends nothing and knows no secret.
 *
 * RQ1 A field goes to the one place the manifest names; null and nothing are left out.
 * RQ2 What a page is asked for by goes where the paging says, over whatever the input said there.
 */

import { headersOf } from '../step/headers.ts';
import { bad, good, type Problem, problem, type Result } from '../problem.ts';
import { addressOf } from './address.ts';
import { base64url } from './base64.ts';
import { fieldsOf } from './form.ts';
import { letterOf } from './letter.ts';
import type { Field, Operation, Service } from './manifest.ts';
import { withAt } from './pointer.ts';

export type ServiceCall = {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
  /** Its text is base64 of what is sent. */
  readonly bytes?: true;
};

/** What a later page is asked for by: its mark, or its whole address. */
export type PageMark = { readonly value: string | number } | { readonly url: string };

type Input = Readonly<Record<string, unknown>>;

/** The call of an operation; `input` is judged and has its defaults. Problems: `service.input`, `headers.…`. */
export const callOf = (
  service: Service,
  operation: Operation,
  input: Input,
  page?: PageMark,
  most?: number,
): Result<ServiceCall> => {
  const asked = pageFields(operation, page, most);
  const address =
    page !== undefined && 'url' in page
      ? sameOrigin(service, operation, input, page.url)
      : addressOf(service, operation, input);
  if (!address.ok) return address;
  const fields = Object.entries(fieldsOf(service, operation)).filter(
    ([name]) => input[name] !== undefined && input[name] !== null,
  );
  const query = new URLSearchParams();
  if (page === undefined || !('url' in page)) {
    for (const [name, text] of Object.entries(operation.query ?? {})) query.append(name, text);
    for (const [name, field] of fields)
      if (field.in === 'query' && !asked.query.has(field.as ?? name))
        for (const text of textsOf(input[name], field)) query.append(field.as ?? name, text);
    for (const [name, value] of asked.query) query.append(name, String(value));
  }
  const written: Record<string, string | number | boolean | null> = { ...service.headers, ...operation.headers };
  for (const [name, field] of fields)
    if (field.in === 'header') written[field.as ?? name] = textsOf(input[name], field).join(', ');
  const headers = headersOf(written, 'with.input');
  if (!headers.ok) return headers;
  const body = bodyOf(operation, fields, input, asked.body);
  if (!body.ok) return body;
  const text = query.toString();
  const url = text === '' ? address.value : `${address.value}${address.value.includes('?') ? '&' : '?'}${text}`;
  const form = operation.body?.kind === 'form' && body.value !== undefined;
  return good({
    method: operation.method,
    url,
    headers: form ? { 'content-type': 'application/x-www-form-urlencoded', ...headers.value } : headers.value,
    ...(body.value === undefined ? {} : { body: body.value }),
    ...(operation.body?.kind === 'base64' && body.value !== undefined ? { bytes: true } : {}),
  });
};

/** A next address may lead further on the same origin, and nowhere else: the secret is meant for that one. */
const sameOrigin = (service: Service, operation: Operation, input: Input, next: string): Result<string> => {
  const first = addressOf(service, operation, input);
  if (!first.ok) return first;
  if (URL.canParse(next, first.value) && new URL(next, first.value).origin === new URL(first.value).origin)
    return good(new URL(next, first.value).href);
  return bad(
    problem(
      'service.paging',
      `${service.title} names a next page at another place than its own, which is not followed.`,
      {
        fix: 'Ask for one page alone (`most` as large as a page), or describe the service with the address that its pages come from.',
      },
    ),
  );
};

const pageFields = (operation: Operation, page: PageMark | undefined, most: number | undefined) => {
  const query = new Map<string, string | number>();
  const body = new Map<string, string | number>();
  const { paging } = operation;
  if (paging === undefined) return { query, body };
  const into = (place: 'query' | 'body' | undefined) => ((place ?? 'query') === 'query' ? query : body);
  const { size } = paging;
  if (size !== undefined && most !== undefined) into(size.in).set(size.as, Math.min(most, size.most));
  if (page !== undefined && 'value' in page && 'as' in paging) into(paging.in).set(paging.as, page.value);
  return { query, body };
};

const textOf = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

const textsOf = (value: unknown, field: Field): readonly string[] => {
  if (!Array.isArray(value)) return [textOf(value)];
  const texts = value.filter((one) => one !== null).map(textOf);
  return field.join === undefined ? texts : texts.length === 0 ? [] : [texts.join(field.join)];
};

const bodyOf = (
  operation: Operation,
  fields: readonly (readonly [string, Field])[],
  input: Input,
  page: ReadonlyMap<string, string | number>,
): Result<unknown> => {
  let body: unknown = operation.body?.fixed;
  for (const [name, field] of fields)
    if (field.in === 'body') body = withAt(body, field.as ?? `/${name}`, valueOf(input[name], field));
  for (const [name, value] of page) body = withAt(body, name.startsWith('/') ? name : `/${name}`, value);
  const letter = fields.filter(([, field]) => field.in === 'mail');
  if (operation.body?.mail !== undefined && letter.length > 0) {
    const made = letterOf(Object.fromEntries(letter.map(([name, field]) => [field.as ?? name, input[name]])));
    if (!made.ok) return made;
    body = withAt(body, operation.body.mail, base64url(made.value));
  }
  switch (operation.body?.kind) {
    case 'form': {
      const form = new URLSearchParams();
      flatten(form, '', body);
      return good(form.toString());
    }
    case 'base64':
    case 'text':
      return good(body === undefined ? undefined : textOf(body));
    default:
      // A text alone would be sent as it is; as JSON it stands in quotes.
      return good(typeof body === 'string' ? JSON.stringify(body) : body);
  }
};

const valueOf = (value: unknown, { join }: Field): unknown =>
  join !== undefined && Array.isArray(value) ? value.map(textOf).join(join) : value;

/** `a[b]=1&c[0]=2`, as services read forms. */
const flatten = (form: URLSearchParams, name: string, value: unknown): void => {
  if (value === null || value === undefined) return;
  if (typeof value !== 'object') return form.append(name, String(value));
  for (const [key, one] of Object.entries(value)) flatten(form, name === '' ? key : `${name}[${key}]`, one);
};

/** An input as the operation takes it, with defaults filled in; the first thing wrong with it, at its field. */
export const firstWrong = (service: Service, problems: readonly Problem[]): Problem => {
  const [first] = problems;
  const field = first?.at?.field ?? 'input';
  return problem('service.input', `${service.title}: ${first?.text ?? 'the input is not what the operation takes'}`, {
    at: { field: `with.${field}` },
    ...(first?.fix === undefined ? {} : { fix: first.fix }),
  });
};
