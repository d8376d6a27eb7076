/**
 * Files of one workspace. Content comes in through a sink, sealed and synced before any name leads to it; a name is one row,
 * put and taken in one transaction with the count of stored bytes.
 *
 * FL1 Content is found by a keyed hash of it, so that a workspace stores the same bytes once; what one workspace holds tells
 *     nothing of another, nor does the database tell what a file holds.
 * FL2 A blob is unlinked when neither a file nor a run refers to it any more: a run keeps what it read, whatever becomes of
 *     the name.
 * FL3 No configuration changes with a file: nothing that is kept in memory is forgotten for it.
 */

import { createHmac } from 'node:crypto';
import type { Selectable, Transaction } from 'kysely';
import type { FileRow, FileStore } from '../file.ts';
import type { Blobs } from '../files/blobs.ts';
import type { Ground } from '../ground.ts';
import type { Tables } from '../schema/tables.ts';
import { folderOf, search } from './folder.ts';
import { hkdf } from '../vault-seal/keyring.ts';

/** What stands for all files of a workspace among the runs that refer to blobs. No run has this id. */
export const FILES = 'files';

/**
 * After a prefix, it sorts after every path that begins with it: texts are compared by their UTF-8, and no path is as long as
 * this, so that not even one of the last character there is comes after it.
 */
const BEYOND = '\u{10ffff}'.repeat(1_025);

/** Younger content may be about to get its name. */
const LOST_AGE = 60 * 60 * 1000;

/** Lets go of content that a crash left without a name; how much of it. */
export const dropLost = async (ground: Ground, files: FileGround): Promise<number> => {
  const lost = await ground.db
    .selectFrom('blob_use')
    .innerJoin('blob', 'blob.id', 'blob_use.blob')
    .leftJoin('file', 'file.blob', 'blob.id')
    .select(['blob.id', 'blob.workspace'])
    .where('blob_use.run', '=', FILES)
    .where('blob.created', '<', ground.clock() - LOST_AGE)
    .where('file.id', 'is', null)
    .execute();
  for (const { id, workspace } of lost) await filesOf(ground, files, workspace).drop({ blob: id });
  return lost.length;
};

/** What the rows need beside the ground: where content goes, and who is told that bytes went. */
export type FileGround = {
  readonly sink: Blobs['sink'];
  readonly grew: (grown: readonly (readonly [workspace: string, bytes: number])[]) => void;
  /** Files of a workspace came, changed or went, by this process. */
  readonly touched: (workspace: string) => void;
};

/** What content of a workspace is found by. */
const key = (blobKey: Uint8Array, workspace: string): Uint8Array =>
  hkdf(blobKey, new Uint8Array(), `headgate file 1 ${JSON.stringify([workspace])}`);

const rowOf = ({ workspace: _tenant, plain, ...row }: Selectable<Tables['file']>): FileRow => ({
  ...row,
  plain: plain === 1,
});

