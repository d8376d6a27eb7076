/** Where a secret may be sent: an origin of the web, or a mail server by host and port, in its one spelling. */

import { normaliseHost } from './host.ts';

const MAIL = /^(?:smtp|imap):\/\/(\[[^\]]*\]|[^:/]+):([1-9]\d{0,4})$/;

export const isSecretOrigin = (text: string): boolean => {
  const [, host, port] = MAIL.exec(text) ?? [];
  if (host !== undefined) return normaliseHost(host) === host && Number(port) < 65_536;
  return URL.canParse(text) && new URL(text).origin === text && /^https?:$/.test(new URL(text).protocol);
};
