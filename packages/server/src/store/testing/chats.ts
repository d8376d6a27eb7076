/** A session of the victim with a turn and a summary, and every method about them asked about one (scope.test.ts). */

import type { WorkspaceStore } from '../ports.ts';
import { NOW } from './kit.ts';
import { type Names, VICTIM } from './names.ts';

const chatOf = (n: Names) => ({ flow: n.flow, owner: `user:${n.user}`, name: `session of ${n.flow}` });
const agentOf = (n: Names) => ({ flow: n.flow, owner: `${n.user}/agent/default/agent`, name: 'shared' });
const turnOf = (n: Names) => ({
  ...{ run: `chat_${n.run}`, user: { id: `asked_${n.flow}`, said: { text: 'x' } }, reply: { id: `reply_${n.flow}` } },
  ...{ at: NOW, expires: NOW * 2 },
});

const keptOf = (n: Names) => ({
  ...{ id: `kept_${n.flow}`, run: n.run, asked: { text: 'x' }, answered: { text: 'y' }, at: NOW, expires: NOW * 2 },
});

export const fillChats = async (victim: WorkspaceStore): Promise<void> => {
  const chat = await victim.chats.open(chatOf(VICTIM), { id: 'chat_of_v', title: 'of v', at: NOW, expires: NOW * 2 });
  await victim.chats.ask(chat?.id ?? '', turnOf(VICTIM));
  await victim.memories.keep(agentOf(VICTIM), 'chat_agent_v', { ...keptOf(VICTIM), id: 'kept_by_agent' });
  await victim.memories.sum('chat_of_v', 'agent', { upto: 1, said: 'of v', at: NOW });
};

/** In this order: what is removed is looked for before. */
export const CHAT_CASES: Readonly<Record<string, (w: WorkspaceStore, n: Names) => Promise<unknown>>> = {
  'chats.open': (w, n) =>
    w.chats.open({ ...chatOf(n), name: 'new' }, { id: `chat_${n.flow}`, title: 'stolen', at: NOW, expires: NOW * 2 }),
  'memories.chatOf': (w, n) => w.memories.chatOf(turnOf(n).run),
  'memories.keep': (w, n) => w.memories.keep(chatOf(n), `chat_of_${n.flow}`, keptOf(n)),
  'memories.summary': (w) => w.memories.summary('chat_of_v', 'agent'),
  'memories.sum': (w) => w.memories.sum('chat_of_v', 'agent', { upto: 9, said: 'stolen', at: NOW }),
  'memories.list': (w, n) => w.memories.list({ flow: n.flow, owners: null, limit: 9, now: NOW }),
  'memories.held': (w, n) => w.memories.held(n.flow, 'chat_agent_v', NOW),
  'memories.drop': (w, n) => w.memories.drop(n.flow, 'chat_agent_v'),
  'chats.session': (w, n) => w.chats.session(chatOf(n), NOW),
  'chats.sessions': (w, n) => w.chats.sessions(n.flow, chatOf(n).owner, 9, NOW),
  'chats.messages': (w) => w.chats.messages('chat_of_v', 9),
  'chats.message': (w, n) => w.chats.message(n.flow, chatOf(n).owner, turnOf(n).reply.id, NOW),
  'chats.rename': (w, n) => w.chats.rename(chatOf(n), 'Stolen', NOW),
  'chats.renew': (w, n) => w.chats.renew(chatOf(n), chatOf(n).name, NOW),
  'chats.vote': (w, n) => w.chats.vote(n.flow, chatOf(n).owner, turnOf(n).reply.id, -1, 'stolen'),
  'chats.ask': (w, n) =>
    w.chats.ask('chat_of_v', { ...turnOf(n), user: { id: 'asked_x', said: 'x' }, reply: { id: 'reply_x' } }),
  'chats.settle': (w, n) => w.chats.settle(turnOf(n).reply.id, 'stolen'),
  'chats.unask': (w, n) => w.chats.unask(turnOf(n).run),
  'chats.remove': (w, n) => w.chats.remove(chatOf(n)),
};
