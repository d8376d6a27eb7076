/**
 * Connections that are agreed to on another device (RFC 8628): a code is shown, and the service is asked now and then whether
 * it was typed in. In memory alone: after a restart one begins again.
 *
 * DV1 One question at a time for a connection, and only as often as the service said; beginning again ends the one before.
 */

import { bad, type ConnectNext, good, type Principal, type Problem, type Result } from '@headgate/core';
import { mayAsk } from '../may-ask.ts';
import { askServer, askToken, refusalOf, type TokenSaid } from '../oauth-call.ts';
import { CLOSED, type ConnectDeps, failed } from './failed.ts';
import type { Opened } from './shelf.ts';

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const SECOND = 1_000;
const USUAL = 5;
const LONGEST = 30 * 60;

/** What is shown and what is asked with, read; null: the answer is none. */
const readDevice = (said: Readonly<Record<string, unknown>>) => {
  const { device_code: device, user_code: code, verification_uri: url, expires_in: lasts, interval } = said;
  const complete = said['verification_uri_complete'];
  if (typeof device !== 'string' || device === '' || device.length > 4_000) return null;
  if (typeof code !== 'string' || !/^[\x21-\x7e]([\x20-\x7e]{0,62}[\x21-\x7e])?$/.test(code)) return null;
  if (typeof url !== 'string' || !isPage(url)) return null;
  return {
    ...{ device, code, url },
    complete: typeof complete === 'string' && isPage(complete) ? complete : null,
    lasts: between(lasts, 10, LONGEST, 600) * SECOND,
    interval: between(interval, 1, 60, USUAL) * SECOND,
  };
};

/** It becomes a link: an address of the web, and nothing that runs. */
const isPage = (url: string): boolean =>
  url.length <= 2_000 && URL.canParse(url) && ['https:', 'http:'].includes(new URL(url).protocol);

const between = (value: unknown, least: number, most: number, usual: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : usual;

type Take = (who: Principal, of: Opened, asked: number, said: TokenSaid) => Promise<Problem | null>;

export class Devices {
  readonly #d: ConnectDeps;
  readonly #take: Take;
  /** What ends the asking of each. */
  readonly #open = new Map<string, () => void>();

  constructor(d: ConnectDeps, take: Take) {
    this.#d = d;
    this.#take = take;
  }

  /** Nobody waits for it any more. */
  forget(id: string): void {
    this.#open.get(id)?.();
    this.#open.delete(id);
  }

  async begin(who: Principal, of: Opened): Promise<Result<ConnectNext>> {
    const { deviceUrl, scope } = of.held;
    if (deviceUrl === undefined) return bad(failed(of, { why: 'it names no deviceUrl', again: 'no' }));
    const object = `${of.at.name} at ${new URL(deviceUrl).origin}`;
    const deed = { workspace: of.workspace, actor: who.id, action: 'connection.device', object, run: null, step: null };
    if (!(await mayAsk(this.#d, deviceUrl, deed))) return bad(failed(of, CLOSED));
    const came = await askServer(this.#d.door, deviceUrl, of.held, { scope, client_id: of.held.clientId });
    if ('why' in came) return bad(failed(of, came));
    if (came.status < 200 || came.status > 299) return bad(failed(of, refusalOf(came)));
    const read = readDevice(came.said);
    if (read === null) return bad(failed(of, { why: 'its answer holds no code for a device', again: 'no' }));
    this.forget(of.id);
    const until = this.#d.now() + read.lasts;
    const { device, interval, url, code, complete } = read;
    this.#wait(who, of, { device, until }, interval);
    return good({ next: 'device', url, code, complete, until });
  }

  #wait(
    who: Principal,
    of: Opened,
    asked: { readonly device: string; readonly until: number },
    interval: number,
  ): void {
    const due = this.#d.now() + interval;
    if (due >= asked.until) return this.forget(of.id);
    const cancel = this.#d.at(due, () => {
      this.#ask(who, of, asked, interval, cancel).catch((error: unknown) =>
        this.#d.report('a connection by a code for a device could not be asked for', { error: String(error) }),
      );
    });
    this.#open.set(of.id, cancel);
  }

  async #ask(
    who: Principal,
    of: Opened,
    asked: { readonly device: string; readonly until: number },
    interval: number,
    turn: () => void,
  ): Promise<void> {
    const at = this.#d.now();
    const said = await askToken(this.#d.door, of.held.tokenUrl, of.held, {
      grant_type: GRANT,
      device_code: asked.device,
      client_id: of.held.clientId,
    });
    // It was begun again, or ended, while this one was asked for.
    if (this.#open.get(of.id) !== turn) return;
    if ('why' in said) {
      if (said.code === 'slow_down') return this.#wait(who, of, asked, interval + USUAL * SECOND);
      if (said.code === 'authorization_pending' || said.again === 'yes') return this.#wait(who, of, asked, interval);
      this.forget(of.id);
      return this.#d.report('a connection by a code for a device came to nothing', { name: of.at.name, why: said.why });
    }
    this.forget(of.id);
    const wrong = await this.#take(who, of, at, said);
    if (wrong !== null) this.#d.report('a connection could not be kept', { name: of.at.name, code: wrong.code });
  }
}
