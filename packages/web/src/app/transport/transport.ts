/**
 * The one way from the app to an engine: every call and every stream of the app goes through a `Transport`. Which engine, and
 * what proves who calls, is the transport's; nobody else knows a header, a cookie or an origin.
 *
 * TR1 A transport never puts a credential in an address.
 * TR2 A stream that breaks is taken up where it was left: nothing is told twice, nothing is missed.
 */

export type Asked = {
  readonly method: string;
  /** With parameters filled in, and the query. */
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
};

export type Answered = { readonly status: number; readonly body: unknown };

export type StreamEvent = { readonly id: string; readonly type: string; readonly data: unknown };

export type StreamState = 'open' | 'again' | 'over';

export type Following = {
  readonly path: string;
  readonly signal: AbortSignal;
  readonly on: (event: StreamEvent) => void;
  readonly state?: (state: StreamState) => void;
};

/** `range`: as the header of that name has it. */
export type Fetching = { readonly path: string; readonly range?: string; readonly signal?: AbortSignal };

export type Sending = {
  readonly path: string;
  readonly method: string;
  readonly file: File;
  readonly signal: AbortSignal;
  /** How many bytes of it are sent. */
  readonly progress: (sent: number) => void;
};

export type Saving = { readonly path: string; readonly name: string };

export type Transport = {
  /** Does it act for somebody who is signed in? Else for whoever holds a token, who has no account here. */
  readonly signedIn: boolean;
  /** Where the engine is, for addresses that people copy. */
  readonly origin: string;
  readonly ask: (asked: Asked) => Promise<Answered>;
  /** Asks for a stream that is told once, and not taken up again; what the engine answered, where it gives none. */
  readonly listen: (asked: Asked) => Promise<AsyncIterable<StreamEvent> | Answered>;
  /** Gives what the engine sends to the person as a file. */
  readonly save: (saving: Saving) => Promise<void>;
  /** What the engine sends, as bytes. */
  readonly bytes: (fetching: Fetching) => Promise<{ readonly status: number; readonly bytes: Uint8Array }>;
  /** Puts a file there, as it is read from the disk. */
  readonly upload: (sending: Sending) => Promise<Answered>;
  /** Resolves when the stream is over: the engine said so, or the signal did. */
  readonly follow: (following: Following) => Promise<void>;
};

/** The engine could not be reached: nothing is known of what became of the call. */
export class Unreached extends Error {
  override readonly name = 'Unreached';
}
