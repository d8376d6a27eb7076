/**
 * The API as typed calls: names, parameters, bodies and answers are those of the contracts in core, and a call that does not
 * fit one does not compile. What the engine refuses is thrown as a `Refusal`, which carries the Problem as it came.
 */

import type { Problem } from '@headgate/core';
import type { Contract, RouteName, ROUTES } from '@headgate/core/api';
import { TABLE } from 'headgate:routes';
import { Refusal } from './refusal.ts';
import { type Asked, type Sending, type StreamEvent, type Transport, Unreached } from './transport.ts';

export { Refusal };

type Schema = { readonly _zod: { readonly input: unknown; readonly output: unknown } };
type In<S> = S extends Schema ? S['_zod']['input'] : never;
type Out<S> = S extends Schema ? S['_zod']['output'] : null;

type Route<N extends RouteName> = (typeof ROUTES)[N];
type Success = 200 | 201 | 202 | 204;

/** What a call of a route answers when it works. */
export type Answer<N extends RouteName> = {
  [S in keyof Route<N>['answers'] & Success]: Out<Route<N>['answers'][S]>;
}[keyof Route<N>['answers'] & Success];

type Field<K extends string, S> = In<S> extends Record<string, never> ? unknown : { readonly [P in K]: In<S> };
type MaybeField<K extends string, S> = In<S> extends Record<string, never> ? unknown : { readonly [P in K]?: In<S> };

/** What a call of a route takes. */
export type Given<N extends RouteName> = Field<'params', Route<N>['params']> &
  MaybeField<'query', Route<N>['query']> &
  (Route<N> extends Contract<never, never, infer _> ? unknown : unknown) & { readonly body?: In<Route<N>['body']> };

export type Client = {
  readonly transport: Transport;
  readonly call: <N extends RouteName>(name: N, given: Given<N>, signal?: AbortSignal) => Promise<Answer<N>>;
  /** Calls a route that answers with events, told once as they come. */
  readonly listen: <N extends RouteName>(
    name: N,
    given: Given<N>,
    signal?: AbortSignal,
  ) => Promise<AsyncIterable<StreamEvent>>;
  /** What a route answers that answers with no JSON. */
  readonly bytes: <N extends RouteName>(
    name: N,
    given: Given<N>,
    how?: { readonly range?: string; readonly signal?: AbortSignal },
  ) => Promise<Uint8Array>;
  /** Calls a route whose body is a file. */
  readonly upload: <N extends RouteName>(
    name: N,
    given: Given<N>,
    file: File,
    how: Pick<Sending, 'signal' | 'progress'>,
  ) => Promise<Answer<N>>;
  /** The address of a route, with its parameters filled in; for streams and for what people copy. */
  readonly path: <N extends RouteName>(name: N, given: Given<N>) => string;
};

export const clientOver = (transport: Transport): Client => ({
  transport,
  path: (name, given) => pathOf(TABLE[name], given),
  bytes: async (name, given, how = {}) => {
    const { status, bytes } = await transport.bytes({ path: pathOf(await placeOf(name), given), ...how });
    if (status >= 400) throw refusal(status, JSON.parse(new TextDecoder().decode(bytes)));
    return bytes;
  },
  upload: async (name, given, file, how) => {
    const place = await placeOf(name);
    const { status, body } = await transport.upload({
      path: pathOf(place, given),
      method: place[0],
      file,
      ...how,
    });
    if (status >= 400) throw refusal(status, body);
    return body as never;
  },
  listen: async (name, given, signal) => {
    const answer = await transport.listen(askedOf(await placeOf(name), given, signal));
    if ('status' in answer) throw refusal(answer.status, answer.body);
    return answer;
  },
  call: async (name, given, signal) => {
    const { status, body: answer } = await transport.ask(askedOf(await placeOf(name), given, signal));
    if (status >= 400) throw refusal(status, answer);
    // The engine is held to its contracts by tests of its own; what comes is what the contract says.
    return answer as never;
  },
});

type Place = (typeof TABLE)[string];

/** Where a route is. Those of pages that no first look opens come with the first call of one. */
const placeOf = async (name: RouteName): Promise<Place> => {
  const soon = TABLE[name];
  if (soon !== undefined) return soon;
  const later = await import('headgate:routes/later').catch(() => {
    throw new Unreached('the list of routes could not be fetched');
  });
  return later.TABLE[name] ?? ['GET', ''];
};

const askedOf = (place: Place, given: object, signal: AbortSignal | undefined): Asked => {
  const { body } = given as { readonly body?: unknown };
  return {
    method: place[0],
    path: pathOf(place, given),
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  };
};

const pathOf = (place: Place | undefined, given: object): string => {
  const params = Reflect.get(given, 'params') as Readonly<Record<string, unknown>> | undefined;
  const query = Reflect.get(given, 'query') as Readonly<Record<string, unknown>> | undefined;
  const path = (place?.[1] ?? '').replaceAll(/\{([A-Za-z]+)\}/g, (_, key: string) =>
    encodeURIComponent(String(params?.[key] ?? '')),
  );
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) if (value !== undefined) search.set(key, String(value));
  return search.size === 0 ? path : `${path}?${search.toString()}`;
};

const refusal = (status: number, body: unknown): Refusal => {
  if (typeof body === 'object' && body !== null && 'code' in body && 'text' in body) {
    const { code, text, at, fix, retryAfter, ...more } = body as Record<string, unknown> & {
      code: string;
      text: string;
    };
    const problem = {
      code,
      text,
      ...(at === undefined ? {} : { at }),
      ...(fix === undefined ? {} : { fix }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
    } as Problem;
    return new Refusal(status, problem, more);
  }
  return new Refusal(status, { code: 'server.unread', text: `The engine answered ${status}` } as Problem, {});
};
