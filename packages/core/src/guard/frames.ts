/**
 * The guard over frames: server-sent events, messages of a socket. A text that comes in pieces may be cut over several of
 * them, each a whole document; window.ts, which reads one text, would see what stands between. So the texts at the same
 * place of frames of the same kind (of the same step and item) are read as one.
 *
 * FR1 A frame is held back only when a text in it ends in at least SHOWN characters of what may be a value or a key, until
 *     a frame that goes on from there, or HELD frames, or the end. So of what is cut at most SHOWN - 1 characters leave.
 * FR2 What hides nothing leaves as it came, byte for byte, in its order.
 * FR3 Words of the house stand aside (`Beside`): they are never read as somebody's text, and never hidden.
 * FR4 The same text again, at a place where it changed nothing the last time, is not judged again: it would change nothing.
 */

import { CONTEXT } from './keys.ts';
import type { Judged } from './match.ts';
import type { Reader, Region } from './regions.ts';
import { settled } from './window.ts';

type Judge = {
  readonly judge: (text: string, from: number, ended: boolean, reader?: Reader) => Judged;
  readonly label: (region: Region, reader: Reader | undefined) => string;
  readonly redact: (text: string, reader?: Reader) => string;
};

/** Words of the house, which are nobody's secret. */
export type Beside = {
  /** Is this text, in a field of this name, one of them? */
  readonly stands: (name: string, text: string) => boolean;
  /** Does to a frame what `hide` does, and leaves names and words of the house in it as they are. */
  readonly hide: (frame: string, hide: (text: string) => string) => string;
};

const SHOWN = 8;
const HELD = 256;
/** Of every place so much text is remembered, and so many places. */
const REMEMBERED = 2048;
const PLACES = 64;

/** A text inside a frame: what it was, and what is to stand there. `aside`: it is a word of the house. */
type Leaf = {
  readonly place: string;
  readonly aside: boolean;
  was: string;
  cuts: { from: number; to: number; label: string }[];
};
type Frame = { readonly text: string; readonly leaves: readonly Leaf[]; readonly write: () => string };
/**
 * What was read at a place: the last of it, and whose it was, the newest last. `settled`: before here nothing depends on what may
 * come; it is kept so far as it tells whether a word begins after it. `still`: the text that changed nothing of this, and
 * whether it ended in what may be the beginning of something.
 */
type Past = {
  text: string;
  settled: number;
  pieces: { leaf: Leaf; readonly at: number; readonly length: number }[];
  still: { readonly text: string; readonly ends: boolean } | null;
};

export class Frames {
  readonly #judge: Judge;
  readonly #reader: Reader | undefined;
  readonly #beside: Beside | undefined;
  readonly #past = new Map<string, Past>();
  #held: Frame[] = [];

  constructor(judge: Judge, reader: Reader | undefined, beside?: Beside) {
    this.#judge = judge;
    this.#reader = reader;
    this.#beside = beside;
  }

  /** Takes a frame; gives the frames that may leave now, one after the other. */
  push(text: string): string {
    const frame = read(text, this.#beside);
    let open = false;
    for (const leaf of frame.leaves) if (!leaf.aside) open = this.#read(leaf) || open;
    this.#held.push(frame);
    if (!open) return this.#let(this.#held.length);
    return this.#let(this.#held.length - HELD);
  }

  end(): string {
    return this.#let(this.#held.length);
  }

  #let(count: number): string {
    if (count <= 0) return '';
    const leaving = this.#held.splice(0, count);
    const made = leaving.map((frame) => this.#hidden(frame.write())).join('');
    for (const { leaves } of leaving) for (const leaf of leaves) leaf.was = '';
    return made;
  }

  #hidden(frame: string): string {
    const hide = (text: string): string => this.#judge.redact(text, this.#reader);
    const made = hide(frame);
    return made === frame || this.#beside === undefined ? made : this.#beside.hide(frame, hide);
  }

  /** Reads a text after what was read at its place. True: it ends in what may be the beginning of something. */
  #read(leaf: Leaf): boolean {
    const past = this.#past.get(leaf.place) ?? { text: '', settled: 0, pieces: [], still: null };
    this.#past.delete(leaf.place);
    this.#past.set(leaf.place, past);
    if (this.#past.size > PLACES) this.#past.delete(this.#past.keys().next().value ?? '');
    const newest = past.pieces.at(-1);
    if (newest !== undefined && past.still?.text === leaf.was) {
      newest.leaf = leaf;
      return past.still.ends;
    }
    const { text: before, settled: begun } = past;
    past.pieces.push({ leaf, at: past.text.length, length: leaf.was.length });
    past.text += leaf.was;
    const { regions, open } = this.#judge.judge(past.text, past.settled, false, this.#reader);
    for (const region of regions) this.#hide(past, region);
    const last = regions.at(-1);
    const from = last !== undefined && (last.tail !== null || last.end === past.text.length) ? last.start : open;
    const ends = past.text.length - Math.max(past.settled, from) >= SHOWN;
    past.settled = Math.max(past.settled, settled(regions, open));
    forget(past);
    // Of a region that begins from here on, nothing lies before the newest piece.
    const alone = past.settled >= (past.pieces.at(-1)?.at ?? 0);
    const same = regions.length === 0 && alone && past.text === before && past.settled === begun;
    past.still = same ? { text: leaf.was, ends } : null;
    return ends;
  }

