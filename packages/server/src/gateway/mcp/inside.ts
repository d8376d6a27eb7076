/**
 * Calls of our own routes from within: a tool for assistants does nothing that the API does not do, so it asks the API.
 *
 * MI1 The call is judged by the contract, as if it had come by HTTP, for the principal that is given; refusals go on record.
 * MI2 Nothing is known here of any route but its contract.
 */

import type { FastifyRequest } from 'fastify';
import type { Principal } from '@headgate/core';
import { permissionOf, type Contract } from '@headgate/core/api';
import { judge } from '../admit.ts';
import { conclude, conduct, refusalOf } from '../conduct.ts';
import type { Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import type { AnyOutcome } from '../outcome.ts';
import type { Passage } from '../passage.ts';

/** The parts of a call; what is left out is empty. */
export type Parts = { readonly params?: unknown; readonly query?: unknown; readonly body?: unknown };

export type Inside = (contract: Contract, parts: Parts) => Promise<AnyOutcome>;

/** Calls in the name of a principal, during a request that was let in. `routeOf`: the route of a contract. */
export const insideFor =
  (lodge: Lodge, routeOf: (contract: Contract) => Route, who: Principal, request: FastifyRequest): Inside =>
  async (contract, { params = {}, query = {}, body = {} }) => {
    const permission = permissionOf(contract.needs);
    if (permission === undefined) throw new Error('only routes that need a permission are called from within');
    const passage: Passage = {
      contract,
      who,
      session: null,
      again: request.passage?.again ?? (() => Promise.resolve(false)),
      now: null,
      made: '',
      told: '',
    };
    const code = await judge(lodge.places, who, permission, contract, params);
    const outcome =
      code === undefined
        ? await conduct(lodge, routeOf(contract), passage, request, { params, query, body })
        : refusalOf({ code, who }, contract);
    return conclude(lodge, passage, request, outcome, params);
  };
