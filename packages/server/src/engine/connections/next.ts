/** What a connection holds after an answer, pure: tokens taken up, tokens given up, and how long one counts. */

import type { Connection } from '@headgate/core';
import type { TokenSaid } from '../oauth-call.ts';

/** How long before its end a token counts no more; milliseconds, or a tenth of its time where that is less. */
const MARGIN = 30_000;
const MOST_PAST = 8;

/** Without its tokens, which stay known so that the guard goes on hiding them. */
const bare = ({ access, refresh: _refresh, ends: _ends, span: _span, refused: _refused, ...held }: Connection) => ({
  ...held,
  ...(access === undefined ? {} : { past: [access, ...(held.past ?? [])].slice(0, MOST_PAST) }),
});

/** With what an answer brought. A refresh token that was not replaced holds on. `asked`: when it was asked for. */
export const withTokens = (held: Connection, said: TokenSaid, asked: number): Connection => {
  const refresh = said.refresh ?? held.refresh;
  const past = bare(held).past?.filter((one) => one !== said.token);
  return {
    ...bare(held),
    access: said.token,
    ...(past === undefined || past.length === 0 ? {} : { past }),
    ...(refresh === undefined ? {} : { refresh }),
    ...(said.expires === null ? {} : { ends: asked + said.expires, span: said.expires }),
  };
};

/** With no tokens; `why`: it does not hold any more, and nothing is asked for. */
export const withoutTokens = (held: Connection, why?: string): Connection => ({
  ...bare(held),
  ...(why === undefined ? {} : { refused: why }),
});

/** The token of now, where it counts still; `refused`: one that the service did not take. */
export const liveToken = (held: Connection, now: number, refused?: string): string | null => {
  const { access, ends, span } = held;
  if (access === undefined || access === refused) return null;
  if (ends === undefined) return access;
  return ends - Math.min(MARGIN, (span ?? 0) / 10) > now ? access : null;
};

/** What is sent to renew it; null: nothing renews it. */
export const renewalOf = (held: Connection): Readonly<Record<string, string | undefined>> | null => {
  if (held.grant === 'client') return { grant_type: 'client_credentials', scope: held.scope };
  return held.refresh === undefined ? null : { grant_type: 'refresh_token', refresh_token: held.refresh };
};
