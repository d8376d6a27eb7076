/** The rows of questions to people, written in the transaction of the run that asks them (commit.ts). */

import type { DatabaseSync } from 'node:sqlite';
import type { AskWrite } from '../ask.ts';
import { askNotices } from './notice-rows.ts';

/** A question with where it belongs; or: all that are open of a run that is over. */
export type AskOf =
  | {
      readonly workspace: string;
      readonly project: string;
      readonly flow: string;
      readonly run: string;
      readonly ask: AskWrite;
    }
  | { readonly run: string; readonly over: number };

export const askWriter = (database: DatabaseSync): ((of: AskOf) => void) => {
  const put = database.prepare(
    `insert into ask (id, workspace, project, flow, run, step, item, title, state, opened, deadline, ended)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (id) do update set state = excluded.state, ended = excluded.ended`,
  );
  const putWho = database.prepare(
    'insert into ask_who (ask, workspace, kind, name) values (?, ?, ?, ?) on conflict do nothing',
  );
  const putLink = database.prepare(
    'insert into ask_link (hash, ask, workspace, person) values (?, ?, ?, ?) on conflict do nothing',
  );
  const close = database.prepare("update ask set state = 'gone', ended = ? where run = ? and state = 'open'");
  const notices = askNotices(database);
  return (of) => {
    if ('over' in of) {
      close.run(of.over, of.run);
      notices.over(of.run, of.over);
      return;
    }
    const { workspace, ask } = of;
    const { id, step, item, title, state, opened, deadline, ended } = ask;
    put.run(id, workspace, of.project, of.flow, of.run, step, item, title, state, opened, deadline, ended);
    let others = false;
    for (const { kind, name } of ask.who) others = putWho.run(id, workspace, kind, name).changes === 1 || others;
    for (const user of ask.not)
      if (putWho.run(id, workspace, 'not', user).changes === 1) notices.passed(id, user, ended ?? opened);
    if (state !== 'open') notices.over(of.run, ended ?? opened);
    else if (others) notices.more(id);
    for (const { hash, person } of ask.links) putLink.run(hash, id, workspace, person);
  };
};
