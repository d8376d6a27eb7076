/** Files of projects: written as they come, handed out behind the guard. Opening content is the engine's. */

import type { Principal } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { FileRow } from '../../store/file.ts';
import { attachment, nameOf } from '../attachment.ts';
import { type ByteRange, byteRange } from '../byte-range.ts';
import { isClear } from '../file-content.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { type Content, give, MISSING, nothing, refuse, type Refused } from '../outcome.ts';
import { projectOf } from '../places.ts';
import { takeIn } from '../uploads.ts';
import { Waiting } from '../waiting.ts';

const PAGE = 100;
/** Bytes of one file. */
const LARGEST = 16 * 1024 ** 3;
/** Bytes of one range: it is held in memory while the guard looks at it. */
const PART = 4 * 1024 ** 2;
/** Bytes before and after a range that the guard looks at with it: longer than any value, however it is written. */
const AROUND = 256 * 1024;
/** Ranges held at once. */
const PARTS = 16;

const shown = ({ id, path, size, type, plain, hash, version, by, created, updated }: FileRow) => ({
  id,
  path,
  size,
  type,
  text: plain,
  tag: hash.slice(0, 32),
  version,
  by,
  created: new Date(created).toISOString(),
  updated: new Date(updated).toISOString(),
});

const MEDIA_TYPE = /^[a-z0-9!#$&^_.+-]{1,100}\/[a-z0-9!#$&^_.+-]{1,100}$/;

/** The media type alone, in lower case; what cannot be read is bytes. */
const typeOf = (header: string | undefined): string => {
  const type = (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return MEDIA_TYPE.test(type) ? type : 'application/octet-stream';
};

const textFrom = (text: string): string => Buffer.from(text, 'base64url').toString('utf8');

export const fileRoutes = ({ gate }: Lodge): readonly Route[] => {
  const transfers = new Waiting(gate.limit.transfers);
  const parts = new Waiting(PARTS);
  const filesOf = (who: Principal) => gate.store.in(who.workspace).files;
  const busy = refuse('requests.limit', 'Too many files of this key are on their way at this moment');

  /** One range, after the guard has looked at it and what is around it. */
  const part = async (who: Principal, row: FileRow, { from, to }: ByteRange, headers: Content['headers']) => {
    const start = Math.max(0, from - AROUND);
    const got = await gate.engine.files.read(who.workspace, row, start, Math.min(row.size, to + AROUND));
    if (!got.ok) return { refused: got.problem };
    const pieces: Uint8Array[] = [];
    for await (const piece of got.value.bytes) pieces.push(piece);
    const whole = Buffer.concat(pieces);
    if (!isClear(gate.guard, { workspace: who.workspace }, whole, row.plain)) return refuse('file.hidden');
    const bytes = whole.subarray(from - start, to - start);
    return {
      status: 206,
      bytes: (async function* () {
        yield bytes;
      })(),
      plain: row.plain,
      judged: true,
      headers: {
        ...headers,
        'content-range': `bytes ${from}-${to - 1}/${row.size}`,
        'content-length': String(bytes.length),
      },
    } satisfies Content;
  };

  return [
    implement(ROUTES.putFile, async ({ who, query, request }) => {
      const leave = transfers.enter(who.id);
      if (leave === undefined) return busy;
      try {
        const files = filesOf(who);
        const room = gate.engine.files.room(who.workspace);
        const sink = () => files.sink();
        const came = await takeIn({ body: request.raw, sink, room, most: LARGEST });
        if ('refused' in came) return came;
        const made = await files.put({
          id: gate.newId('file_'),
          project: projectOf(query),
          path: query.path,
          type: typeOf(request.headers['content-type']),
          content: came.content,
          by: who.user ?? who.id,
          at: gate.clock(),
          ...(query.only === undefined ? {} : { only: query.only === 'new' ? 'new' : Number(query.only) }),
        });
        if (made === 'missing') return MISSING;
        return made === 'taken' ? refuse('file.taken') : give(200, shown(made));
      } finally {
        leave();
      }
    }),

    implement(ROUTES.listFiles, async ({ who, query }) => {
      const { prefix, text, path, cursor, limit = PAGE } = query;
      const project = projectOf(query);
      if (path !== undefined) {
        const row = await filesOf(who).at(project, path);
        return give(200, { files: row === null ? [] : [shown(row)] });
      }
      const rows = await filesOf(who).list({
        project,
        limit: limit + 1,
        ...(prefix === undefined ? {} : { prefix: prefix.normalize('NFC') }),
        ...(text === undefined ? {} : { text }),
        ...(cursor === undefined ? {} : { after: textFrom(cursor) }),
      });
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      return give(200, {
        files: rows.slice(0, limit).map(shown),
        ...(last === undefined ? {} : { next: Buffer.from(last.path).toString('base64url') }),
      });
    }),

    implement(ROUTES.listFolder, async ({ who, query }) => {
      const { folder = '', cursor, limit = PAGE } = query;
      const entries = await filesOf(who).folder({
        ...{ project: projectOf(query), folder, limit: limit + 1 },
        ...(cursor === undefined ? {} : { after: textFrom(cursor) }),
      });
      const some = entries.slice(0, limit);
      const last = entries.length > limit ? some.at(-1) : undefined;
      const path = last === undefined ? '' : 'file' in last ? last.file.path : last.folder;
      return give(200, {
        folders: some.flatMap((one) => ('folder' in one ? nameOf(one.folder.slice(0, -1)) : [])),
        files: some.flatMap((one) => ('file' in one ? [shown(one.file)] : [])),
        ...(path === '' ? {} : { next: Buffer.from(path).toString('base64url') }),
      });
    }),

    implement(ROUTES.moveFile, async ({ who, params, query, body }) => {
      const moved = await filesOf(who).move({
        ...{ project: projectOf(query), id: params.id, path: body.path },
        ...{ by: who.user ?? who.id, at: gate.clock() },
      });
      if (moved === null) return MISSING;
      return moved === 'taken' ? refuse('file.taken') : give(200, shown(moved));
    }),

    implement(ROUTES.getFile, async ({ who, params, query }) => {
      const row = await filesOf(who).get(projectOf(query), params.id);
      return row === null ? MISSING : give(200, shown(row));
    }),

    implement(
      ROUTES.downloadFile,
      async ({ who, params, query, request }): Promise<Content | Refused | ReturnType<typeof nothing>> => {
        const row = await filesOf(who).get(projectOf(query), params.id);
        if (row === null) return MISSING;
        const tag = `"${row.hash.slice(0, 32)}"`;
        const headers = {
          etag: tag,
          'accept-ranges': 'bytes',
          'content-disposition': gate.guard.redact(attachment(row.path), { workspace: who.workspace }),
        };
        const { 'if-none-match': known, 'if-range': only, range } = request.headers;
        if (known === tag) return { ...nothing(304), headers };
        if (request.method === 'HEAD') return { ...nothing(200), headers };
        const asked = only === undefined || only === tag ? byteRange(range, row.size, PART) : null;
        if (asked === undefined) return refuse('file.range', `The file has ${row.size} bytes and no such range`);
        const leave = transfers.enter(who.id);
        if (leave === undefined) return busy;
        if (asked !== null) {
          const done = parts.enter('');
          try {
            return done === undefined ? busy : await part(who, row, asked, headers);
          } finally {
            done?.();
            leave();
          }
        }
        const got = await gate.engine.files.read(who.workspace, row, 0, row.size);
        if (!got.ok) {
          leave();
          return { refused: got.problem };
        }
        const over = (): void => {
          leave();
          void got.value.close();
        };
        return { status: 200, bytes: got.value.bytes, plain: row.plain, headers, left: over };
      },
    ),

    implement(ROUTES.deleteFile, async ({ who, params, query }) =>
      (await filesOf(who).remove(projectOf(query), params.id)) === null ? MISSING : nothing(),
    ),
  ];
};
