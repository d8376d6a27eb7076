/** Rows of what members are told of, written in the transaction of what causes them (commit.ts). */

import type { DatabaseSync } from 'node:sqlite';
import type { NoticeWrite } from '../notice.ts';

export const noticeWriter = (database: DatabaseSync): ((notice: NoticeWrite) => boolean) => {
  const put = database.prepare(
    `insert into notice (id, workspace, kind, project, flow, run, ask, name, code, tell, grp, mailed, at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing`,
  );
  return (n) =>
    put.run(
      ...[n.id, n.workspace, n.kind, n.project, n.flow, n.run, n.ask, n.name, n.code],
      ...[JSON.stringify(n.tell), n.grp, n.mailed ? 1 : 0, n.at],
    ).changes === 1;
};

/**
 * What a question does to what is told of it: somebody is asked besides, so that he is told, too; or it is over, and needs
 * nobody any more: no letter of it leaves.
 */
export const askNotices = (database: DatabaseSync) => {
  const again = database.prepare("update notice set spread = 0 where ask = ? and kind = 'ask.waiting'");
  const quiet = database.prepare(
    `update notice_for set read = coalesce(read, ?), mail = case when mail = 'due' then 'none' else mail end
     where notice in (select n.id from notice n join ask a on a.id = n.ask where a.run = ? and a.state <> 'open') and (read is null or mail = 'due')`,
  );
  const passed = database.prepare(
    `update notice_for set read = coalesce(read, ?), mail = case when mail = 'due' then 'none' else mail end
     where "user" = ? and notice in (select id from notice where ask = ?)`,
  );
  return {
    /** There are others who are asked. */
    more: (ask: string): void => void again.run(ask),
    /** Those of this run that are over. */
    over: (run: string, at: number): void => void quiet.run(at, run),
    /** One account answered, or handed it on. */
    passed: (ask: string, user: string, at: number): void => void passed.run(at, user, ask),
  };
};
