/**
 * The command line as a client of a running server: the same API, the same key, the same permissions as any other.
 *
 * CL1 The key is read from a file and sent in a header; it is in no argument and no address.
 */

import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { bad, good, type Problem, problem, type Result } from '@headgate/core';
import { readText } from './files.ts';

export type Client = {
  /** The JSON of a 2xx answer, or the Problem of any other. */
  readonly call: (method: string, path: string, body?: unknown) => Promise<Result<unknown>>;
};

const NEXT = 'Is the server running? Start it with: headgate start';

/** A client of the server at `url` with the key in `keyFile`. */
export const openClient = (url: string, keyFile: string): Result<Client> => {
  const text = readText(keyFile);
  if (!text.ok) return bad({ ...text.problem, fix: 'Give --key-file with the file that holds your API key (headgate superuser makes one).' });
  const key = text.value.trim();
  return good({ call: (method, path, body) => call(new URL(path, url), key, method, body) });
};

const call = (url: URL, key: string, method: string, body: unknown): Promise<Result<unknown>> =>
  new Promise((resolve) => {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(
      url,
      { method, headers: { 'x-api-key': key, accept: 'application/json', ...(payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }) } },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => resolve(read(response.statusCode ?? 0, Buffer.concat(parts).toString('utf8'))));
        response.on('error', (error) => resolve(bad(problem('client.broken', `The answer broke off (${error.message})`, { fix: NEXT }))));
      },
    );
    request.on('error', (error) => resolve(bad(problem('client.unreachable', `No answer from ${url.origin} (${error.message})`, { fix: NEXT }))));
    request.end(payload);
  });

const read = (status: number, text: string): Result<unknown> => {
  let value: unknown = null;
  try {
    value = text === '' ? null : JSON.parse(text);
  } catch {
    return bad(problem('client.answer', `The server answered ${status} with something that is not JSON`, { fix: 'Is this the address of a Headgate server? See --url.' }));
  }
  if (status >= 200 && status < 300) return good(value);
  const given = value as Partial<Problem> | null;
  return bad({ retry: 'no', code: given?.code ?? `http.${status}`, text: given?.text ?? `The server answered ${status}`, ...(given?.at === undefined ? {} : { at: given.at }), ...(given?.fix === undefined ? {} : { fix: given.fix }) });
};
