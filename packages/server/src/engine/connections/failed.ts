/** What the ways to connect share: what they are given, and how it is told that one led nowhere. */

import { problem, type Problem } from '@headgate/core';
import type { Door } from '../../egress/door.ts';
import type { AskDeps } from '../may-ask.ts';
import type { NotSaid } from '../oauth-call.ts';
import type { Opened, Shelf } from './shelf.ts';

export type ConnectDeps = AskDeps & {
  readonly door: Door;
  readonly shelf: Shelf;
  readonly learn: () => Promise<void>;
  readonly at: (due: number, wake: () => void) => () => void;
  readonly report: (text: string, data: Record<string, unknown>) => void;
  /** Where services send browsers back to. */
  readonly back: string;
};

/** The policy of the workspace is against it. */
export const CLOSED = { why: 'this workspace may not reach it', again: 'no' } as const;

export const failed = (of: Opened, { why, again }: Pick<NotSaid, 'why' | 'again'>): Problem =>
  problem(
    'connection.failed',
    `No token for the connection ${of.at.name} came from ${new URL(of.held.tokenUrl).origin}: ${why}`,
    {
      fix: 'See that the addresses, the client and its secret are those that the service gave.',
      retry: again === 'after' ? 'yes' : again,
    },
  );
