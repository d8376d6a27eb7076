/**
 * The guard: hides known secret values, in every form, and what has the shape of a key. One pass over a text finds both.
 *
 * It cannot be switched off, offers no way to read what it knows, and leaves a shape alone only for a reader who was
 * granted that shape by name; a known value never.
 *
 * MA1 What overlaps is hidden as one (RG1); clean text is returned as it is, uncopied.
 * MA2 Time is linear in the text, whatever the values and whatever the text (ND2, KY1).
 * MA3 Cutting a text into chunks anywhere changes nothing (window.ts).
 */

import { type Beside, Frames } from './frames.ts';
import { Keys, SHORTEST, wordMarks } from './keys.ts';
import { Needles, type Secret } from './needles.ts';
import { grown, joined, outgrown, type Reader, type Region, regionsOf } from './regions.ts';
import { packedIn, packedOpen, Room, type Unpack } from './packed.ts';
import { Repeats, type Skip } from './repeats.ts';
import { type Alarm, type LowBytes, lowBytes, Sieve } from './sieve.ts';
import { Window } from './window.ts';

/** `push` gives what may leave already; `end` gives the rest. */
export type RedactWindow = { readonly push: (chunk: string) => string; readonly end: () => string };

export type Guard = {
  /** The text without known values and keys. */
  readonly redact: (text: string, reader?: Reader) => string;
  /** The same for a text that comes in chunks. */
  readonly window: (reader?: Reader) => RedactWindow;
  /** The same for texts that come in frames: events, messages of a socket. */
  readonly frames: (reader?: Reader, beside?: Beside) => RedactWindow;
};

/** What stands in the place of a value under a secret's label, and of one whose secret has no name that can be shown. */
export const HIDDEN = '[hidden]';

/** What was found in a text: regions, and from where on it depends on what may come after the text. */
export type Judged = { readonly regions: readonly Region[]; readonly open: number };

export class Matcher implements Guard {
  readonly #needles: Needles;
  readonly #sieve: Sieve;
  readonly #labels = new Map<Secret, string>();

  readonly #unpack: Unpack | undefined;

  /** `copy`: how the host copies the low bytes of a text fastest; `unpack`: how it unpacks gzip, when it can. */
  constructor(
    secrets: readonly Secret[],
    copy: LowBytes = lowBytes,
    unpack?: Unpack,
    needles: Needles = last(Needles.steps(secrets)),
  ) {
    this.#unpack = unpack;
    this.#needles = needles;
    this.#sieve = new Sieve(needles.heads, wordMarks(), copy);
    for (const secret of secrets) this.#labels.set(secret, this.#labelOf(secret));
  }

  /** As the constructor, a few secrets at a step. */
  static *steps(secrets: readonly Secret[], copy: LowBytes, unpack?: Unpack): Generator<undefined, Matcher> {
    const needles = yield* Needles.steps(secrets);
    if (secrets.length > FEW) yield;
    return new Matcher(secrets, copy, unpack, needles);
  }

  redact(text: string, reader?: Reader): string {
    if (text.length < SHORTEST) return text;
    const { regions } = this.judge(text, 0, true, reader);
    if (regions.length === 0) return text;
    let made = '';
    let from = 0;
    for (const region of regions) {
      made += text.slice(from, region.start) + this.label(region, reader);
      from = region.end;
    }
    return made + text.slice(from);
  }

  /** Where something is hidden, and what is shown there; for whoever reports places and not the text. */
  find(text: string): readonly { readonly start: number; readonly end: number; readonly label: string }[] {
    if (text.length < SHORTEST) return [];
    const { regions } = this.judge(text, 0, true);
    return regions.map((region) => ({ start: region.start, end: region.end, label: this.label(region, undefined) }));
  }

  window(reader?: Reader): RedactWindow {
    return new Window(this, reader);
  }

  frames(reader?: Reader, beside?: Beside): RedactWindow {
    return new Frames(this, reader, beside);
  }

  /** Looks through a text; nothing is looked for that begins before `from`. `ended`: no more comes. */
  judge(text: string, from: number, ended: boolean, reader?: Reader): Judged {
    return this.#judge(text, from, ended, reader, null, 0);
  }

