/**
 * The command line as a client of a running server: the same API, the same key, the same permissions as any other.
 *
 * CL1 The key is read from a file and sent in a header; it is in no argument and no address.
 * CL2 The key goes to the address given and no further: redirects are not followed.
 */

import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { bad, good, type Problem, problem, type Result } from '@headgate/core';
import { readText } from './files.ts';

/** The JSON of a 2xx answer, or every Problem of any other. */
export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Bytes to send. `size` null: not known beforehand. */
export type Upload = { readonly bytes: Readable; readonly size: number | null; readonly type: string };

export type Client = {
  readonly call: (method: string, path: string, body?: unknown) => Promise<Answer>;
  /** Sends bytes as they are, as they come. */
  readonly send: (method: string, path: string, upload: Upload) => Promise<Answer>;
  /** Hands the bytes of a 2xx answer to `into`, as they come. */
  readonly fetch: (path: string, into: (bytes: Readable) => Promise<void>) => Promise<Answer>;
};

/** An API key, or an engine token. */
const KEY = /^(hg_[A-Za-z0-9_-]{20,}|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/;
const KEY_FIX = 'Give --key-file with the file that holds your API key; headgate superuser makes one.';
const NEXT = 'Is the server running (headgate start), and is this its address (--url)?';
/** A server that says nothing for so long is not going to. */
const PATIENCE = 60_000;

/** A client of the server at `url` with the key in `keyFile`. */
export const openClient = (url: string, keyFile: string): Result<Client> => {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return bad(usage('--url', 'expected an http or https address, such as http://localhost:7860'));
  const base = new URL(url);
  if (base.username !== '' || base.password !== '' || base.search !== '')
    return bad(usage('--url', 'an address holds no user, password or query', KEY_FIX));
  const text = readText(keyFile);
  if (!text.ok) return bad({ ...text.problem, at: { field: '--key-file' }, fix: KEY_FIX });
  const key = text.value.trim();
  if (!KEY.test(key))
    return bad(
      usage('--key-file', `${keyFile} holds neither an API key (they begin with hg_) nor an engine token`, KEY_FIX),
    );
  const under = base.pathname.replace(/\/+$/, '');
  const at = (path: string): URL => new URL(under + path, base);
  return good({
    call: (method, path, body) => call(at(path), key, method, jsonOf(body)),
    send: (method, path, upload) => call(at(path), key, method, upload),
    fetch: (path, into) => call(at(path), key, 'GET', null, into),
  });
};

const usage = (field: string, text: string, fix?: string): Problem =>
  problem('usage', text, { at: { field }, ...(fix === undefined ? {} : { fix }) });

const jsonOf = (body: unknown): Upload | null => {
  if (body === undefined) return null;
  const text = Buffer.from(JSON.stringify(body));
  return { bytes: Readable.from([text], { objectMode: false }), size: text.length, type: 'application/json' };
};

const isThere = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST';
const THERE = problem('file.there', 'A file of this name is here already, and is left as it is', {
  fix: 'Give another name with `--out FILE`, or `--out -` to print it.',
});

const call = (
  url: URL,
  key: string,
  method: string,
  payload: Upload | null,
  into?: (bytes: Readable) => Promise<void>,
): Promise<Answer> =>
  new Promise((resolve) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const fail = (code: string, text: string): void =>
      resolve({ ok: false, problems: [problem(code, text, { fix: NEXT })] });
    const type = payload === null ? {} : { 'content-type': payload.type };
    const length = payload === null || payload.size === null ? {} : { 'content-length': payload.size };
    const headers = { 'x-api-key': key, accept: into === undefined ? 'application/json' : '*/*', ...type, ...length };
    const request = send(url, { method, headers, timeout: PATIENCE }, (response) => {
      if (into !== undefined && Math.floor((response.statusCode ?? 0) / 100) === 2) {
        into(response).then(
          () => resolve({ ok: true, value: null }),
          (error: unknown) =>
            isThere(error)
              ? resolve({ ok: false, problems: [THERE] })
              : fail('client.broken', `The answer broke off (${String(error)})`),
        );
        return;
      }
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve(read(response.statusCode ?? 0, Buffer.concat(parts).toString('utf8'))));
      response.on('error', (error) => fail('client.broken', `The answer broke off (${error.message})`));
    });
    request.on('timeout', () => request.destroy(new Error(`nothing for ${PATIENCE / 1000} s`)));
    request.on('error', (error) => fail('client.unreachable', `No answer from ${url.origin} (${why(error)})`));
    if (payload === null) request.end();
    else
      pipeline(payload.bytes, request).catch((error: unknown) => {
        // What broke on the server's side has been told already, by its answer or by its silence.
        if (payload.bytes.errored !== null) fail('file.unreadable', `The file cannot be read (${String(error)})`);
      });
  });

/** Node gives several attempts (IPv6, IPv4) one error without a message. */
const why = (error: Error): string => ('code' in error && error.message === '' ? String(error.code) : error.message);

const read = (status: number, text: string): Answer => {
  let value: unknown = null;
  try {
    value = text === '' ? null : JSON.parse(text);
  } catch {
    const said = `The server answered ${status} with something that is not JSON`;
    return {
      ok: false,
      problems: [problem('client.answer', said, { fix: 'Is this the address of a Headgate server?' })],
    };
  }
  return status >= 200 && status < 300 ? { ok: true, value } : { ok: false, problems: refusal(status, value) };
};

/** A refusal is a Problem, and may bring a list of them, or of powers that are missing. */
const refusal = (status: number, value: unknown): readonly Problem[] => {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Partial<Problem> & {
    readonly problems?: readonly Problem[];
    readonly missing?: readonly { readonly step: string; readonly power: string }[];
  }; // parse boundary: what a server says of itself, for showing
  const { problems = [], missing = [] } = given;
  if (problems.length > 0) return problems;
  const lines = missing.map((one) => `\n  ${one.step}=${one.power}`);
  const head = problem(
    given.code ?? `http.${status}`,
    `${given.text ?? `The server answered ${status}`}${lines.join('')}`,
  );
  const more = {
    ...(given.at === undefined ? {} : { at: given.at }),
    ...(given.fix === undefined ? {} : { fix: given.fix }),
  };
  return [{ ...head, ...more }];
};
