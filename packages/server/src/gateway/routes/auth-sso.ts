/**
 * Single sign-on: out to the provider, and back.
 *
 * SS1 What the browser brings back counts only with the cookie of the step before, whose state it must match: nobody can be
 *     signed in by an address that somebody else made (GUI-07).
 * SS2 Who is unknown gets an account only by the sign-up policy, and only for an address that the provider vouches for.
 */

import { z } from 'zod';
import { ROUTES } from '@headgate/core/api';
import type { Pending, Said } from '../../egress/sign-on/port.ts';
import type { ProviderSays } from '../../store/accounts/port.ts';
import { AUTH } from '../accounts/desk.ts';
import { linkFor, type SignUpPolicy } from '../accounts/policy.ts';
import { networkOf } from '../accounts/throttle.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { refuse, seeOther } from '../outcome.ts';

const PROVIDER = 'provider';
const pendingShape = z.strictObject({ state: z.string(), nonce: z.string(), verifier: z.string() });

const pendingOf = (ticket: string | undefined): Pending | null => {
  if (ticket === undefined) return null;
  try {
    return pendingShape.parse(JSON.parse(ticket));
  } catch {
    return null;
  }
};

/** What becomes of somebody unknown. */
const unknownBy = (policy: SignUpPolicy, { email }: Said): ProviderSays['unknown'] => {
  const kind = email === null ? null : linkFor(policy, email);
  return kind === null ? 'refuse' : kind === 'signup' ? 'active' : 'pending';
};

export const ssoRoutes = ({ gate, desk }: Lodge): readonly Route[] => {
  const back = `${gate.publicUrl}${AUTH}/sso/callback`;
  const told = (text: string): void => gate.log.warn({ text }, 'a sign-in with the provider did not work');
  return [
    implement(ROUTES.signOn, async ({ request }) => {
      if (gate.signOn === null) return refuse('sso.off');
      if (!desk.throttle.tryFrom(networkOf(request.ip))) return refuse('auth.limit');
      const begun = await gate.signOn.begin(back);
      if (!begun.ok) {
        told(begun.problem.text);
        return refuse('sso.failed');
      }
      const { url, pending } = begun.value;
      return seeOther(url, { 'set-cookie': desk.stepCookie(JSON.stringify(pending), 'Lax') });
    }),

    implement(ROUTES.signOnBack, async ({ request }) => {
      if (gate.signOn === null) return refuse('sso.off');
      if (!desk.throttle.tryFrom(networkOf(request.ip))) return refuse('auth.limit');
      const pending = pendingOf(desk.ticketOf(request));
      if (pending === null) return refuse('sso.failed');
      const query = (request.raw.url ?? '').split('?')[1] ?? '';
      const said = await gate.signOn.finish(back, query, pending);
      if (!said.ok) {
        told(said.problem.text);
        return refuse('sso.failed');
      }
      const tried = await gate.store.accounts.signIn.provider(
        { ...said.value, provider: PROVIDER, unknown: unknownBy(gate.signUp, said.value) },
        gate.clock(),
      );
      // So did the way there.
      if (tried.kind === 'in') desk.throttle.forgiveFrom(networkOf(request.ip), 2);
      return desk.answer(tried, request, 200);
    }),
  ];
};