  #judge(
    text: string,
    from: number,
    ended: boolean,
    reader: Reader | undefined,
    room: Room | null,
    depth: number,
  ): Judged {
    const look = new Look(this.#needles, text, from, ended);
    this.#sieve.scan(text, look);
    look.keys.addresses();
    if (!ended) look.tail();
    const { values, keys } = look;
    const open = Math.min(look.open, keys.open, this.#packed(text, from, ended, values, room, depth));
    if (values.length === 0 && keys.found.length === 0) return { regions: NONE, open };
    const found = from === 0 ? keys.found : keys.found.filter(({ start }) => start >= from);
    return { regions: regionsOf(values, found, reader?.reveal), open };
  }

  /** Adds what is packed and holds a value; answers where something begins that may be packed and goes on. */
  #packed(text: string, from: number, ended: boolean, values: Region[], given: Room | null, depth: number): number {
    const unpack = this.#unpack;
    if (unpack === undefined || this.#needles.count === 0) return text.length;
    let room = given;
    for (const { start, end } of packedIn(text, from)) {
      room ??= new Room(text.length);
      const held = room.into(unpack, text.slice(start, end), depth, (inner) => this.#heldIn(inner, room, depth + 1));
      if (held === null) continue;
      const region = { mark: start, start, end, tail: null };
      values.push(
        held === 'hidden' ? { ...region, secret: null, kind: 'packed' } : { ...region, secret: held, kind: null },
      );
    }
    return ended ? text.length : packedOpen(text, from);
  }

  /** Whose value is in what was unpacked; `hidden`: in it lies what cannot be looked into. */
  #heldIn(inner: string, room: Room | null, depth: number): Secret | 'hidden' | null {
    const { regions } = this.#judge(inner, 0, true, undefined, room, depth);
    const known = regions.find(({ secret }) => secret !== null)?.secret ?? null;
    return known ?? (regions.some(({ kind }) => kind === 'packed') ? 'hidden' : null);
  }

  /** What is shown in the place of a region. */
  label({ secret, kind }: Region, reader: Reader | undefined): string {
    if (secret === null) return kind === 'packed' ? '[packed]' : `[key ${kind}]`;
    const foreign =
      reader?.workspace !== undefined && secret.workspace !== undefined && reader.workspace !== secret.workspace;
    return foreign ? NAMELESS : (this.#labels.get(secret) ?? NAMELESS);
  }

  /** `[secret NAME]`, unless that would itself tell a value. */
  #labelOf({ name }: Secret): string {
    for (const label of [name === '' ? NAMELESS : `[secret ${name}]`, NAMELESS])
      if (this.redact(label) === label) return label;
    return HIDDEN;
  }
}

const last = <T>(steps: Generator<undefined, T>): T => {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
};

/** So many are taken up at once. */
const FEW = 32;

const NAMELESS = '[secret]';
const NONE: readonly Region[] = [];
/** Beginnings shorter than what the sieve comes upon. */
const TAIL = 15;

/** One look through one text. */
class Look implements Alarm {
  readonly keys: Keys;
  /** Where known values stand; what overlaps is mostly one already. */
  readonly values: Region[] = [];
  /** The first place from where on the text is the beginning of a form, up to its end. */
  open: number;
  readonly #needles: Needles;
  readonly #text: string;
  readonly #from: number;
  readonly #ended: boolean;
  readonly #repeats: Repeats;
  /** Places before it need no look. */
  #next: number;

  constructor(needles: Needles, text: string, from: number, ended: boolean) {
    this.#needles = needles;
    this.#text = text;
    this.#from = from;
    this.#ended = ended;
    this.#repeats = new Repeats(text);
    this.#next = from;
    this.keys = new Keys(text);
    this.open = text.length;
  }

  eight(at: number, bits: number): void {
    // The earliest place first: what begins within a value that was found is not followed further.
    for (let offset = 7; offset >= 0; offset--) if (((bits >> offset) & 1) !== 0) this.#at(at - offset);
  }

  four(at: number, bits: number): void {
    if ((bits & 15) !== 0) this.eight(at, bits & 15);
    if (bits > 15) this.keys.four(at, bits);
  }

  run(at: number, bytes: Uint8Array, index: number): void {
    this.keys.run(at, bytes, index);
  }

  /** What the sieve cannot come upon: beginnings that the end of the text cuts off. */
  tail(): void {
    this.keys.tail(this.#from);
    for (let at = Math.max(this.#from, this.#text.length - TAIL); at < this.#text.length; at++) this.#opens(at);
  }

  #at(at: number): void {
    if (at < this.#next) return;
    if (!this.#ended) this.#opens(at);
    const last = this.values.at(-1);
    // All up to the end is hidden, and what comes after it is looked at with this again.
    if (last !== undefined && last.end === this.#text.length && at >= last.start && (this.#ended || last.tail !== null))
      return;
    const needle = this.#needles.at(this.#text, at);
    const over = last !== undefined && needle !== null && at < last.end && at + needle.head.length > last.start;
    this.#repeats.look(at, needle?.longest ?? 0, needle !== null && !over);
    if (needle !== null && !over) this.values.push(grown(this.#text, needle, at, 0));
    // Nothing that begins here reaches beyond what is hidden anyway.
    else if (over && (at < last.start || at + needle.longest > last.end)) {
      const inside = at >= last.start && at + needle.head.length <= last.end;
      const next = inside
        ? outgrown(this.#text, needle, at, last.end, this.#ended)
        : grown(this.#text, needle, at, last.end);
      if (next !== null && (next.end > last.end || at < last.start || (next.tail !== null && last.tail === null)))
        this.values[this.values.length - 1] = joined(last, next);
    }
    const skip = this.#repeats.skip();
    if (skip !== null) this.#skip(at, skip);
  }

  /** What is hidden here goes on to be as long as the text repeats itself. */
  #skip(at: number, { until, by }: Skip): void {
    this.#next = until;
    const last = this.values.at(-1);
    if (last !== undefined && last.end > at)
      this.values[this.values.length - 1] = { ...last, end: last.end + by, tail: null };
  }

  #opens(at: number): void {
    if (at >= this.#from && at < this.open && this.#needles.opens(this.#text, at)) this.open = at;
  }
}
