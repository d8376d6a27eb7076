/**
 * A route contract: everything a door of the API promises, as one value. The gateway registers routes from contracts
 * only; the OpenAPI document, the reference page and the tests derive from them.
 *
 * It does not know HTTP libraries, handlers or stores.
 *
 * R1 `needs` is not optional: a route that names neither a permission nor a reason to be open does not compile (API-03).
 * R2 Every schema is closed: unknown parameters and fields are refused, and no schema has a field for a workspace, an
 *    owner or a date that the server sets (AZ-03).
 * R3 `on` says what the permission is judged against, before the body is read.
 */

import { z } from 'zod';
import type { Permission } from '../access/permission.ts';
import type { ProblemCode } from './problems.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * A permission; or `none:` and the reason why everybody may come in; or `self:` and what of the own account it is about:
 * who is signed in may, no key can, and nothing of any workspace is reached.
 */
export type Needs = Permission | `none:${string}` | `self:${string}`;

/**
 * What the permission is judged against. `flow`, `run`: the object that `{id}` in the path names; `deleted`: a flow that was deleted. `project`: the project that path,
 * body or query names, or `default`; known when these are read. `workspace`: the whole workspace, so a key narrowed to flows or projects is refused. `any`: holding the permission is enough and the handler
 * leaves out what is beyond the key's scope (lists). `nobody`: an open route.
 */
export type On = 'flow' | 'deleted' | 'run' | 'project' | 'workspace' | 'any' | 'nobody';

/** An answer that is no JSON document, or no content at all (`type` empty). */
export type Media = { readonly type: string; readonly text: string };

/** An answer's shape: a schema of its JSON, or a media type. */
export type Answer = z.ZodType | Media;
export type Answers = Readonly<Record<number, Answer>>;

/** What a request body is: `json` or `form` fields by the schema, `either` of the two, `raw` bytes as they came, a `stream` of bytes that the handler reads as they come, or `none`. */
export type BodyKind = 'json' | 'form' | 'either' | 'raw' | 'stream' | 'none';

/**
 * Does an allowed call leave an audit record too? Refused calls always do. `before`: what gives or changes power does not
 * begin unless its record is durable. `after`: what takes power away is never held up by a trail that is down.
 */
export type Audited = 'no' | 'before' | 'after';

export type Contract<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  A extends Answers = Answers,
  N extends Needs = Needs,
> = {
  readonly method: Method | 'ANY';
  /** Parameters in braces: `/api/v1/flows/{id}`; a last `*` takes the rest of the path. */
  readonly path: `/${string}`;
  readonly needs: N;
  readonly on: On;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly bodyKind: BodyKind;
  readonly answers: A;
  /** Problems of this route beside those every route may give (see `COMMON`). */
  readonly problems: readonly ProblemCode[];
  readonly summary: string;
  readonly tags: readonly string[];
  readonly audited: Audited;
  /** What the ids of what it makes begin with: such an id is made before the record, which names it. Empty: it makes nothing. */
  readonly makes: string;
  /** Fields of the body, or the query, that the record tells: for whom, with which role. Never one that may hold a value or a credential. */
  readonly tells: readonly string[];
  /** Pages from other sites may call it (it relies on no cookie and no session). */
  readonly crossSite: boolean;
};

/** Nothing expected: any parameter or field is unknown. */
export const NOTHING = z.strictObject({});
export type Nothing = typeof NOTHING;

export type Spec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends Answers, N extends Needs> = {
  readonly method: Method | 'ANY';
  readonly path: `/${string}`;
  readonly needs: N;
  readonly on: On;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly bodyKind?: BodyKind;
  readonly answers: A;
  readonly problems?: readonly ProblemCode[];
  readonly summary: string;
  readonly tags: readonly string[];
  readonly audited?: Audited;
  readonly makes?: string;
  readonly tells?: readonly ((keyof z.output<NoInfer<B>> | keyof z.output<NoInfer<Q>>) & string)[];
  readonly crossSite?: boolean;
};

/** Declares a route; the handler's types follow from it. */
export const route = <
  const A extends Answers,
  N extends Needs,
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = Nothing,
>(
  spec: Spec<P, Q, B, A, N>,
): Contract<P, Q, B, A, N> => ({
  method: spec.method,
  path: spec.path,
  needs: spec.needs,
  on: spec.on,
  params: given(spec.params),
  query: given(spec.query),
  body: given(spec.body),
  bodyKind: spec.bodyKind ?? (spec.body === undefined ? 'none' : 'json'),
  answers: spec.answers,
  problems: spec.problems ?? [],
  summary: spec.summary,
  tags: spec.tags,
  audited: spec.audited ?? 'no',
  makes: spec.makes ?? '',
  tells: spec.tells ?? [],
  crossSite: spec.crossSite ?? false,
});

/** A schema left out is `NOTHING`, which is also what its type parameter falls back to. */
const given = <S extends z.ZodType>(schema: S | undefined): S => (schema ?? NOTHING) as S;

export const media = (type: string, text: string): Media => ({ type, text });
export const empty = (text: string): Media => ({ type: '', text });

/** Is this answer JSON by a schema? */
export const isSchema = (answer: Answer): answer is z.ZodType => '_zod' in answer;

/** Does it answer with a stream? Those routes alone take a ticket. */
export const isStream = ({ answers }: Pick<Contract, 'answers'>): boolean =>
  Object.values(answers).some((answer) => !isSchema(answer) && answer.type === 'text/event-stream');

/** The permission a route needs; undefined when it is open, or about the own account. */
export const permissionOf = (needs: Needs): Permission | undefined =>
  isOpen(needs) || isSelf(needs) ? undefined : needs;

export const isOpen = (needs: Needs): needs is `none:${string}` => needs.startsWith('none:');
export const isSelf = (needs: Needs): needs is `self:${string}` => needs.startsWith('self:');
