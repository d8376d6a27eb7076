/**
 * JSON-RPC with one tool server that is a program, in lines, as a client of MCP speaks over stdio: of 2026-07-28, in which every
 * request says what it speaks, or of 2025-11-25, which begins with a greeting.
 *
 * TK1 It offers the server nothing: what the server asks (sampling, roots, elicitation) is refused, and so many times only.
 * TK2 Nothing of who started the run goes along but the call itself (MCP-03).
 * TK3 What is no message is passed over, but not without end; an answer that nobody waits for is none.
 */

import { isObject, type Problem, problem, readValues } from '@headgate/core';
import { type StdioEnd, StdioProcess, type StdioSpec } from '../../sandbox/stdio.ts';

const MODERN = '2026-07-28';
const LEGACY = '2025-11-25';
const CLIENT = { name: 'headgate', version: '1' };
const META = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientInfo': CLIENT,
  'io.modelcontextprotocol/clientCapabilities': {},
};
/** Milliseconds: what a server of the earlier era is given to say that it does not know the other, and to greet. */
const DISCOVER = 5_000;
const GREET = 30_000;
/** Milliseconds for its launcher to lock it. */
const START = 60_000;
/** Messages between two answers that nobody waited for. */
const UNASKED = 2_000;
/** Questions at a time. */
const MOST = 64;
const NOT_OFFERED = -32_601;

export type Heard =
  | { readonly result: Record<string, unknown> }
  | { readonly problem: Problem; readonly sent: 'no' | 'maybe' };

type Asked = { readonly signal: AbortSignal; readonly timeout: number };
type Waiter = (heard: Heard) => void;

const refused = (code: string, text: string, fix?: string, sent: 'no' | 'maybe' = 'maybe'): Heard => ({
  problem: problem(code, text, { retry: 'no', ...(fix === undefined ? {} : { fix }) }),
  sent,
});

const LOCK_FIX =
  'On the server: headgate doctor says what is missing. It takes a Linux of 5.13 or newer with Landlock and seccomp, on x64 or arm64.';

export class Talk {
  readonly name: string;
  readonly process: StdioProcess;
  readonly #waiting = new Map<number, Waiter>();
  readonly #greeted: Promise<Heard>;
  #begin: () => void = () => undefined;
  #modern = false;
  #last = 0;
  #unasked = 0;
  #end: StdioEnd | null = null;

  constructor(
    name: string,
    spec: StdioSpec,
    namespaces: boolean,
    o: { readonly errors: (text: string) => void; readonly ended: (end: StdioEnd) => void; readonly idle: () => void },
  ) {
    this.name = name;
    const up = new Promise<void>((resolve) => {
      this.#begin = resolve;
    });
    this.process = new StdioProcess(spec, namespaces, {
      up: () => this.#begin(),
      line: (line) => this.#hear(line),
      errors: o.errors,
      end: (end) => {
        this.#end = end;
        this.#begin();
        for (const answer of [...this.#waiting.values()]) answer(this.#over());
        o.ended(end);
      },
    });
    this.#idle = o.idle;
    const slow = setTimeout(
      () => this.process.end({ how: 'unlocked', text: 'its launcher did not come up in time' }),
      START,
    );
    this.#greeted = up.then(() => {
      clearTimeout(slow);
      return this.#greet();
    });
  }

  readonly #idle: () => void;

  get busy(): number {
    return this.#waiting.size;
  }

  get over(): boolean {
    return this.#end !== null;
  }

  /** Asks; it rejects never. Past its time the whole program is ended; a question that is called off is taken back. */
  async ask(method: string, params: Record<string, unknown>, o: Asked): Promise<Heard> {
    const greeted = await Promise.race([this.#greeted, off(o.signal)]);
    if (greeted !== null && 'problem' in greeted) return greeted;
    if (greeted === null || o.signal.aborted)
      return refused('mcp.cancelled', 'The call was taken back', undefined, 'no');
    if (this.#waiting.size >= MOST)
      return {
        problem: problem('mcp.busy', `The tool server ${this.name} has ${MOST} calls under way`, { retry: 'yes' }),
        sent: 'no',
      };
    return this.#request(method, this.#modern ? { ...params, _meta: META } : params, o, () => {
      const text = `The tool server ${this.name} did not answer within ${o.timeout / 1_000} s, and was ended`;
      this.process.end({ how: 'ended', text: 'it did not answer in time' });
      return refused('mcp.timeout', text, 'Give it more time where it is registered, or in `timeout`.');
    });
  }

  #over(): Heard {
    const { how, text } = this.#end ?? { how: 'ended', text: 'it ended' };
    return how === 'unlocked'
      ? refused('mcp.unlocked', `The tool server ${this.name} was not started: ${text}`, LOCK_FIX, 'no')
      : refused(
          'mcp.ended',
          `The tool server ${this.name} is gone: ${text}`,
          'Its log lines stand in the log of the server.',
        );
  }

