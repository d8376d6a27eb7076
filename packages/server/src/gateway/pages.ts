/** How pages are sent: their content security policy, and the page that stands for a refusal. */

import { createHash, randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { type Contract, isSelf, type Pages, statusOf } from '@headgate/core/api';
import { AUTH, HOME } from './accounts/desk.ts';
import type { Lodge } from './lodge.ts';
import type { Plain } from './outcome.ts';
import { MAY_LISTEN } from './writer.ts';

type Parts = Pick<Lodge, 'pageCsp' | 'failurePage' | 'page' | 'scripted' | 'chatPage' | 'shell'>;

/** No script at all; one style sheet, known by its hash; forms post to this server only. */
export const pageParts = (pages: Pages, docs: boolean): Parts => {
  const style = createHash('sha256').update(pages.style).digest('base64');
  const pageCsp = `default-src 'none'; style-src 'sha256-${style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
  return {
    pageCsp,
    scripted: (text: string): Plain => ({
      status: 200,
      type: 'text/html; charset=utf-8',
      text,
      fixed: true,
      headers: { 'content-security-policy': withScript(pageCsp), 'cross-origin-opener-policy': 'same-origin' },
    }),
    chatPage: (text: string, listens: boolean): Plain => ({
      status: 200,
      type: 'text/html; charset=utf-8',
      text,
      fixed: true,
      headers: {
        'content-security-policy': `${withScript(pageCsp)}; img-src blob:; media-src blob:`,
        'cross-origin-opener-policy': 'same-origin',
        ...(listens ? { 'permissions-policy': MAY_LISTEN } : {}),
      },
    }),
    page: (status: number, text: string): Plain => ({
      status,
      type: 'text/html; charset=utf-8',
      text,
      fixed: true,
      headers: { 'content-security-policy': pageCsp, 'cross-origin-opener-policy': 'same-origin' },
    }),
    shell: ({ script, styles }) => {
      const nonce = randomBytes(18).toString('base64');
      return {
        status: 200,
        type: 'text/html; charset=utf-8',
        text: pages.app({ nonce, script, styles, docs }),
        fixed: true,
        headers: {
          'content-security-policy': appCsp(nonce),
          'cross-origin-opener-policy': 'same-origin',
          'permissions-policy': MAY_LISTEN,
        },
      };
    },
    failurePage: (contract, request, { code, text, fix }) => {
      if (!forPeople(contract, request.headers.accept)) return null;
      // A link that works no more has no form to go back to.
      const back = code === 'link.unknown' ? null : backOf(contract, request);
      return pages.failure({
        status: statusOf(code),
        code,
        text,
        fix: fix ?? null,
        ...(back === null ? {} : { back }),
      });
    },
  };
};

/** For the two pages of passkeys: files of this server may run, nothing inline, and texts are never made into markup. */
const withScript = (csp: string): string =>
  csp.replace(
    "default-src 'none';",
    "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script';",
  );

/**
 * Scripts, workers and style sheets of this server alone, and style sheets that the app's own scripts make, by a nonce; it
 * talks to this server alone; texts become markup in no way but one policy of the app that lets no element through.
 */
const appCsp = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    // What an answer carries is shown from memory, after a press (LLM-05).
    "img-src 'self' data: blob:",
    'media-src blob:',
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types default',
  ].join('; ');

/** Forms about the own account that stand at the address they post to. */
const FORMS: ReadonlySet<string> = new Set([`${AUTH}/totp`, `${AUTH}/totp/confirm`]);

/** Where to try again: the form is at the address it posts to, also that of a link that works once; a page without a session is gone to by signing in. */
const backOf = (contract: Contract, { method, url }: FastifyRequest): string | null => {
  if (!contract.path.startsWith(`${AUTH}/`)) return null;
  if (isSelf(contract.needs))
    return method === 'GET' ? `${AUTH}/login` : FORMS.has(contract.path) ? contract.path : HOME;
  if (method === 'GET') return null;
  return contract.path.includes('{token}') ? url : contract.path.includes('{') ? null : contract.path;
};

/** Where outside services send browsers back to. */
const CALLBACK = '/api/v1/connect/callback';

/** Does a person look at this answer? The resume link serves programs too; they do not ask for HTML. */
const forPeople = (contract: Contract, accept: string | undefined): boolean => {
  if (contract.tags.includes('pages') || contract.path === '/api/v1/oauth/authorize') return true;
  const forBoth =
    contract.path === CALLBACK ||
    contract.path.startsWith('/api/v1/resume/') ||
    contract.path.startsWith('/api/v1/form/') ||
    contract.path.startsWith(`${AUTH}/`);
  return forBoth && accept?.includes('text/html') === true;
};
