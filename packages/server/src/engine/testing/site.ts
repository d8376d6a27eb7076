/** A site on loopback whose pages a test changes, and which notes what it was asked for. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Page =
  | string
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    }
  | ((request: IncomingMessage, response: ServerResponse) => void);

export type LocalSite = {
  readonly origin: string;
  readonly pages: Map<string, Page>;
  /** What was asked for, as `GET /path` or `GET /path if ETAG`; robots.txt apart. */
  readonly asked: string[];
  /** The most requests that were under way at a time. */
  readonly most: () => number;
  readonly close: () => Promise<void>;
};

/** Opens a site. A page given as a text is HTML; a path that is not there is 404. */
export const openLocalSite = async (): Promise<LocalSite> => {
  const pages = new Map<string, Page>();
  const asked: string[] = [];
  let now = 0;
  let most = 0;
  const server = createServer((request, response) => {
    now += 1;
    most = Math.max(most, now);
    response.on('close', () => (now -= 1));
    const path = request.url ?? '/';
    const tag = request.headers['if-none-match'] ?? request.headers['if-modified-since'];
    if (path !== '/robots.txt') asked.push(`${request.method} ${path}${tag === undefined ? '' : ` if ${tag}`}`);
    const page = pages.get(path) ?? { status: 404, body: 'none' };
    if (typeof page === 'function') return page(request, response);
    const { status = 200, headers = {}, body = '' } = typeof page === 'string' ? { body: page } : page;
    const etag = headers['etag'];
    if (etag !== undefined && request.headers['if-none-match'] === etag) return void response.writeHead(304).end();
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ origin: `http://127.0.0.1:${port}`, pages, asked, most: () => most },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** A page of HTML with a title, a text and links. */
export const html = (title: string, text: string, ...links: readonly string[]): string =>
  `<!doctype html><html><head><title>${title}</title></head><body><h1>${title}</h1><p>${text}</p>${links
    .map((href) => `<a href="${href}">more</a>`)
    .join(' ')}</body></html>`;
