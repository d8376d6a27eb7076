/** Why an address could not be entered at a service, or taken out (registering.ts). */

import { type HookTrigger, type Problem, problem, type Service } from '@headgate/core';

/** Problems of who was lent nothing: nobody was called. */
export const UNCALLED = /^(power|grant|policy|secret)\./;

export const NOBODY = problem('trigger.owner', 'A trigger has nobody behind it any more');
export const UNKNOWN = problem('service.unknown', 'The trigger names a service, or something of it, that is not there');
export const BROKEN = problem('service.down', 'The address could not be entered for a fault of the server', {
  retry: 'yes',
});
export const TAKEN = problem('hook.entering', 'another address stands there, and it keeps one alone', {
  fix: 'Take the other out there, or use another account of the service for this trigger.',
});
export const CLOSED = problem('policy.denied', 'The policy of the workspace is against it');

export const told = (
  { service, trigger }: { readonly service: Service; readonly trigger: HookTrigger },
  why: Problem,
): Problem =>
  problem('hook.entering', `The address could not be entered at ${service.title}, or taken out: ${why.text}`, {
    at: { field: 'with.register' },
    fix: `${why.fix ?? 'Look at the secret and at what it may do there.'} Or leave \`register\` out, and enter it by hand: ${trigger.setUp}`,
    retry: 'yes',
  });