  /** Cuts a region that stands over several pieces out of those that are still here; its label goes into the first. */
  #hide(past: Past, region: Region): void {
    const over = past.pieces.filter(({ at, length }) => at < region.end && at + length > region.start && length > 0);
    if (over.length < 2) return;
    let label = this.#judge.label(region, this.#reader);
    for (const { leaf, at, length } of over) {
      const from = Math.max(0, region.start - at);
      const to = Math.min(length, region.end - at);
      const here = leaf === over.at(-1)?.leaf || this.#held.some((frame) => frame.leaves.includes(leaf));
      // It left with the label, when the region was not yet as long.
      if (!here && leaf.cuts.some((one) => one.label !== '' && one.to > from)) label = '';
      if (!here) continue;
      leaf.cuts = [...leaf.cuts.filter((cut) => cut.to <= from || cut.from >= to), { from, to, label }];
      label = '';
    }
  }
}

/** Forgets what is settled, and all but the last REMEMBERED characters. */
const forget = (past: Past): void => {
  const over = past.text.length - REMEMBERED;
  const gone = Math.max(past.settled - CONTEXT, over > REMEMBERED ? over : 0);
  if (gone <= 0) return;
  past.text = past.text.slice(gone);
  past.settled = Math.max(0, past.settled - gone);
  past.pieces = past.pieces
    .map(({ leaf, at, length }) => ({ leaf, at: at - gone, length }))
    .filter(({ at, length }) => at + length > 0);
};

const cut = ({ was, cuts }: Leaf): string => {
  let made = '';
  let at = 0;
  for (const { from, to, label } of cuts.toSorted((a, b) => a.from - b.from)) {
    made += was.slice(at, from) + label;
    at = to;
  }
  return made + was.slice(at);
};

const EVENT = /^((?:(?:id|event|retry):[^\n]*\n)*data: ?)([^\n]*)(\n\n)$/;

const DATA = 'data: ';

/** What stands before the data of an event, the data, and what ends it; all of it is data where it is no event. */
const partsOf = (text: string): readonly [before: string, body: string, after: string] => {
  // Most have no other line.
  if (text.startsWith(DATA) && text.endsWith('\n\n') && text.indexOf('\n') === text.length - 2)
    return [DATA, text.slice(DATA.length, -2), '\n\n'];
  const event = EVENT.exec(text);
  return event === null ? ['', text, ''] : [event[1] ?? '', event[2] ?? '', event[3] ?? ''];
};

/** A frame with its texts: an event with JSON data, a JSON document, or a text that is all of it. Comments have none. */
const read = (text: string, beside: Beside | undefined): Frame => {
  if (text.startsWith(':')) return { text, leaves: [], write: () => text };
  const [before, body, after] = partsOf(text);
  const kind = before.includes('event:') ? (/^event:([^\n]*)$/m.exec(before)?.[1]?.trim() ?? '') : '';
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    value = body;
  }
  const plain = typeof value === 'string' && value === body;
  const leaves: Leaf[] = [];
  collect(value, markOf(value, kind), '', 0, beside, leaves);
  const write = (): string => {
    if (leaves.every(({ cuts }) => cuts.length === 0)) return text;
    const made = rebuilt(value, 0, leaves.values());
    return before + (plain ? String(made) : JSON.stringify(made)) + after;
  };
  return { text, leaves, write };
};

/** Every text in a value, in its order. `name`: of the field it is in, or of the list. */
const collect = (
  one: unknown,
  place: string,
  name: string,
  depth: number,
  beside: Beside | undefined,
  into: Leaf[],
): void => {
  if (typeof one === 'string') {
    into.push({ place, aside: beside?.stands(name, one) === true, was: one, cuts: [] });
    return;
  }
  if (typeof one !== 'object' || one === null || depth > DEEPEST) return;
  if (Array.isArray(one)) {
    for (const [i, item] of one.entries()) collect(item, `${place}/${i}`, name, depth + 1, beside, into);
    return;
  }
  for (const [key, item] of Object.entries(one)) collect(item, `${place}/${key}`, key, depth + 1, beside, into);
};

const DEEPEST = 20;

/** Whose the frame is: deltas of two steps are two texts. */
const markOf = (value: unknown, kind: string): string => {
  if (typeof value !== 'object' || value === null) return kind;
  const [type, step, item]: unknown[] = [
    Reflect.get(value, 'type'),
    Reflect.get(value, 'step'),
    Reflect.get(value, 'item'),
  ];
  return type === undefined && step === undefined && item === undefined
    ? JSON.stringify([kind])
    : JSON.stringify([kind, type, step, item]);
};

/** The value with its texts as they are to be: `leaves` are those of `collect`. */
const rebuilt = (one: unknown, depth: number, leaves: Iterator<Leaf>): unknown => {
  if (typeof one === 'string') {
    const leaf = leaves.next();
    return leaf.done === true ? one : cut(leaf.value);
  }
  if (typeof one !== 'object' || one === null || depth > DEEPEST) return one;
  if (Array.isArray(one)) return one.map((item: unknown) => rebuilt(item, depth + 1, leaves));
  const made: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(one))
    Object.defineProperty(made, name, { value: rebuilt(item, depth + 1, leaves), enumerable: true });
  return made;
};
