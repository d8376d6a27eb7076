/** Mail as who sends it sees it: plain text to one address. */

import type { Result } from '@headgate/core';

export type Mail = { readonly to: string; readonly subject: string; readonly text: string };

/** Hands a mail to the server that was set up; `retry` in a Problem says whether it can be sent again. */
export type SendMail = (mail: Mail) => Promise<Result<null>>;
