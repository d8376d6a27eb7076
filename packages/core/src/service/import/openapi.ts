/**
 * A manifest out of an OpenAPI document 3.0 or 3.1. Pure: nothing is fetched and nothing is run; what comes out is judged as
 * any manifest is, and can be read and changed before it is used.
 *
 * OA1 What the document does not say plainly is left out and noted, never guessed: an operation too few can be added by hand.
 */

import { isObject } from '../../flow/path.ts';
import { problem, type Problem } from '../../problem.ts';
import { readService } from '../judge.ts';
import type { Service } from '../manifest.ts';
import { entriesOf, LARGEST_DOCUMENT, listOf, OpenApiDocument, own, textOf, TooMuch } from './document.ts';
import { idOf, operationsIn } from './operations.ts';

export type Imported =
  | { readonly ok: true; readonly service: Service; readonly notes: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const MOST_OPERATIONS = 300;

type Wish = {
  /** Its name in flows; left out: made of the title. */
  readonly name?: string | undefined;
  /** The base address; left out: the first server of the document. */
  readonly base?: string | undefined;
};

const refused = (text: string, field: string, fix?: string): Imported => ({
  ok: false,
  problems: [problem('service.import', text, { at: { field }, ...(fix === undefined ? {} : { fix }) })],
});

/** Reads a document, as text or as the value it holds. */
export const importOpenApi = (given: unknown, wish: Wish = {}): Imported => {
  const text = typeof given === 'string' ? given : (JSON.stringify(given) ?? '');
  if (text.length > LARGEST_DOCUMENT)
    return refused(`A document may have ${LARGEST_DOCUMENT} characters; this has more.`, '/');
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return refused('This is no JSON.', '/', 'Turn a document in YAML into JSON first.');
  }
  if (!isObject(root)) return refused('This is no OpenAPI document.', '/');
  const version = own(root, 'openapi');
  if (typeof version !== 'string' || !/^3\.[01]\.\d+/.test(version))
    return refused(
      'The document is not of OpenAPI 3.0 or 3.1.',
      '/openapi',
      'Convert it first; older documents say "swagger".',
    );
  const document = new OpenApiDocument(root);
  try {
    return made(document, root, wish);
  } catch (error) {
    if (error instanceof TooMuch) return { ok: false, problems: document.problems };
    throw error;
  }
};

const made = (document: OpenApiDocument, root: Readonly<Record<string, unknown>>, wish: Wish): Imported => {
  const info = document.object(own(root, 'info'), '/info')?.value ?? {};
  const title = textOf(own(info, 'title'), 60) ?? 'Imported service';
  const base = wish.base ?? baseOf(document, root);
  if (base === undefined)
    return refused(
      'The document names no server with a whole address.',
      '/servers',
      'Say it: --base https://api.example.com/v1.',
    );
  const operations = operationsIn(document, root, MOST_OPERATIONS);
  if (operations.length === 0) document.refuse('/paths', 'The document has no operation that can be called.');
  if (document.problems.length > 0) return { ok: false, problems: document.problems };
  const read = readService({
    service: 1,
    name: wish.name ?? (idOf(title, 50).replaceAll('_', '-') || 'imported'),
    title,
    summary: textOf(own(info, 'description'), 300) ?? `${title}, from its OpenAPI document.`,
    ...docsOf(root),
    ...authOf(document, root),
    base,
    operations,
  });
  return read.ok ? { ok: true, service: read.service, notes: document.notes } : { ok: false, problems: read.problems };
};

/** The first server; variables of it stand at their defaults. */
const baseOf = (document: OpenApiDocument, root: Readonly<Record<string, unknown>>): string | undefined => {
  const first = document.object(listOf(own(root, 'servers'))[0], '/servers/0')?.value;
  const url = first === undefined ? undefined : own(first, 'url');
  if (typeof url !== 'string') return undefined;
  let filled = url;
  for (const [name, variable] of entriesOf(own(first ?? {}, 'variables'))) {
    const given = isObject(variable) ? own(variable, 'default') : undefined;
    if (typeof given === 'string') filled = filled.replaceAll(`{${name}}`, () => given);
  }
  if (!/^https?:\/\/[^\s?#{}]+$/.test(filled) || !URL.canParse(filled)) return undefined;
  const { username, password } = new URL(filled);
  return username === '' && password === '' ? filled.replace(/\/$/, '') : undefined;
};

const docsOf = (root: Readonly<Record<string, unknown>>): { docs?: string } => {
  const docs = own(root, 'externalDocs');
  const url = isObject(docs) ? own(docs, 'url') : undefined;
  return typeof url === 'string' && url.length <= 500 && /^https?:\/\//.test(url) && URL.canParse(url)
    ? { docs: url }
    : {};
};

/** How it knows who calls, by the first scheme that a manifest can say. A key in the address is none: it would be seen. */
const authOf = (
  document: OpenApiDocument,
  root: Readonly<Record<string, unknown>>,
): { auth: Record<string, unknown>; secret?: string } => {
  const components = document.object(own(root, 'components'), '/components')?.value ?? {};
  const schemes = entriesOf(own(components, 'securitySchemes'));
  for (const [name, value] of schemes) {
    const at = `/components/securitySchemes/${name}`;
    const scheme = document.object(value, at)?.value;
    if (scheme === undefined) continue;
    const type = own(scheme, 'type');
    const how = own(scheme, 'scheme');
    if (type === 'http' && typeof how === 'string' && how.toLowerCase() === 'bearer')
      return { auth: { kind: 'bearer' } };
    if (type === 'http' && typeof how === 'string' && how.toLowerCase() === 'basic') return { auth: { kind: 'basic' } };
    const header = own(scheme, 'name');
    if (
      type === 'apiKey' &&
      own(scheme, 'in') === 'header' &&
      typeof header === 'string' &&
      /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/.test(header)
    )
      return {
        auth: { kind: 'header', name: header },
        secret: `Store the key as a secret of the kind api_key with the header ${header.toLowerCase()}.`,
      };
    const flow = type === 'oauth2' ? document.object(own(scheme, 'flows'), `${at}/flows`)?.value : undefined;
    const code =
      flow === undefined
        ? undefined
        : document.object(own(flow, 'authorizationCode'), `${at}/flows/authorizationCode`)?.value;
    const urls = [
      code === undefined ? undefined : own(code, 'authorizationUrl'),
      code === undefined ? undefined : own(code, 'tokenUrl'),
    ];
    if (
      urls.every(
        (url) => typeof url === 'string' && url.startsWith('https://') && url.length <= 500 && URL.canParse(url),
      )
    )
      return {
        auth: {
          kind: 'oauth2',
          authorizeUrl: urls[0],
          tokenUrl: urls[1],
          scopes: entriesOf(own(code ?? {}, 'scopes'))
            .slice(0, 50)
            .map(([scope, text]) => ({ scope: scope.slice(0, 300), text: textOf(text, 300) ?? scope.slice(0, 300) })),
        },
      };
    if (type !== 'openIdConnect') document.note(at, 'This way of saying who calls is none that a manifest has.');
  }
  if (schemes.length > 0) document.note('/components/securitySchemes', 'No way of saying who calls was taken over.');
  return { auth: { kind: 'none' } };
};
