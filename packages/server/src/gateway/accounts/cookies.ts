/**
 * The cookies of accounts: the session, and the step between a password and a code (or a challenge and its passkey).
 *
 * CO1 Behind https both are `__Host-`: Secure, for this host alone, for every path, never from a page of a sibling domain.
 *     On plain http, which is for this machine alone, browsers refuse that prefix: the name is plain there and the rest as is.
 * CO2 HttpOnly, always; no script sees them. The session is SameSite=Lax, so that a link from elsewhere opens a page signed
 *     in; what changes something asks for more (foreign.ts). The step is Strict, but Lax where a provider sends back.
 * CO3 A cookie that came twice is no cookie.
 */

/** `return`: where to go after signing in. */
export type Cookie = 'session' | 'step' | 'return';

const NAMES: Readonly<Record<Cookie, string>> = {
  session: 'headgate',
  step: 'headgate-step',
  return: 'headgate-return',
};

export type Cookies = {
  /** A Set-Cookie value. `age` in seconds; 0 clears it. */
  readonly set: (cookie: Cookie, value: string, age: number, sameSite?: 'Lax' | 'Strict') => string;
  readonly clear: (cookie: Cookie) => string;
  /** The value that came. */
  readonly read: (header: string | undefined, cookie: Cookie) => string | undefined;
};

export const cookiesFor = (publicUrl: string): Cookies => {
  const secure = publicUrl.startsWith('https:');
  const nameOf = (cookie: Cookie): string => (secure ? `__Host-${NAMES[cookie]}` : `${NAMES[cookie]}-local`);
  const set: Cookies['set'] = (cookie, value, age, sameSite = cookie === 'step' ? 'Strict' : 'Lax') =>
    `${nameOf(cookie)}=${value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=${sameSite}${secure ? '; Secure' : ''}`;
  return {
    set,
    clear: (cookie) => set(cookie, '', 0),
    read: (header, cookie) => {
      const name = nameOf(cookie);
      let found: string | undefined;
      for (const pair of header?.split(';') ?? []) {
        const at = pair.indexOf('=');
        if (at === -1 || pair.slice(0, at).trim() !== name) continue;
        if (found !== undefined) return undefined;
        found = pair.slice(at + 1).trim();
      }
      return found;
    },
  };
};
