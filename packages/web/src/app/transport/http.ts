/** A transport over HTTP: of the page's own origin with its session, or of another with an engine token and no cookie. */

import { saveBlob, saveFrom } from '../ui/save-file.ts';
import { parts } from './events.ts';
import { upload } from './upload.ts';
import { type Answered, type Asked, type Following, type Transport, Unreached } from './transport.ts';

type Proof = {
  readonly signedIn: boolean;
  readonly credentials: RequestCredentials;
  readonly headers: () => Readonly<Record<string, string>>;
};

/** The server that the page came from, as whoever is signed in there. */
export const sameOrigin = (): Transport =>
  over(location.origin, { signedIn: true, credentials: 'same-origin', headers: () => ({}) });

/** An engine elsewhere. `token`: asked for at each call, so that a fresh one is used at once. */
export const engineAt = (origin: string, token: () => string): Transport =>
  over(origin, { signedIn: false, credentials: 'omit', headers: () => ({ authorization: `Bearer ${token()}` }) });

const over = (origin: string, proof: Proof): Transport => {
  const send = async (asked: Asked, headers: Readonly<Record<string, string>>): Promise<Response> => {
    const given = asked.body === undefined ? {} : { body: JSON.stringify(asked.body) };
    const type: Record<string, string> = asked.body === undefined ? {} : { 'content-type': 'application/json' };
    try {
      return await fetch(origin + asked.path, {
        method: asked.method,
        credentials: proof.credentials,
        headers: { accept: 'application/json', ...proof.headers(), ...type, ...headers },
        redirect: 'error',
        cache: 'no-store',
        ...given,
        ...(asked.signal === undefined ? {} : { signal: asked.signal }),
      });
    } catch (error) {
      if (asked.signal?.aborted === true) throw error;
      throw new Unreached('the engine could not be reached');
    }
  };
  return {
    origin,
    signedIn: proof.signedIn,
    ask: async (asked) => answered(await send(asked, {})),
    listen: async (asked) => {
      const response = await send(asked, { accept: 'text/event-stream' });
      return response.ok && response.body !== null ? parts(response.body) : answered(response);
    },
    save: async ({ path, name }) => {
      // With a session the browser asks for it by itself, and streams it; a token goes in a header, which a link has none of.
      if (proof.signedIn) return saveFrom(name, origin + path);
      const response = await send({ method: 'GET', path }, { accept: '*/*' });
      if (!response.ok) throw new Unreached(`the engine answered ${response.status}`);
      saveBlob(name, await response.blob());
    },
    bytes: async ({ path, range, signal }) => {
      const asked = { method: 'GET', path, ...(signal === undefined ? {} : { signal }) };
      const response = await send(asked, { accept: '*/*', ...(range === undefined ? {} : { range }) });
      return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) };
    },
    upload: ({ path, ...sending }) => upload(origin + path, proof.headers(), sending),
    follow: (following) =>
      follow(following, (headers) => send({ method: 'GET', path: following.path, signal: following.signal }, headers)),
  };
};

const answered = async (response: Response): Promise<Answered> => {
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : bodyOf(response, text) };
};

const bodyOf = (response: Response, text: string): unknown =>
  response.headers.get('content-type')?.includes('json') === true ? JSON.parse(text) : text;

const FIRST = 250;
const LONGEST = 8000;

/** Reads events until the stream is over; after a break it goes on from the last event it has seen. */
const follow = async (
  { signal, on, state }: Following,
  open: (headers: Readonly<Record<string, string>>) => Promise<Response>,
): Promise<void> => {
  let last = '';
  let pause = FIRST;
  while (!signal.aborted) {
    try {
      const response = await open({ accept: 'text/event-stream', ...(last === '' ? {} : { 'last-event-id': last }) });
      if (response.status === 204) break;
      if (!response.ok || response.body === null) {
        // What is refused for good is over; what may pass (too many streams, a restart) is tried again.
        if (response.status < 500 && response.status !== 429) break;
      } else {
        state?.('open');
        for await (const event of parts(response.body)) {
          if (event.id !== '') last = event.id;
          on(event);
          pause = FIRST;
        }
        // Whether that was the end or a break, the next answer tells: 204 where all was seen.
      }
    } catch {
      if (signal.aborted) break;
    }
    state?.('again');
    await waited(pause, signal);
    pause = Math.min(LONGEST, pause * 2);
  }
  state?.('over');
};

const waited = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