  /** Whichever answers first says which era it is. One that is only slow may still answer what it was asked first. */
  async #greet(): Promise<Heard> {
    if (this.#end !== null) return this.#over();
    const o = { signal: new AbortController().signal, timeout: GREET };
    const late = (): Heard =>
      refused('mcp.timeout', `The tool server ${this.name} did not greet in time`, undefined, 'no');
    const discovered = this.#request('server/discover', { _meta: META }, o, late);
    const modern = discovered.then((heard) => 'result' in heard && speaksModern(heard.result));
    const hello = { protocolVersion: LEGACY, capabilities: {}, clientInfo: CLIENT };
    this.#modern = await within(DISCOVER, modern);
    if (this.#modern) return discovered;
    if (this.#end !== null) return notSent(this.#over());
    const initialized = this.#request('initialize', hello, o, late);
    const greeted = initialized.then((heard) => ('result' in heard ? false : modern));
    this.#modern = await Promise.race([modern.then((yes) => (yes ? true : greeted)), greeted]);
    if (this.#modern) return discovered;
    const heard = await initialized;
    if ('result' in heard) this.#say({ method: 'notifications/initialized' });
    else this.process.end({ how: 'ended', text: 'it did not greet' });
    return notSent(heard);
  }

  #request(method: string, params: Record<string, unknown>, o: Asked, late: () => Heard): Promise<Heard> {
    if (this.#end !== null) return Promise.resolve(this.#over());
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve) => {
      const answer: Waiter = (heard) => {
        clearTimeout(timer);
        o.signal.removeEventListener('abort', off);
        this.#waiting.delete(id);
        resolve(heard);
        if (this.#waiting.size === 0) this.#idle();
      };
      const timer = setTimeout(() => answer(late()), o.timeout);
      const off = (): void => {
        this.#say({ method: 'notifications/cancelled', params: { requestId: id, reason: 'taken back' } });
        answer(refused('mcp.cancelled', 'The call was taken back'));
      };
      o.signal.addEventListener('abort', off, { once: true });
      this.#waiting.set(id, answer);
      this.#say({ id, method, params });
    });
  }

  #say(message: object): void {
    this.process.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
  }

  #hear(line: string): void {
    const read = readValues(line, 'The message');
    const message = read?.ok === true && isObject(read.value) ? read.value : {};
    const { id, method, result, error } = message;
    const answer = typeof id === 'number' && method === undefined ? this.#waiting.get(id) : undefined;
    if (answer !== undefined && (isObject(result) || isObject(error))) {
      this.#unasked = 0;
      this.process.answered();
      return answer(isObject(result) ? { result } : this.#refusal(error));
    }
    this.#unasked += 1;
    if (this.#unasked > UNASKED)
      return this.process.end({ how: 'loud', text: 'it says what nobody asked, without end' });
    if (typeof method !== 'string' || (typeof id !== 'number' && typeof id !== 'string')) return;
    if (method === 'ping') this.#say({ id, result: {} });
    else this.#say({ id, error: { code: NOT_OFFERED, message: 'This client offers nothing to be asked for' } });
  }

  #refusal(error: unknown): Heard {
    const { code, message } = isObject(error) ? error : {};
    const said = typeof message === 'string' ? message.slice(0, 1_000) : 'no reason';
    return refused(
      'mcp.refused',
      `The server refused the request${typeof code === 'number' ? ` (${code})` : ''}: ${said}`,
    );
  }
}

const speaksModern = ({ supportedVersions }: Record<string, unknown>): boolean =>
  !Array.isArray(supportedVersions) || supportedVersions.includes(MODERN);

/** What it comes to within so many milliseconds; else false, whatever it comes to later. */
const within = async (ms: number, asked: Promise<boolean>): Promise<boolean> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
};

/** Resolves when the signal says so, with nothing; never when it does not. */
const off = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });

const notSent = (heard: Heard): Heard => ('problem' in heard ? { ...heard, sent: 'no' } : heard);