export const filesOf = (ground: Ground, { sink, grew, touched }: FileGround, workspace: string): FileStore => {
  const { db, writer, ring, unlink } = ground;

  /** Ends the files' hold of a blob unless a file refers to it; what may be unlinked then. */
  const release = async (trx: Transaction<Tables>, blob: string): Promise<{ id: string; size: number }[]> => {
    const ours = await trx
      .selectFrom('blob')
      .leftJoin('file', 'file.blob', 'blob.id')
      .select('file.id as named')
      .where('blob.id', '=', blob)
      .where('blob.workspace', '=', workspace)
      .executeTakeFirst();
    if (ours === undefined || ours.named !== null) return [];
    await trx.deleteFrom('blob_use').where('blob', '=', blob).where('run', '=', FILES).execute();
    const used = await trx.selectFrom('blob_use').select('run').where('blob', '=', blob).executeTakeFirst();
    if (used !== undefined) return [];
    const gone = await trx
      .deleteFrom('blob')
      .where('id', '=', blob)
      .where('workspace', '=', workspace)
      .returning(['id', 'size'])
      .execute();
    const bytes = gone.reduce((sum, { size }) => sum + size, 0);
    if (bytes > 0)
      await trx
        .updateTable('stored')
        .set((eb) => ({ bytes: eb('bytes', '-', bytes) }))
        .where('workspace', '=', workspace)
        .execute();
    return gone;
  };

  /** One transaction, after which what it let go of is unlinked. */
  const change = async <T>(
    work: (trx: Transaction<Tables>, letGo: (blob: string) => Promise<void>) => Promise<T>,
  ): Promise<T> => {
    const gone: { id: string; size: number }[] = [];
    const result = await db.transaction().execute((trx) =>
      work(trx, async (blob) => {
        gone.push(...(await release(trx, blob)));
      }),
    );
    touched(workspace);
    if (gone.length > 0) {
      grew([[workspace, -gone.reduce((sum, { size }) => sum + size, 0)]]);
      await unlink(gone.map(({ id }) => id));
    }
    return result;
  };

  const one = async (project: string, column: 'id' | 'path', value: string): Promise<FileRow | null> => {
    const row = await db
      .selectFrom('file')
      .selectAll()
      .where('workspace', '=', workspace)
      .where('project', '=', project)
      .where(column, '=', value)
      .executeTakeFirst();
    return row === undefined ? null : rowOf(row);
  };

  return {
    get: (project, id) => one(project, 'id', id),
    at: (project, path) => one(project, 'path', path),
    list: async ({ project, prefix = '', text, after, limit }) => {
      if (text !== undefined) return (await search(db, workspace, { project, prefix, text, after, limit })).map(rowOf);
      let query = db
        .selectFrom('file')
        .selectAll()
        .where('workspace', '=', workspace)
        .where('project', '=', project)
        .orderBy('path')
        .limit(limit);
      if (prefix !== '') query = query.where('path', '>=', prefix).where('path', '<', prefix + BEYOND);
      if (after !== undefined) query = query.where('path', '>', after);
      return (await query.execute()).map(rowOf);
    },
    folder: (q) => folderOf(db, workspace, q, rowOf),
    sink: () => {
      const inner = sink(workspace, FILES);
      const hash = createHmac('sha256', key(ring.newestOf('blob', workspace), workspace));
      const text = new TextDecoder('utf-8', { fatal: true });
      let plain = true;
      const look = (chunk?: Uint8Array): void => {
        if (!plain) return;
        try {
          text.decode(chunk, { stream: chunk !== undefined });
          if (chunk?.includes(0) === true) plain = false;
        } catch {
          plain = false;
        }
      };
      return {
        add: (chunk) => {
          hash.update(chunk);
          look(chunk);
          return inner.write(chunk);
        },
        end: async () => {
          look();
          const { id, size } = await inner.end();
          await writer.barrier(writer.durable() + writer.pending());
          return { blob: id, size, hash: hash.digest('hex'), plain };
        },
        abort: inner.abort,
      };
    },
    put: (f) =>
      change(async (trx, letGo) => {
        const { project, path, content, type, by, at, only } = f;
        const there = await trx
          .selectFrom('project')
          .select('id')
          .where('workspace', '=', workspace)
          .where('id', '=', project)
          .executeTakeFirst();
        const known = await trx
          .selectFrom('file')
          .selectAll()
          .where('workspace', '=', workspace)
          .where('project', '=', project)
          .where('path', '=', path)
          .executeTakeFirst();
        const taken = only !== undefined && (only === 'new' ? known !== undefined : known?.version !== only);
        if (there === undefined || taken) {
          await letGo(content.blob);
          return there === undefined ? ('missing' as const) : ('taken' as const);
        }
        const same = await trx
          .selectFrom('file')
          .select('blob')
          .where('workspace', '=', workspace)
          .where('hash', '=', content.hash)
          .executeTakeFirst();
        const blob = same?.blob ?? content.blob;
        const values = {
          blob,
          hash: content.hash,
          size: content.size,
          type,
          plain: content.plain ? 1 : 0,
          version: (known?.version ?? 0) + 1,
          by,
          updated: at,
        };
        const row =
          known === undefined
            ? {
                id: f.id,
                workspace,
                project,
                path,
                created: at,
                ...values,
              }
            : { ...known, ...values };
        if (known === undefined) await trx.insertInto('file').values(row).execute();
        else await trx.updateTable('file').set(values).where('id', '=', known.id).execute();
        if (blob !== content.blob) await letGo(content.blob);
        if (known !== undefined && known.blob !== blob) await letGo(known.blob);
        return rowOf(row);
      }),
    drop: ({ blob }) => change((_trx, letGo) => letGo(blob)),
    move: async ({ project, id, path, by, at }) => {
      const moved = await db.transaction().execute(async (trx) => {
        const known = await trx
          .selectFrom('file')
          .selectAll()
          .where('workspace', '=', workspace)
          .where('project', '=', project)
          .where('id', '=', id)
          .executeTakeFirst();
        if (known === undefined) return null;
        if (known.path === path) return rowOf(known);
        const there = await trx
          .selectFrom('file')
          .select('id')
          .where('workspace', '=', workspace)
          .where('project', '=', project)
          .where('path', '=', path)
          .executeTakeFirst();
        if (there !== undefined) return 'taken';
        const values = { path, by, updated: at, version: known.version + 1 };
        await trx.updateTable('file').set(values).where('workspace', '=', workspace).where('id', '=', id).execute();
        return rowOf({ ...known, ...values });
      });
      touched(workspace);
      return moved;
    },
    remove: (project, id) =>
      change(async (trx, letGo) => {
        const gone = await trx
          .deleteFrom('file')
          .where('workspace', '=', workspace)
          .where('project', '=', project)
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst();
        if (gone === undefined) return null;
        await letGo(gone.blob);
        return rowOf(gone);
      }),
    isOf: async (run, blob) =>
      (await db
        .selectFrom('blob_use')
        .innerJoin('blob', 'blob.id', 'blob_use.blob')
        .select('blob.id')
        .where('blob.workspace', '=', workspace)
        .where('blob_use.run', '=', run)
        .where('blob_use.blob', '=', blob)
        .executeTakeFirst()) !== undefined,
    lend: (run, file) =>
      db.transaction().execute(async (trx) => {
        const now = await trx
          .selectFrom('file')
          .select('blob')
          .where('workspace', '=', workspace)
          .where('id', '=', file.id)
          .executeTakeFirst();
        const mine = await trx
          .selectFrom('run')
          .select('id')
          .where('workspace', '=', workspace)
          .where('id', '=', run)
          .executeTakeFirst();
        if (now?.blob !== file.blob || mine === undefined) return false;
        await trx
          .insertInto('blob_use')
          .values({ blob: file.blob, run })
          .onConflict((on) => on.doNothing())
          .execute();
        return true;
      }),
  };
};
