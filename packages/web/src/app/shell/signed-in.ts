/** Who is signed in. Who is not is led to the sign-in form, and comes back here after it. */

import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useEngine } from '../engine.tsx';
import { paths } from '../router/paths.ts';
import { type Answer, Refusal } from '../transport/client.ts';

/** Null: not known yet, or on the way to sign in. `token`: nobody is, and a token stands for whoever holds it. */
export const useSignedIn = (): Answer<'me'> | 'token' | null => {
  const engine = useEngine();
  const { data, error } = useQuery({
    queryKey: ['me'],
    queryFn: ({ signal }) => engine.call('me', {}, signal),
    staleTime: 60_000,
    enabled: engine.transport.signedIn,
  });
  const stranger = error instanceof Refusal && error.status === 401;
  useEffect(() => {
    if (stranger) location.assign(paths.signIn());
  }, [stranger]);
  return engine.transport.signedIn ? (data ?? null) : 'token';
};
