/**
 * A contract and its handler, bound together. Handlers get what the contract declares, already read and judged, and give
 * back one of the answers the contract declares; anything else does not compile.
 */

import type { FastifyRequest } from 'fastify';
import type { Permission, Principal, Problem } from '@headgate/core';
import { readPart, type Answers, type Contract, type Needs } from '@headgate/core/api';
import type { z } from 'zod';
import type { Session } from '../store/accounts/port.ts';
import { MISSING, refuseAll, type AnyOutcome, type Outcome, type Refused } from './outcome.ts';

/** What a handler knows of a call. `who` is null on open routes. */
export type Call<C extends Contract> = {
  readonly who: C['needs'] extends Permission ? Principal : null;
  readonly params: z.output<C['params']>;
  readonly query: z.output<C['query']>;
  readonly body: z.output<C['body']>;
  /** The id of what is made, on routes that say that they make something (`makes`): the one that is on record. */
  readonly made: string;
  /** Of somebody on a route about the own account; else null. */
  readonly session: C['needs'] extends `self:${string}` ? Session : null;
  /** For the few headers some routes read (Last-Event-ID, cookie, accept). */
  readonly request: FastifyRequest;
};

export type Handler<C extends Contract> = (call: Call<C>) => Promise<Outcome<C['answers']>> | Outcome<C['answers']>;

/** What came, unread. */
export type Came = {
  readonly made: string;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly who: Principal | null;
  readonly session: Session | null;
  readonly request: FastifyRequest;
};

/** What came, read by the contract's schemas. */
export type ReadParts = { readonly params: unknown; readonly query: unknown; readonly body: unknown };

/** `begin` is asked when everything that came fits; a refusal: nothing may be done. */
export type Route = {
  readonly contract: Contract;
  readonly run: (came: Came, begin: (parts: ReadParts) => Promise<Refused | null>) => Promise<AnyOutcome>;
};

/** Binds a handler to its contract. */
export const implement = <
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  A extends Answers,
  N extends Needs,
>(
  contract: Contract<P, Q, B, A, N>,
  handler: Handler<Contract<P, Q, B, A, N>>,
): Route => ({
  contract,
  run: async ({ params, query, body, who, session, request, made }, begin) => {
    const inPath = readPart(contract.params, params, 'path');
    if (!inPath.ok) return MISSING;
    const inQuery = readPart(contract.query, query, 'query');
    const inBody = readPart(contract.body, body);
    if (!inQuery.ok || !inBody.ok) return refuseAll('input.invalid', [...problemsOf(inQuery), ...problemsOf(inBody)]);
    const parts = { params: inPath.value, query: inQuery.value, body: inBody.value };
    const refused = await begin(parts);
    if (refused !== null) return refused;
    // The registrar hands over a principal exactly when the contract names a permission, a session when it is about the own account.
    const call = { who, session, ...parts, request, made } as Call<Contract<P, Q, B, A, N>>;
    return handler(call);
  },
});

const problemsOf = (
  read: { readonly ok: true } | { readonly ok: false; readonly problems: readonly Problem[] },
): readonly Problem[] => (read.ok ? [] : read.problems);
