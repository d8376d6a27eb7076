/**
 * Files that come with messages: kept in the project by the power lent to the trigger, before the message that names them.
 *
 * CF1 A message takes what the same owner sent to the same chat, and nothing else of the project: the owner is part of the
 *     folder, as a hash.
 * CF2 What comes within a message is kept once the message fits, and not before.
 */

import { createHash, randomBytes } from 'node:crypto';
import { bad, type ChatAsk, type ChatFile, good, type Problem, problem, type Result } from '@headgate/core';
import { plainName, triggerFiles } from '../trigger-files.ts';
import type { ChatAt } from './place.ts';

type Upload = NonNullable<ChatAsk['within']>[number];
/** A file that fits, at the place where it will stand. */
export type Judged = { readonly file: ChatFile; readonly bytes: Uint8Array };

/** What who sent it called it, without what keeps files of one name apart. */
const nameIn = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/^[0-9a-f]{18}-/, '');

const NO_FILES = problem('chat.kind', 'This chat takes no files of yours');

const fits = (type: string, kinds: readonly string[]): boolean =>
  kinds.some((kind) => (kind.endsWith('/*') ? type.startsWith(kind.slice(0, -1)) : type === kind));

export const chatFiles = (d: Parameters<typeof triggerFiles>[0]) => {
  const keepFile = triggerFiles(d);

  const folderOf = ({ folder, flow, owner }: ChatAt): string =>
    `${folder}${createHash('sha256').update(`${flow}\n${owner}`).digest('hex').slice(0, 32)}/`;

  return {
    /** The files of a message, as the run is given them. */
    given: async (at: ChatAt, paths: readonly string[]): Promise<Result<readonly ChatFile[]>> => {
      const all: ChatFile[] = [];
      // It may have taken files when this one was sent.
      if (paths.length > 0 && at.look.files === null) return bad(NO_FILES);
      for (const path of paths) {
        const mine = path.startsWith(folderOf(at));
        const row = mine ? await d.store.in(at.workspace).files.at(at.target.row.project, path) : null;
        if (row === null) return bad(problem('chat.file', 'A file of this message was not sent to this chat'));
        all.push({ path, name: nameIn(path), size: row.size, type: row.type });
      }
      return good(all);
    },

    /** What the file will be, once it is kept; nothing is kept yet. */
    judge: (at: ChatAt, file: Upload): Result<Judged> => {
      const takes = at.look.files;
      const type = file.type.split(';')[0]?.trim().toLowerCase() ?? '';
      if (takes === null) return bad(NO_FILES);
      if (!fits(type, takes.kinds)) return bad(problem('chat.kind', 'This chat takes no files of this kind'));
      if (file.bytes.length > takes.size)
        return bad(problem('chat.size', `A file may have ${takes.size / 1024 / 1024} MB here`));
      const name = plainName(file.name);
      const path = `${folderOf(at)}${randomBytes(9).toString('hex')}-${name}`;
      return good({ file: { path, name, size: file.bytes.length, type }, bytes: file.bytes });
    },

    /** Keeps what was judged; why not, or null. */
    keep: (at: ChatAt, { file: { path, type }, bytes }: Judged): Promise<Problem | null> =>
      keepFile(at, { path, type, bytes }),
  };
};
