/**
 * One request and its answer as the SDK handles them, without what it costs to carry them: a request of which nothing but
 * its method and headers is read, and a result that is taken as the message that it is.
 *
 * MX1 What is taken from the SDK is a result whose status can be one alone. Errors, whose status it chooses, and streams go
 *     the way that it made for them.
 */

import { PerRequestHTTPServerTransport, Server, type Transport } from '@modelcontextprotocol/server';

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

/** A server object for one exchange, which tells the result that it gave. */
export class Exchange extends Server {
  /** Given the answer, where it is a result and no stream. The `Response` of the SDK never comes then. */
  onresult: (result: object) => void = () => undefined;

  override async connect(transport: Transport): Promise<void> {
    // That of the older era answers by a stream.
    if (transport instanceof PerRequestHTTPServerTransport) this.#take(transport);
    await super.connect(transport);
  }

  #take(transport: PerRequestHTTPServerTransport): void {
    const send = transport.send.bind(transport);
    let streams = false;
    transport.send = (message, options) => {
      if ('result' in message && !streams) {
        this.onresult(message);
        // The SDK forgets the exchange. To close it would tell every part of it, by errors with their stacks, what none waits for.
        this.onclose?.();
        return Promise.resolve();
      }
      // What is told before the end begins a stream, and the end goes there, too.
      if ('method' in message) streams = true;
      return send(message, options);
    };
  }
}

/** What came of a request: one JSON answer, a stream, or nothing but a status. */
export type Spoken =
  | { readonly status: number; readonly body: unknown }
  | { readonly status: number; readonly stream: ReadableStream<Uint8Array> }
  | { readonly status: number };

/** The answer of an exchange, as the SDK made it. */
export const spokenOf = async (response: Response): Promise<Spoken> => {
  const { status, body } = response;
  if (body === null) return { status };
  if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) return { status, stream: body };
  const text = await response.text();
  return text === '' ? { status } : { status, body: JSON.parse(text) as unknown };
};
