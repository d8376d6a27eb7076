/** Sessions and messages of chats, as Kysely sees them. */

import type { GeneratedAlways } from 'kysely';

export type ChatTables = {
  /** `owner`: who began it, and whose alone it is. `name`: what the owner calls it by. `title`: sealed. */
  chat_session: {
    id: string;
    workspace: string;
    flow: string;
    owner: string;
    name: string;
    title: Uint8Array;
    created: number;
    updated: number;
    expires: number;
    /** What agents keep in it. */
    bytes: number;
  };
  /** `box`: what was said, sealed; null: the answer is not there yet. `vote`: 1, 0 or -1. `words`: why, sealed. */
  chat_message: {
    n: GeneratedAlways<number>;
    id: string;
    workspace: string;
    session: string;
    role: string;
    run: string;
    box: Uint8Array | null;
    vote: number;
    words: Uint8Array | null;
    created: number;
  };
  /** `name`: the agent's. `upto`: the number of the last message in it. `box`: sealed. */
  chat_summary: {
    workspace: string;
    session: string;
    name: string;
    upto: number;
    box: Uint8Array;
    updated: number;
  };
};
