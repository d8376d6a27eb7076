/**
 * The documentation as pages: guides, and the reference made from steps, contracts and problems. The same for everybody, and
 * only there where the switch `HEADGATE_DOCS` is on.
 */

import { z } from 'zod';
import { media, route } from './route.ts';

const page = (path: `/${string}`, summary: string) =>
  route({
    method: 'GET',
    path,
    needs: 'none:the documentation is the same for everybody',
    on: 'nobody',
    ...(path.endsWith('*') ? { params: z.strictObject({ '*': z.string().max(200).optional() }) } : {}),
    query: z.strictObject({ q: z.string().max(200).optional() }),
    answers: { 200: media('text/html', 'A page of the documentation') },
    problems: ['missing'],
    summary,
    tags: ['pages'],
  });

export const docsHome = page('/docs', 'All pages of the documentation, or what a search finds in them');
export const docsPage = page('/docs/*', 'A page of the documentation');

/** A page as it was written. `name`: its address below /docs, as `guides/first-flow`; `text`: Markdown. */
export type Doc = { readonly name: string; readonly text: string };

/** What the page of one document, or of a search (`found`), is made of. */
export type DocsView = { readonly doc: Doc } | { readonly all: readonly Doc[]; readonly search: string };
