/**
 * The authority of an effect, computed when the effect happens:
 * grant ∩ what its grantor may still give ∩ workspace policy ∩ what the instance lets the workspace ∩ the step's own narrowing.
 *
 * It decides and does nothing: who asks, audits and acts is the broker.
 *
 * AU1 Deny is the default: without a grant that covers the request as a whole the answer is no. Two grants that cover it
 *     only together do not.
 * AU2 Nothing but a grant gives: a policy and a narrowing only take away.
 * AU3 A flow is called by its id, whatever it was called by: a grant follows the flow that was meant when it was lent, and
 *     not the name, which anybody who may change a flow can take.
 */

import { problem, type Problem } from '../problem.ts';
import { allows, EVERYTHING, type Policy } from './policy.ts';
import { covers, printPower, type Power, sentence, withoutCode, withoutPath } from './power.ts';

/**
 * A power lent to a step (`*`: every step) in an environment (`*`: every one) by `grantor`. `asCaller`: only as far as
 * who started the run holds it too.
 */
export type GrantLent = {
  readonly step: string;
  readonly power: Power;
  readonly environment: string;
  readonly grantor: string;
  readonly asCaller?: boolean;
};

export type AuthorityRequest<G extends GrantLent = GrantLent> = {
  readonly request: Power;
  /** The request in the words of who asks (a flow by its name): what is told, and what a narrowing may say instead. */
  readonly asWritten?: Power;
  /** The request by the name of what it reaches, which a policy may be about. */
  readonly named?: Power;
  readonly step: string;
  readonly environment: string;
  readonly grants: readonly G[];
  /** May this grantor lend that today? Asked for grants that would do. */
  readonly grantorMay: (grantor: string) => boolean;
  /** May who started the run do this as well? Asked for grants marked `asCaller`; without it the answer is no. */
  readonly callerMay?: () => boolean;
  /** What the workspace allows; absent means that it restricts nothing. */
  readonly policy?: Policy;
  /** What the instance lets the workspace; absent means that it restricts nothing. */
  readonly bounds?: Policy;
  /** The step's narrowing. Of each power it names, only what it lists remains; powers it does not name are untouched. */
  readonly narrow?: readonly Power[];
};

export type Authority<G extends GrantLent = GrantLent> =
  | { readonly ok: true; readonly grant: G }
  | { readonly ok: false; readonly problem: Problem };

const VOIDED = 'Who lent this power may no longer lend it';
const VOID: Partial<Record<Power['power'], string>> = {
  flow: `${VOIDED}, or no flow had this name when it was lent`,
};

/**
 * The grant an effect may stand on, or why there is none: `grant.missing` (nobody lent it), `grant.tokens` (lent for fewer tokens a run), `grant.void` (who lent it may
 * no longer), `grant.caller` (lent as caller, who may not), `policy.bounds`, `policy.denied`, `power.narrowed`.
 */
export const authority = <G extends GrantLent>(asked: AuthorityRequest<G>): Authority<G> => {
  const { request, step, narrow } = asked;
  const asWritten = asked.asWritten ?? request;
  const told = withoutPath(asWritten);
  const refuse = (code: string, why: string, fix: string): Authority<G> => ({
    ok: false,
    problem: problem(code, `${why}: ${sentence(told)}. As a power: ${printPower(told)}`, { at: { step }, fix }),
  });
  const named = narrow?.filter((power) => power.power === request.power) ?? [];
  const forms = [request, asWritten, ...(asked.named === undefined ? [] : [asked.named])];
  const within = (limit: Power): boolean =>
    covers(limit, request) || covers(limit, asWritten) || covers(limit, withoutCode(request));
  if (named.length > 0 && !named.some(within)) {
    return refuse(
      'power.narrowed',
      'The step itself narrows its powers to less than this',
      'Widen `narrow` of the step, or let it ask for less.',
    );
  }
  if (!allows(asked.bounds ?? EVERYTHING, ...forms)) {
    return refuse(
      'policy.bounds',
      'This server lets nobody in the workspace use this',
      'Ask an administrator of the instance to allow it.',
    );
  }
  if (!allows(asked.policy ?? EVERYTHING, ...forms)) {
    return refuse(
      'policy.denied',
      'The workspace allows nobody to lend this',
      'Ask an admin of the workspace to allow it.',
    );
  }
  const here = (grant: G): boolean =>
    (grant.step === step || grant.step === '*') &&
    (grant.environment === asked.environment || grant.environment === '*');
  const fitting = asked.grants.filter((grant) => here(grant) && covers(grant.power, request));
  const given = fitting.filter((one) => asked.grantorMay(one.grantor));
  const grant = given.find((one) => one.asCaller !== true || asked.callerMay?.() === true);
  if (grant !== undefined) return { ok: true, grant };
  const lend = `Lend it to the step: {"step": ${JSON.stringify(step)}, "power": ${JSON.stringify(printPower(told))}}`;
  if (given.length > 0)
    return refuse(
      'grant.caller',
      'This power is lent only to callers who hold it themselves',
      'Start the run as somebody who may do this.',
    );
  // What was lent by a name alone, before a flow had it, is no grant for the flow that has it now (AU3).
  if (fitting.length > 0 || asked.grants.some((grant) => here(grant) && covers(grant.power, asWritten)))
    return refuse('grant.void', VOID[request.power] ?? VOIDED, `${lend}, by somebody who may.`);
  // Nothing fitted: what would without its path was lent for another one, and what would without its code, for other code.
  const anyCode = withoutCode(request);
  if (anyCode !== request && asked.grants.some((grant) => here(grant) && covers(withoutCode(grant.power), anyCode)))
    return refuse(
      'grant.missing',
      'The code was changed since the step was lent this',
      `${lend}, after reading the code.`,
    );
  const fewer: Power | null = request.power === 'model' && (request.tokens ?? 0) > 1 ? { ...request, tokens: 1 } : null;
  if (fewer !== null && asked.grants.some((grant) => here(grant) && covers(grant.power, fewer)))
    return refuse(
      'grant.tokens',
      'This run would come to more tokens than it was lent',
      `${lend}, or let it use fewer.`,
    );
  const elsewhere = asked.grants.some((grant) => here(grant) && covers(withoutPath(grant.power), told));
  return elsewhere
    ? refuse('grant.missing', 'The step was lent this for other paths alone', `${lend}, or the path it wants.`)
    : refuse('grant.missing', 'The step was not lent the power to do this', `${lend}.`);
};
