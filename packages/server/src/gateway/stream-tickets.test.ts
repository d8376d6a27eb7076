/** How many tickets for streams there are, and whose make room: opening them over HTTP is test/attacks/tickets.test.ts. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '@headgate/core';
import { startServer, type TestServer } from '../../../../test/fixtures/server.ts';
import { StreamTickets } from './stream-tickets.ts';

let server: TestServer;
let ms = 1;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const open = () => {
  const tickets = new StreamTickets({ clock: () => ms, vault: server.house.store.credentials });
  const make = (workspace: string, id: string): string | null => {
    const who: Principal = { kind: 'key', id, workspace, permissions: ['run.read'] };
    return tickets.make('/path', who, () => Promise.resolve({ who }))?.plain ?? null;
  };
  /** Made by as many keys as it takes. */
  const many = (workspace: string, count: number): (string | null)[] =>
    Array.from({ length: count }, (_, i) => make(workspace, `${workspace}_key${Math.floor(i / 100)}`));
  const opens = (plain: string | null): boolean => plain !== null && tickets.take(plain, '/path') !== undefined;
  return { make, many, opens };
};

describe('DOS-08 tickets that are kept', () => {
  test('DOS-08 a principal has a hundred, a workspace a thousand, and another workspace goes on', () => {
    const { make, many, opens } = open();
    const all = many('crowd', 1_000);
    expect(all).not.toContain(null);
    expect(make('crowd', 'crowd_key0')).toBeNull();
    expect(make('crowd', 'crowd_late')).toBeNull();
    expect(opens(make('quiet', 'quiet_key'))).toBe(true);
    // One that is used makes room, and so does time.
    expect(opens(all[5] ?? null)).toBe(true);
    expect(make('crowd', 'crowd_late')).not.toBeNull();
    ms += 30_001;
    expect(opens(all[6] ?? null)).toBe(false);
    expect(opens(make('crowd', 'crowd_key0'))).toBe(true);
  });

  test('DOS-08 where all are taken, the oldest of the workspace with the most makes room', () => {
    const { make, many, opens } = open();
    const quiet = make('quiet', 'quiet_key');
    const full = Array.from({ length: 10 }, (_, i) => many(`full${i}`, i === 3 ? 1_000 : 999));
    many('rest', 8);
    const late = make('late', 'late_key');
    expect([opens(late), opens(quiet)]).toEqual([true, true]);
    expect(full.map((one) => opens(one[0] ?? null))).toEqual(full.map((_, i) => i !== 3));
  });
});
