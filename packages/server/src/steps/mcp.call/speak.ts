/**
 * What a client of an MCP server over streamable HTTP says and hears, in both eras of the protocol: 2026-07-28, in which every
 * request stands by itself, and 2025-11-25, which begins with a greeting and may have a session. It goes through the net power
 * that the step was lent; it opens no connection, and offers the server nothing: no sampling, no roots, no elicitation.
 *
 * MK1 Nothing of who started the run goes along: what is sent is the call, and the secret that the step names (MCP-03).
 * MK2 What a server says is data, and bounded: so many tools, so many pages, one answer a request.
 */

import {
  type Can,
  isObject,
  LISTING,
  type Net,
  type NetAnswer,
  type Problem,
  problem,
  readValues,
  toolServerOf,
} from '@headgate/core/step';

export const MODERN = '2026-07-28';
const LEGACY = '2025-11-25';
const CLIENT = { name: 'headgate', version: '1' };
const META = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientInfo': CLIENT,
  'io.modelcontextprotocol/clientCapabilities': {},
};
/** Error codes by which a server of an earlier era refuses a request of this one (JSON-RPC, and the protocol's own). */
const OTHER_ERA: ReadonlySet<unknown> = new Set([-32_000, -32_001, -32_022, -32_600, -32_601, -32_004]);
/** Statuses by which a server, or what stands before it, does not let in who asks (RFC 9110). */
const SHUT: ReadonlySet<number> = new Set([401, 403]);

export type Place = {
  readonly url: string;
  readonly secret?: string | undefined;
  readonly timeout?: number | undefined;
};
type Failed = { readonly problem: Problem; readonly sent: 'no' | 'maybe' };
type Heard = { readonly result: Record<string, unknown> } | Failed;
type Method = 'tools/list' | 'tools/call';
export type Ask = (method: Method, params: Record<string, unknown>, more?: Record<string, string>) => Promise<Heard>;
/** A session of a server of 2025-11-25 ends by itself: to end it would be another method, and another power to ask for. */
export type Session = { readonly ask: Ask };

const answerless = (text: string): Problem =>
  problem('mcp.answer', text, {
    retry: 'no',
    fix: 'Look whether the address is that of an MCP server over streamable HTTP.',
  });

/** The JSON-RPC message that answers this id, out of JSON or out of a stream of events. */
const messageOf = ({ headers, body }: NetAnswer, id: number): Record<string, unknown> | undefined => {
  const answers = (one: unknown): one is Record<string, unknown> =>
    isObject(one) && one['id'] === id && ('result' in one || 'error' in one);
  if (typeof body !== 'string' || !/^text\/event-stream\b/i.test(headers['content-type'] ?? ''))
    return answers(body) ? body : undefined;
  for (const frame of body.split(/\r?\n\r?\n/)) {
    const data = frame
      .split(/\r?\n/)
      .flatMap((line) => (line.startsWith('data:') ? [line.slice(5).trimStart()] : []))
      .join('\n');
    const read = data === '' ? null : readValues(data, 'The answer');
    if (read?.ok === true && answers(read.value)) return read.value;
  }
  return undefined;
};

/** The error of an answer, when it is one by which a server says that it speaks the other era. */
const saysOtherEra = (answer: NetAnswer, id: number): boolean => {
  const { status, body } = answer;
  if (SHUT.has(status)) return false;
  const error = messageOf(answer, id)?.['error'] ?? (isObject(body) ? body['error'] : undefined);
  if (isObject(error)) return OTHER_ERA.has(error['code']);
  return [400, 404, 405, 406].includes(status);
};

/** Why a server did not let who asked in; undefined: that is not what it said. */
const shutOut = ({ status }: NetAnswer, secret: string | undefined): Problem | undefined => {
  if (!SHUT.has(status)) return undefined;
  const fix =
    secret === undefined
      ? 'Name in `secret` the secret or the connection that this server knows you by.'
      : `Look whether the secret ${secret} is the one for this server, and still good there, or name another in \`secret\`.`;
  return problem('mcp.secret', `The server does not let in who asks (status ${status}).`, {
    ...{ at: { field: 'with.secret' }, retry: 'no' as const },
    fix,
  });
};

