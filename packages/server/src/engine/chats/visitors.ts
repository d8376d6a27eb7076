/**
 * Visitors of public chats: people without an account, on the chat's own page or on a website that its trigger names. They
 * carry a ticket, which says who they are to this chat and nothing else.
 *
 * CV1 A ticket is bound to the flow and to the origin it was given to, and lasts a quarter of an hour; with it (or with one that ran
 *     out lately) a page gets the next one, so that a visitor keeps his sessions. It is no key: it opens this chat alone.
 * CV2 Whether the chat is for visitors, and for that origin, is asked at every use: what is taken back is gone at once.
 */

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { bad, type ChatBy, type ChatTicket, good, problem, type Result } from '@headgate/core';
import type { Store } from '../../store/ports.ts';
import type { Clock } from '../clock.ts';
import type { FindChat } from './place.ts';

/** How long a ticket lasts, and how long after that it still gets its visitor the next one. */
const LASTS = 15 * 60_000;
const KNOWN = 30 * 86_400_000;

/** The flow, the origin (null: a page of this server), the visitor, and until when. */
type Ticket = { readonly f: string; readonly o: string | null; readonly v: string; readonly e: number };

type Deps = {
  readonly store: Store;
  readonly clock: Clock;
  readonly find: FindChat;
  readonly stamp: (text: string) => string;
};

const UNKNOWN: Result<never> = bad(problem('flow.not_found', 'There is no such flow'));

export const chatVisitors = ({ store, clock, find, stamp }: Deps) => {
  const marked = (body: string): string => stamp(`chat.${body}`);

  const written = (ticket: Ticket): string => {
    const body = Buffer.from(JSON.stringify(ticket)).toString('base64url');
    return `${body}.${marked(body)}`;
  };

  /** Null: it is not ours. */
  const read = (text: string): Ticket | null => {
    const [body = '', mark = ''] = text.split('.');
    const [right, given] = [Buffer.from(marked(body)), Buffer.from(mark)];
    if (right.length !== given.length || !timingSafeEqual(right, given)) return null;
    return JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Ticket;
  };

  /** Who writes, to a chat that takes visitors. */
  const byOf = async (flow: string, visitor: string): Promise<ChatBy | null> => {
    const workspace = await store.publicFlow(flow);
    if (workspace === null) return null;
    const principal = { kind: 'visitor', id: 'visitor', workspace, permissions: ['run'] } as const;
    return { principal, owner: `visitor:${visitor}`, flow };
  };

  const opens = async (flow: string, origin: string): Promise<boolean> => {
    const by = await byOf(flow, '');
    const found = by === null ? UNKNOWN : await find(by);
    return found.ok && found.value.look.origins.includes(origin);
  };

  return {
    opens,

    admit: async (flow: string, origin: string | null, before: string | null): Promise<Result<ChatTicket>> => {
      const old = before === null ? null : read(before);
      const now = clock.now();
      const again = old !== null && old.f === flow && old.o === origin && old.e + KNOWN > now;
      const visitor = again ? old.v : randomBytes(18).toString('base64url');
      const by = await byOf(flow, visitor);
      const found = by === null ? UNKNOWN : await find(by);
      if (!found.ok) return found;
      const { look } = found.value;
      if (origin !== null && !look.origins.includes(origin)) return UNKNOWN;
      const until = now + LASTS;
      const ticket = written({ f: flow, o: origin, v: visitor, e: until });
      return good({ ticket, until: new Date(until).toISOString(), look });
    },

    visitor: async (flow: string, origin: string | null, ticket: string): Promise<ChatBy | null> => {
      const given = read(ticket);
      if (given === null || given.f !== flow || given.o !== origin || given.e <= clock.now()) return null;
      if (origin !== null && !(await opens(flow, origin))) return null;
      return byOf(flow, given.v);
    },
  };
};
