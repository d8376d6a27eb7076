/**
 * What the store offers of accounts, as types. An account belongs to a person and to the whole instance; what it may do
 * in a workspace is a member's role and is not known here.
 *
 * AC1 Nothing that signs anybody in is kept as it is: sessions and links as keyed hashes, passwords as argon2id, secrets of
 *     factors sealed.
 * AC2 A change of password, factor or standing ends every session of the account: at once in this process, within a second
 *     in others.
 * AC3 `at` is the caller's clock, in milliseconds.
 */

/** `pending`: waits for an administrator's word. `suspended`: cannot sign in. */
export const USER_STATES = ['active', 'pending', 'suspended'] as const;
export type UserState = (typeof USER_STATES)[number];

export type User = {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  /** May manage the instance; reads no workspace by that. */
  readonly administrator: boolean;
  readonly state: UserState;
  /** Is a second factor asked for at sign-in? */
  readonly factor: boolean;
  readonly created: number;
};

/** How somebody signed in: `password`, `password+code`, `passkey`, `link`, or `sso` and the provider's name. */
export type How = 'password' | 'password+code' | 'passkey' | 'link' | `sso:${string}`;

/** What a session's list shows of where it was begun. */
export type From = { readonly agent: string | null; readonly network: string };

export type SessionRow = From & {
  readonly id: string;
  readonly how: string;
  readonly workspace: string | null;
  readonly created: number;
  readonly seen: number;
  readonly expires: number;
};

/** A session that holds now, with its account as it is now. */
export type Session = SessionRow & { readonly user: User };

/** What came of a try to sign in. `wrong` tells nothing about why; `locked`: too many wrong codes, for now. */
export type Tried =
  | { readonly kind: 'in'; readonly user: User; readonly how: How }
  | { readonly kind: 'code'; readonly ticket: string }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'locked' }
  | { readonly kind: 'busy' };

/** `signup` makes an account that may act at once, `request` one that waits for approval. */
export const LINK_KINDS = ['setup', 'signup', 'request', 'reset'] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

/** A link that works once. `user`: whose password it sets; `email`: whom it makes an account for. */
export type Link = {
  readonly id: string;
  readonly kind: LinkKind;
  readonly email: string | null;
  readonly user: string | null;
  readonly by: string;
  readonly created: number;
  readonly expires: number;
  readonly used: number | null;
};

export type NewLink = {
  readonly kind: LinkKind;
  readonly email?: string;
  readonly user?: string;
  readonly by: string;
  readonly at: number;
  /** How long it works, in milliseconds. */
  readonly life: number;
};

/** What a link is answered with. A reset needs the password alone, set-up all three, a sign-up name and password. */
export type LinkUse = {
  readonly email?: string;
  readonly name?: string;
  readonly password: string;
  /** A reset ends passkeys, keys, tokens and applications, too. */
  readonly clear?: boolean;
  /** Workspaces in which a reset that did not come by mail holds nothing: who made the link manages them anyway. */
  readonly spare?: readonly string[];
};

export type Passkey = { readonly id: string; readonly name: string | null; readonly created: number | null };

/** Options of a WebAuthn ceremony for the browser, and the ticket that its answer comes back with. */
export type Ceremony = { readonly options: unknown; readonly ticket: string };

export type Totp = { readonly uri: string; readonly recovery: readonly string[] };

/** What a person may do to the own account, each behind the password or a session's own proof. */
export type Own = {
  /** `null`: the password is wrong. `busy`: too many at once. */
  readonly checkPassword: (user: string, password: string) => Promise<boolean>;
  /** Sets the password and ends all sessions and open links; with `clear` passkeys, keys, tokens and applications, too. */
  readonly setPassword: (user: string, password: string, at: number, clear?: boolean) => Promise<void>;
  /** A new secret, not yet asked for; null: the password is wrong, or a factor is there already. */
  readonly beginTotp: (user: string, password: string) => Promise<Totp | null>;
  /** Begins to ask for codes and ends all sessions; false: the code is wrong. */
  readonly confirmTotp: (user: string, code: string) => Promise<boolean>;
  readonly removeTotp: (user: string, password: string) => Promise<boolean>;
  readonly newRecovery: (user: string, password: string) => Promise<readonly string[] | null>;
  readonly passkeys: (user: string) => Promise<readonly Passkey[]>;
  readonly beginPasskey: (user: string) => Promise<Ceremony>;
  readonly addPasskey: (user: string, ticket: string, response: unknown, name: string) => Promise<Passkey | null>;
  readonly removePasskey: (user: string, id: string) => Promise<boolean>;
};

