/** The entry `@headgate/web`: pages as pure functions from data to HTML. It imports core alone and remembers nothing. */

import type { Pages } from '@headgate/core/api';
import { accountPage } from './account.ts';
import { appPage } from './app-page.ts';
import { passkeyScript } from './passkey-script.ts';
import { chatPage } from './chat.ts';
import { chatScript } from './chat-script.ts';
import { consentPage, consentSignInPage } from './consent.ts';
import { formPage } from './form.ts';
import { failurePage } from './failure.ts';
import { docsPage } from './docs.ts';
import { referencePage } from './reference.ts';
import { resumePage } from './resume.ts';
import { style } from './style.ts';

export type { Pages } from '@headgate/core/api';

/** What main hands to the gateway. */
export const pages: Pages = {
  style,
  reference: referencePage,
  docs: docsPage,
  resume: resumePage,
  account: accountPage,
  passkeyScript,
  chatScript,
  chat: chatPage,
  consent: consentPage,
  consentSignIn: consentSignInPage,
  form: formPage,
  failure: failurePage,
  app: appPage,
};