const heardOf = (answer: NetAnswer, id: number, secret: string | undefined): Heard => {
  const shut = shutOut(answer, secret);
  if (shut !== undefined) return { problem: shut, sent: 'maybe' };
  const message = messageOf(answer, id);
  if (message === undefined) {
    const text =
      answer.status >= 200 && answer.status < 300
        ? 'The server did not answer with a JSON-RPC message.'
        : `The server answered with status ${answer.status}.`;
    return { problem: answerless(text), sent: 'maybe' };
  }
  const { result, error } = message;
  if (isObject(result)) return { result };
  const said = isObject(error) && typeof error['message'] === 'string' ? error['message'].slice(0, 1_000) : 'no reason';
  const code = isObject(error) && typeof error['code'] === 'number' ? ` (${error['code']})` : '';
  return {
    problem: problem('mcp.refused', `The server refused the request${code}: ${said}`, { retry: 'no' }),
    sent: 'maybe',
  };
};

/**
 * Begins to speak with a server: one at an address, or a program that the administrator of the machine registered, with which the
 * engine speaks. `tool`: the one that its power is for; left out: all of them are listed.
 */
export const beginWith = async (
  can: Pick<Can, 'net' | 'toolServers'>,
  place: Place,
  tool = LISTING,
): Promise<Session | Failed> => {
  const server = toolServerOf(place.url);
  if (server === undefined) return begin(can.net, place);
  if (place.secret !== undefined)
    return {
      problem: problem('mcp.secret', 'A tool server of this machine is given its secrets where it is registered', {
        at: { field: 'with.secret' },
        retry: 'no',
        fix: 'Take `secret` out.',
      }),
      sent: 'no',
    };
  const { timeout } = place;
  return {
    ask: (method, params) =>
      can.toolServers.ask({ server, method, tool, params, ...(timeout === undefined ? {} : { timeout }) }),
  };
};

/** What it is asked first says which era it is of. */
const begin = async (net: Net, place: Place): Promise<Session | Failed> => {
  let id = 0;
  const send = (message: Record<string, unknown>, headers: Record<string, string>) =>
    net.request({
      method: 'POST',
      url: place.url,
      headers: { accept: 'application/json, text/event-stream', ...headers },
      body: { jsonrpc: '2.0', ...message },
      ...(place.secret === undefined ? {} : { secret: place.secret }),
      ...(place.timeout === undefined ? {} : { timeout: place.timeout }),
    });
  const modern = (method: string, params: Record<string, unknown>, more: Record<string, string> = {}) => {
    const headers = { 'mcp-protocol-version': MODERN, 'mcp-method': method, ...more };
    return send({ id: (id += 1), method, params: { ...params, _meta: META } }, headers);
  };
  const first = await modern('server/discover', {});
  if ('problem' in first) return first;
  if (!saysOtherEra(first, id)) {
    const heard = heardOf(first, id, place.secret);
    if ('problem' in heard) return { ...heard, sent: 'no' };
    const ask: Ask = async (method, params, more) => {
      const answer = await modern(method, params, more);
      return 'problem' in answer ? answer : heardOf(answer, id, place.secret);
    };
    return { ask };
  }
  const hello = { protocolVersion: LEGACY, capabilities: {}, clientInfo: CLIENT };
  const greeted = await send({ id: (id += 1), method: 'initialize', params: hello }, {});
  if ('problem' in greeted) return greeted;
  const heard = heardOf(greeted, id, place.secret);
  if ('problem' in heard) return { ...heard, sent: 'no' };
  const { protocolVersion } = heard.result;
  const session = greeted.headers['mcp-session-id'];
  const headers = {
    'mcp-protocol-version': typeof protocolVersion === 'string' ? protocolVersion.slice(0, 40) : LEGACY,
    ...(session === undefined ? {} : { 'mcp-session-id': session }),
  };
  const ready = await send({ method: 'notifications/initialized' }, headers);
  if ('problem' in ready) return { ...ready, sent: 'no' };
  const ask: Ask = async (method, params) => {
    const answer = await send({ id: (id += 1), method, params }, headers);
    return 'problem' in answer ? answer : heardOf(answer, id, place.secret);
  };
  return { ask };
};