export type SignIn = {
  readonly password: (email: string, password: string, at: number) => Promise<Tried>;
  /** A code of the authenticator, or a recovery code, which works once. */
  readonly code: (ticket: string, code: string, at: number) => Promise<Tried>;
  readonly beginPasskey: () => Promise<Ceremony>;
  readonly passkey: (ticket: string, response: unknown) => Promise<Tried>;
  /** The account a provider's subject signs in to: known by the subject, else by an address the provider vouches for. */
  readonly provider: (p: ProviderSays, at: number) => Promise<Tried>;
};

export type ProviderSays = {
  readonly provider: string;
  readonly subject: string;
  readonly email: string | null;
  readonly verified: boolean;
  readonly name: string | null;
  /** May an account be made for somebody unknown, and how does it begin? */
  readonly unknown: 'refuse' | 'active' | 'pending';
};

export type Accounts = {
  /** Is there any account? */
  readonly any: () => Promise<boolean>;
  readonly user: (id: string) => Promise<User | null>;
  readonly userByEmail: (email: string) => Promise<User | null>;
  /**
   * Makes an account with a password, whose address counts as not proved: whoever made the invitation could use it, too.
   * `invitation`: the hash of one that is taken up along with it. Null: the address has an account, or the invitation is over.
   */
  readonly create: (
    user: {
      readonly email: string;
      readonly name: string;
      readonly password: string;
      readonly state?: UserState;
      readonly invitation?: string;
    },
    at: number,
  ) => Promise<User | null>;
  /** In the order they were made. */
  readonly users: (q: {
    readonly cursor?: string;
    readonly limit: number;
  }) => Promise<{ rows: readonly User[]; next: string | null }>;
  /** Changes standing; ends all sessions. Null: no such account, or it is the last administrator. */
  readonly change: (
    id: string,
    to: { readonly state?: UserState; readonly administrator?: boolean },
    at: number,
  ) => Promise<User | null>;
  /**
   * Makes the account or, when the address has one, sets its password and ends every other way in; an administrator that can
   * sign in, and owner of the first workspace.
   */
  readonly superuser: (email: string, password: string, at: number) => Promise<{ user: User; made: boolean }>;

  /** The session behind a cookie, when it holds. Fast: in memory while nothing changes. */
  readonly sessionByCookie: (token: string, at: number) => Promise<Session | null>;
  /** Does this session still hold? For streams. */
  readonly holds: (session: string, at: number) => Promise<boolean>;
  /** A new session; `token` is the cookie's value and is kept nowhere. */
  readonly begin: (user: string, how: How, from: From, at: number) => Promise<{ token: string; session: Session }>;
  readonly sessions: (user: string, at: number) => Promise<readonly SessionRow[]>;
  /** False: the account has no such session. */
  readonly end: (user: string, session: string) => Promise<boolean>;
  /** Ends all sessions of an account; answers how many there were. */
  readonly endSessions: (user: string) => Promise<number>;
  /** Told the account whose sessions were ended, in this process. */
  readonly onEnd: (listener: (user: string) => void) => () => void;
  /** Remembers in which workspace a session acts. */
  readonly choose: (session: string, workspace: string) => Promise<boolean>;

  readonly signIn: SignIn;
  readonly own: Own;

  readonly links: {
    readonly make: (link: NewLink) => Promise<{ link: Link; token: string }>;
    /** A link that would work now. */
    readonly look: (token: string, at: number) => Promise<Link | null>;
    /** Uses it, once: makes or mends the account in the same transaction. Null: it does not work (any more). */
    readonly use: (token: string, use: LinkUse, at: number) => Promise<{ link: Link; user: User } | null>;
    /** Takes back all unused ones of a kind. */
    readonly removeAll: (kind: LinkKind) => Promise<void>;
  };
};
