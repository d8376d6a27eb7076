/**
 * The few server-rendered pages, and what renders them: the gateway decides who sees what, the web package only turns
 * data into HTML.
 *
 * PG1 No page carries a script but the two on which browsers make and use passkeys, which they do for scripts alone: a file
 *     of ours, nothing inline. A page works with the keyboard and without colour.
 * PG2 No credential stands in an address.
 */

import type { FieldError } from '../form/judge.ts';
import type { AskView } from '../run/asks-port.ts';
import type { FormAnswer } from '../run/forms-port.ts';
import type { DocsView } from './docs.ts';
import type { ConsentView } from './oauth.ts';
import type { OpenApi } from './openapi.ts';
import { media, route, type Media } from './route.ts';

const tags = ['pages'] as const;
const html = (text: string): Media => media('text/html', text);

export const referencePage = route({
  method: 'GET',
  path: '/api/v1/reference',
  needs: 'none:the reference describes the doors and opens none',
  on: 'nobody',
  answers: { 200: html('The API reference') },
  summary: 'The API reference as a page',
  tags,
});

/** What a form that came back holds: what was wrong, by field, and the texts as they were sent. */
export type FormState = { readonly errors: readonly FieldError[]; readonly texts: Readonly<Record<string, string>> };

/** A form that starts a flow. `action`: where its pages are sent to. */
export type FormView =
  | { readonly kind: 'sign-in' }
  | (Extract<FormAnswer, { kind: 'page' | 'done' }> & { readonly action: string });

export type ResumeView = {
  /** Where the form posts to. */
  readonly action: string;
  readonly note: string | null;
  /**
   * `ask`: not used yet. `done`: it worked just now. `used`: it did its work before, or its time is over. `late`: nobody
   * answered in time. `sign-in`, `other`: only people with an account may answer, and this is none of them.
   */
  readonly state: 'ask' | 'done' | 'used' | 'late' | 'sign-in' | 'other';
  /** What is asked, where it is a question to people. */
  readonly ask?: AskView & FormState;
};

/** A password has at least so many signs. */
export const SHORTEST_PASSWORD = 10;

/** Pages of accounts. `action`: where the form posts to. */
export type AccountView =
  | {
      readonly kind: 'login';
      readonly reset: boolean;
      readonly signUp: boolean;
      readonly providers: readonly { readonly path: string; readonly title: string }[];
    }
  | { readonly kind: 'code' }
  | { readonly kind: 'set-up'; readonly action: string }
  | { readonly kind: 'sign-up' }
  | { readonly kind: 'join'; readonly action: string; readonly email: string; readonly workspace: string | null }
  | { readonly kind: 'accept'; readonly action: string; readonly email: string; readonly workspace: string }
  | { readonly kind: 'ask-reset' }
  | { readonly kind: 'reset'; readonly action: string }
  | { readonly kind: 'codes'; readonly factor: boolean }
  | {
      readonly kind: 'codes-begun';
      /** For the authenticator: as an address, and the secret in it for who types it. */
      readonly uri: string;
      readonly secret: string;
      readonly recovery: readonly string[];
    }
  | { readonly kind: 'codes-confirm' }
  | { readonly kind: 'recovery'; readonly recovery: readonly string[] }
  | { readonly kind: 'passkey' }
  | {
      readonly kind: 'passkeys';
      readonly passkeys: readonly {
        readonly id: string;
        readonly name: string | null;
        readonly created: string | null;
      }[];
    }
  | { readonly kind: 'told'; readonly title: string; readonly text: string }
  | {
      readonly kind: 'account';
      readonly email: string;
      readonly name: string;
      readonly factor: boolean;
      readonly sessions: readonly {
        readonly id: string;
        readonly current: boolean;
        readonly how: string;
        readonly agent: string | null;
        readonly network: string;
        readonly created: string;
        readonly seen: string;
      }[];
    };

export type Failure = {
  readonly status: number;
  readonly code: string;
  readonly text: string;
  readonly fix: string | null;
  /** The form to try again with. */
  readonly back?: string;
};

/** `member`: for who signed in here, by his own session. `draft`: he talks to the draft. */
export type ChatView = {
  readonly flow: string;
  readonly title: string;
  readonly member: boolean;
  readonly draft: boolean;
};

/** What the web package offers: data in, one whole HTML document out. All pages share one style sheet. */
export type Pages = {
  /** The text between `<style>` and `</style>` of every page: its hash goes in the content security policy. */
  readonly style: string;
  readonly reference: (doc: OpenApi) => string;
  readonly docs: (view: DocsView) => string;
  readonly resume: (view: ResumeView) => string;
  readonly account: (view: AccountView) => string;
  /** The script of the two pages of passkeys. */
  readonly passkeyScript: string;
  /** The element that shows a chat, and the page of a public chat, which holds it. */
  readonly chatScript: string;
  readonly chat: (view: ChatView) => string;
  readonly consent: (view: ConsentView) => string;
  /** Shown instead of it to who is not signed in; `to`: where one signs in. */
  readonly consentSignIn: (to: string) => string;
  readonly form: (view: FormView) => string;
  readonly failure: (failure: Failure) => string;
  readonly app: (view: AppView) => string;
};

/** What the one page of the web app names. `nonce`: marks the style sheets that its libraries make. */
export type AppView = {
  readonly nonce: string;
  readonly script: string;
  readonly styles: readonly string[];
  /** The page does not come from an engine: it asks which one to drive, and for a token. */
  readonly elsewhere?: boolean;
  /** Whether this server has the documentation, to link to. */
  readonly docs?: boolean;
};

/** The web app as it was built. Paths start with a slash; a file is known by its name alone. */
export type WebApp = {
  readonly script: string;
  readonly styles: readonly string[];
  readonly file: (name: string) => Promise<{ readonly type: string; readonly text: string } | null>;
};
