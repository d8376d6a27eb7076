/** From outcomes to answers. Status, headers and text are decided here; writer.ts lets them out. */

import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem as makeProblem, type Problem } from '@headgate/core';
import { ROUTES, statusOf, type Contract } from '@headgate/core/api';
import { envelopeOf } from './envelopes.ts';
import type { Lodge } from './lodge.ts';
import type { AnyOutcome, Refused } from './outcome.ts';
import { rateFields } from './tokens/allowance.ts';
import { FileContent } from './file-content.ts';
import { NO_FILE, NO_PAGE, whenLeft, whenStalled } from './writer.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
/** Never what its sender said: nothing that a browser shows or runs (FA2). */
const BYTES_TYPE = 'application/octet-stream';
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Sends an answer that is no refusal. */
export const answer = (lodge: Lodge, reply: FastifyReply, outcome: Exclude<AnyOutcome, Refused>): void => {
  reply.code(outcome.status).headers(lodge.safe);
  if ('bytes' in outcome) {
    if (outcome.headers !== undefined) reply.headers(outcome.headers);
    if (outcome.left !== undefined) whenLeft(reply, outcome.left);
    whenStalled(reply, lodge.gate.limit.stalled);
    reply.header('content-security-policy', NO_FILE).type(BYTES_TYPE).send(new FileContent(outcome));
    return;
  }
  if ('body' in outcome) {
    if (outcome.headers !== undefined) reply.headers(outcome.headers);
    reply.header('content-security-policy', NO_PAGE).type(JSON_TYPE).send(JSON.stringify(outcome.body));
    return;
  }
  reply.header('content-security-policy', NO_PAGE);
  if (outcome.headers !== undefined) reply.headers(outcome.headers);
  if (outcome.text === null) {
    reply.send();
    return;
  }
  reply.type(outcome.type).send(outcome.text);
};

/** The body of a refusal: no stack, no path, nothing that the Problem does not say. */
export const problemBody = ({ refused, more }: Refused, id?: string, beside: object = {}): string => {
  const { code, text, at, fix, retryAfter } = refused;
  return JSON.stringify({ status: statusOf(code), code, text, at, fix, retryAfter, ...more, id, ...beside });
};

/** Sends a refusal: as a page where a person looks at pages, as problem+json everywhere else. */
export const problemAnswer = (
  lodge: Lodge,
  contract: Contract | null,
  request: FastifyRequest,
  reply: FastifyReply,
  refused: Refused,
  id?: string,
): void => {
  const status = statusOf(refused.refused.code);
  reply.code(status).headers(lodge.safe).header('content-security-policy', NO_PAGE);
  if (status === 401) reply.header('www-authenticate', challenge(lodge, contract));
  const { retryAfter } = refused.refused;
  if (retryAfter !== undefined || status === 429 || status === 503)
    reply.header('retry-after', String(Math.ceil((retryAfter ?? 1000) / 1000)));
  // As clients of OpenAI read it, which otherwise ask again by themselves after most failures.
  if (refused.begun === true) reply.header('x-should-retry', 'false');
  if (refused.level !== undefined) reply.headers(rateFields(refused.level));
  const envelope = envelopeOf(contract, refused);
  if (envelope !== null) {
    reply.type(JSON_TYPE).send(problemBody(refused, id, envelope));
    return;
  }
  const page = contract === null ? null : lodge.failurePage(contract, request, refused.refused);
  if (page === null) reply.type(PROBLEM_TYPE).send(problemBody(refused, id));
  else {
    if (request.passage !== null) request.passage.fixed = true;
    reply.header('content-security-policy', lodge.pageCsp).type('text/html; charset=utf-8').send(page);
  }
};

/** How to come in (RFC 6750); to an MCP client with the address that says who gives it a token (RFC 9728 5.1). */
const challenge = ({ gate }: Lodge, contract: Contract | null): string => {
  const realm = 'Bearer realm="headgate"';
  if (contract === null || !contract.tags.includes('mcp')) return realm;
  // Of what it may build a client has to ask by name: nobody gets that scope unasked.
  const scope = contract === ROUTES.speakBuildMcp ? ', scope="flow.read flow.assist flow.write run run.read"' : '';
  return `${realm}${scope}, resource_metadata="${gate.publicUrl}${ROUTES.oauthResource.path}"`;
};

/** A fault of ours, as the caller sees it. */
export const bug = (): Problem =>
  makeProblem('server.bug', 'The server made a mistake; its log holds the details', { retry: 'yes' });
