/**
 * From the stream of an answer to its body: decompressed, counted, kept in memory or streamed to a sink.
 *
 * B1 `maxBytes` bounds what arrives (exchange.ts) and what comes out of decompression (here), so that a small answer
 *    cannot become a large one. One coding is undone; a pile of them is refused, as each multiplies.
 * B2 Memory is bounded by `inlineBytes` when there is a sink, by `maxBytes` otherwise: the sink's pace is the network's.
 * B3 A sink that was opened gets exactly one of `end` and `abort`.
 */

import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import type { BodySink, OutBody } from './door.ts';
import { type Head, Oversize } from './exchange.ts';
import type { Stop } from './stop.ts';

export type Wanted = { readonly maxBytes: number; readonly inlineBytes: number; readonly sink?: () => BodySink };

/** What the caller's sink threw; passed through to the caller as it came. */
export class SinkError extends Error {}

/** The codings cannot be undone within the bounds. */
export class Undecodable extends Error {}

/** Reads the body to its end. `method`, because what answers HEAD has headers of a body and none. */
export const collect = async (head: Head, method: string, wanted: Wanted, stop: Stop): Promise<OutBody> => {
  const chunks: Buffer[] = [];
  let size = 0;
  let sink: BodySink | undefined;
  const open = wanted.sink;
  try {
    const coding = method === 'HEAD' ? null : codingOf(head);
    const source: AsyncIterable<Buffer> = coding === null ? head.body : decoded(head.body, coding);
    if (coding !== null) {
      delete head.headers['content-encoding'];
      delete head.headers['content-length'];
    }
    if (Number(head.headers['content-length']) > wanted.maxBytes && method !== 'HEAD' && head.status !== 304)
      throw new Oversize();
    for await (const chunk of source) {
      size += chunk.length;
      if (size > wanted.maxBytes) throw new Oversize();
      if (sink === undefined && open !== undefined && (size > wanted.inlineBytes || !isText(head))) {
        sink = await fromSink(async () => open());
        for (const early of chunks.splice(0)) await pour(sink, early, stop);
      }
      if (sink === undefined) chunks.push(chunk);
      else await pour(sink, chunk, stop);
    }
    if (sink === undefined)
      return { kind: 'bytes', bytes: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks) };
    const whole = sink;
    sink = undefined;
    return { kind: 'blob', ...(await fromSink(() => whole.end())) };
  } catch (error) {
    head.body.destroy();
    const partial = sink;
    if (partial !== undefined) await fromSink(() => partial.abort());
    throw error;
  }
};

const pour = async (sink: BodySink, chunk: Buffer, stop: Stop): Promise<void> => {
  if (chunk.length > 0) await stop.race(fromSink(async () => sink.write(chunk)));
};

const fromSink = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (cause) {
    throw new SinkError('the sink of a body failed', { cause });
  }
};

const TEXT =
  /^(text\/|application\/(.+\+)?(json|xml|yaml|javascript|graphql|x-ndjson|x-www-form-urlencoded|jwt|toml|x-yaml|sql)\b|image\/svg\+xml)/i;

/** Whether a type is text; an answer that names none counts as text. */
const isText = ({ headers }: Head): boolean => {
  const type = headers['content-type'];
  return type === undefined || TEXT.test(String(type));
};

type Coding = 'gzip' | 'deflate' | 'br';

/** The coding to undo. One we do not know is left on, together with its header: the caller may have asked for it. */
const codingOf = ({ status, headers }: Head): Coding | null => {
  const codings = String(headers['content-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > 1) throw new Undecodable();
  if (status === 204 || status === 304) return null;
  switch (codings[0]) {
    case 'gzip':
    case 'x-gzip':
      return 'gzip';
    case 'deflate':
      return 'deflate';
    case 'br':
      return 'br';
    default:
      return null;
  }
};

const CHUNK = { chunkSize: 65_536 };

/** The first byte tells deflate with its wrapper (RFC 1950) from bare deflate, which some servers send under that name. */
const decoderOf = (coding: Coding, first: Buffer): Transform => {
  switch (coding) {
    case 'gzip':
      return createGunzip(CHUNK);
    case 'br':
      return createBrotliDecompress(CHUNK);
    case 'deflate':
      return ((first[0] ?? 0) & 0x0f) === 8 ? createInflate(CHUNK) : createInflateRaw(CHUNK);
  }
};

async function* decoded(body: Readable, coding: Coding): AsyncGenerator<Buffer> {
  const chunks: AsyncIterator<Buffer> = body[Symbol.asyncIterator]();
  const first = await chunks.next();
  // An empty body is a valid answer under any coding.
  if (first.done) return;
  const decoder = decoderOf(coding, first.value);
  const encoded = async function* () {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => chunks };
  };
  // Errors of either side end the decoder, and reach whoever reads it.
  pipeline(encoded, decoder, () => undefined);
  yield* decoder;
}
