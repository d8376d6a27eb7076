/**
 * The guard, as the engine builds it: it knows the values that are secret here and the shapes of keys, offers `redact` and
 * `window`, and no way to read what it knows. Filled from the vault by the engine alone; filled again whenever a secret
 * changes. Before that, and with no secret at all, it hides shapes.
 */

import { constants, gunzipSync } from 'node:zlib';
import {
  type Beside,
  type GuardPort,
  Matcher,
  type Reader,
  type RedactWindow,
  type Secret,
  shortSecret,
  type Unpack,
} from '@headgate/core';

/** Node writes the lower bytes of a text faster than the language can. */
const lowBytes = (text: string, into: Uint8Array): void => {
  Buffer.prototype.latin1Write.call(into, text, 0, text.length);
};

/** As far as it goes: of what is cut off, or broken further on, the beginning can be read by anybody. */
const PARTLY = { finishFlush: constants.Z_SYNC_FLUSH };

const unpack: Unpack = (base64, most) => {
  try {
    return {
      text: gunzipSync(Buffer.from(base64, 'base64'), { ...PARTLY, maxOutputLength: Math.max(1, most) }).toString(
        'utf8',
      ),
    };
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE' ? 'much' : 'none';
  }
};

export class KnownValues implements GuardPort {
  #matcher = new Matcher([], lowBytes, unpack);

  #generation = 0;
  #turn = 0;
  #latest: Promise<void> = Promise.resolve();

  /**
   * Takes the place of everything known before. A value alone has no name that could be shown. Others get their turn
   * between the steps of many secrets; of two calls at a time the later one counts, and both end with it.
   */
  learn(secrets: readonly (Secret | string)[]): Promise<void> {
    this.#turn += 1;
    this.#latest = this.#learn(this.#turn, secrets);
    return this.#latest;
  }

  async #learn(turn: number, secrets: readonly (Secret | string)[]): Promise<void> {
    const named = secrets.map((one) => (typeof one === 'string' ? { name: '', value: one } : one));
    const steps = Matcher.steps(named, lowBytes, unpack);
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) {
        this.#matcher = step.value;
        this.#generation += 1;
        return;
      }
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (turn !== this.#turn) return this.#latest;
    }
  }

  /** Raised whenever something else is known: what was judged before that was judged by less. */
  get generation(): number {
    return this.#generation;
  }

  /** Is this value hidden, or too short to be? For the engine alone, which holds the value anyway. */
  hides(value: string): boolean {
    return shortSecret(value) !== null || this.#matcher.redact(value) !== value;
  }

  redact(text: string, reader?: Reader): string {
    return this.#matcher.redact(text, reader);
  }

  window(reader?: Reader): RedactWindow {
    return this.#matcher.window(reader);
  }

  frames(reader?: Reader, beside?: Beside): RedactWindow {
    return this.#matcher.frames(reader, beside);
  }
}
