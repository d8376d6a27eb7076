/**
 * One request and its answer as the SDK handles them, without what it costs to carry them: a request of which nothing but
 * its method and headers is read, and an answer that is kept as the message that it is.
 */

import { Server, type Transport } from '@modelcontextprotocol/server';

/**
 * What of a `Request` the SDK reads where the body is handed to it parsed. A real one is made for a `fetch` that nobody
 * makes here, and to make it takes as long as to find out who calls.
 */
export const requestWith = (url: string, headers: Readonly<Record<string, string>>): Request => {
  const named = new Map(Object.entries(headers));
  const told: Pick<Request, 'url' | 'method' | 'body'> & { readonly headers: Pick<Headers, 'get' | 'has'> } = {
    url,
    method: 'POST',
    body: null,
    headers: { get: (name) => named.get(name.toLowerCase()) ?? null, has: (name) => named.has(name.toLowerCase()) },
  };
  return told as Request;
};

/** A server object for one exchange, which knows what it answered. */
export class Exchange extends Server {
  /** The answer, as it was given to the transport. */
  answer: object | undefined;

  override async connect(transport: Transport): Promise<void> {
    const send = transport.send.bind(transport);
    transport.send = (message, options) => {
      if ('result' in message || 'error' in message) this.answer = message;
      return send(message, options);
    };
    await super.connect(transport);
  }
}

/** What came of a request: one JSON answer, a stream, or nothing but a status. */
export type Spoken =
  | { readonly status: number; readonly body: unknown }
  | { readonly status: number; readonly stream: ReadableStream<Uint8Array> }
  | { readonly status: number };

/** The answer of the handler as it is. `server`: absent where it was given before one was made. */
export const spokenOf = async (response: Response, server: Exchange | undefined): Promise<Spoken> => {
  const { status, body } = response;
  if (body === null) return { status };
  if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) return { status, stream: body };
  if (server?.answer !== undefined) return { status, body: server.answer };
  const text = await response.text();
  return text === '' ? { status } : { status, body: JSON.parse(text) as unknown };
};
