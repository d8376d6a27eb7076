/**
 * The access token of a connection at the moment of a call: the one it holds, or a fresh one.
 *
 * RN1 However many runs need one connection's token at a time, it is renewed once: who comes while it is asked for gets the
 *     same answer, and who read an older version before reads it anew before he would ask.
 * RN2 What the service answered is sealed and durable before it is used. If the server stops between the answer and the
 *     record, a service that replaces refresh tokens has replaced one that nobody has: that a renewal was asked for is on
 *     record, so that the refusal of the next one says what happened.
 * RN3 A refusal for good is kept: nothing is asked for again until somebody connects anew, and it is told of once.
 * RN4 The guard knows a token before anybody uses it.
 */

import { bad, good, problem, type Problem, reconnectNeeded, type Result } from '@headgate/core';
import type { Door } from '../../egress/door.ts';
import { type AskDeps, mayAsk } from '../may-ask.ts';
import { askToken, type NotSaid } from '../oauth-call.ts';
import { reconnectNotice } from '../notices.ts';
import type { TokenAsk } from '../tokens.ts';
import { CLOSED } from './failed.ts';
import { liveToken, renewalOf, withoutTokens, withTokens } from './next.ts';
import type { Opened, Shelf } from './shelf.ts';

type Deps = AskDeps & {
  readonly door: Door;
  readonly shelf: Shelf;
  /** Has the guard take up what the vault holds now. */
  readonly learn: () => Promise<void>;
  /** A connection was found not to hold any more. */
  readonly lost: (ask: TokenAsk, of: Opened, why: Problem) => void;
};

/** Codes after which asking again cannot help. */
const FINAL: ReadonlySet<string> = new Set([
  ...['invalid_grant', 'invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'invalid_scope'],
  'access_denied',
]);

export class Renewals {
  readonly #deps: Deps;
  readonly #asking = new Map<string, Promise<Result<string>>>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * The token of now. `refused`: one that the service did not take a moment ago. Problems: `connection.unconnected`,
   * `connection.reconnect`, `secret.token`.
   */
  async get(ask: TokenAsk, of: Opened, refused?: string): Promise<Result<string>> {
    const live = liveToken(of.held, this.#deps.now(), refused);
    if (live !== null) return good(live);
    for (;;) {
      const asking = this.#asking.get(of.id);
      if (asking === undefined) break;
      const got = await asking;
      // It may have been asked for by who did not know yet that this one is refused.
      if (!got.ok || got.value !== refused) return got;
    }
    const renewal = this.#renew(ask, of, refused).finally(() => this.#asking.delete(of.id));
    this.#asking.set(of.id, renewal);
    return renewal;
  }

  async #renew(ask: TokenAsk, before: Opened, refused: string | undefined): Promise<Result<string>> {
    const { door, shelf, now, learn } = this.#deps;
    const of = await shelf.read(before.workspace, before.at);
    if (of === null || of.id !== before.id) return bad(unconnected(ask.name));
    const { held } = of;
    if (held.refused !== undefined) return bad(at(reconnectNeeded(ask.name, held.refused)));
    const live = liveToken(held, now(), refused);
    if (live !== null) return good(live);
    const fields = renewalOf(held);
    if (fields === null)
      return held.access === undefined
        ? bad(unconnected(ask.name))
        : this.#lose(ask, of, held.access === refused ? 'refused' : 'expired');
    const { origin } = new URL(held.tokenUrl);
    const { workspace, principal: actor, run, step } = ask;
    const object = `${ask.name} at ${origin}`;
    const may = await mayAsk(this.#deps, held.tokenUrl, {
      ...{ workspace, actor, action: 'connection.renew', object, run, step },
    });
    if (!may) return bad(noToken(ask.name, origin, CLOSED));
    const asked = now();
    const unanswered = await shelf.asking(of, asked);
    const said = await askToken(door, held.tokenUrl, held, fields);
    if ('why' in said) {
      // A server that says it has failed has refused nothing, whatever else it says.
      if (said.again === 'no' && said.code !== null && FINAL.has(said.code))
        return this.#lose(ask, of, unanswered && said.code === 'invalid_grant' ? 'lost' : said.code);
      if (said.answered) await shelf.asking(of, null);
      return bad(noToken(ask.name, origin, said));
    }
    const kept = await shelf.write(of, withTokens(held, said, asked));
    await learn();
    if (kept !== null) return good(said.token);
    // Somebody connected it anew, or ended it, meanwhile: what they made counts.
    const left = await shelf.read(of.workspace, of.at);
    const theirs = left === null ? null : liveToken(left.held, now(), refused);
    return theirs === null ? bad(unconnected(ask.name)) : good(theirs);
  }

  async #lose(ask: TokenAsk, of: Opened, why: string): Promise<Result<string>> {
    const key = `${of.id}:${of.version + 1}`;
    const notice = reconnectNotice(ask, ask.name, key, why, this.#deps.now());
    const kept = await this.#deps.shelf.write(of, withoutTokens(of.held, why), undefined, notice);
    const told = reconnectNeeded(ask.name, why);
    if (kept !== null) {
      await this.#deps.learn();
      this.#deps.lost(ask, kept, told);
    }
    return bad(at(told));
  }
}

const at = (of: Problem): Problem => ({ ...of, at: { field: 'with.secret' } });

export const unconnected = (name: string): Problem =>
  problem('connection.unconnected', `Nobody has agreed to the connection ${name} yet`, {
    at: { field: 'with.secret' },
    fix: 'Connect it: Trust, Connections, Connect; or headgate connection connect NAME.',
  });

const noToken = (name: string, origin: string, { why, again }: Pick<NotSaid, 'why' | 'again'>): Problem =>
  problem('secret.token', `No token for the connection ${name} came from ${origin}: ${why}`, {
    at: { field: 'with.secret' },
    fix: 'See that the service is up and may be reached; the connection itself holds.',
    retry: again === 'after' ? 'yes' : again,
  });
