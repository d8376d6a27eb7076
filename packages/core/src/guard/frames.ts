/**
 * The guard over frames: server-sent events, messages of a socket. A text that comes in pieces may be cut over several of
 * them, each a whole document; window.ts, which reads one text, would see what stands between. So the texts at the same
 * place of frames of the same kind (of the same step and item) are read as one.
 *
 * FR1 A frame is held back only when a text in it ends in at least SHOWN characters of what may be a value or a key, until
 *     a frame that goes on from there, or HELD frames, or the end. So of what is cut at most SHOWN - 1 characters leave.
 * FR2 What hides nothing leaves as it came, byte for byte, in its order.
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

const SHOWN = 8;
const HELD = 256;
/** Of every place so much text is remembered, and so many places. */
const REMEMBERED = 2048;
const PLACES = 64;

/** A text inside a frame: what it was, and what is to stand there. */
type Leaf = { readonly place: string; was: string; cuts: { from: number; to: number; label: string }[] };
type Frame = { readonly text: string; readonly leaves: readonly Leaf[]; readonly write: () => string };
/**
 * What was read at a place: the last of it, and whose it was, the newest last. `settled`: before here nothing depends on what may
 * come; it is kept so far as it tells whether a word begins after it.
 */
type Past = {
  text: string;
  settled: number;
  pieces: { readonly leaf: Leaf; readonly at: number; readonly length: number }[];
};

export class Frames {
  readonly #judge: Judge;
  readonly #reader: Reader | undefined;
  readonly #past = new Map<string, Past>();
  #held: Frame[] = [];

  constructor(judge: Judge, reader: Reader | undefined) {
    this.#judge = judge;
    this.#reader = reader;
  }

  /** Takes a frame; gives the frames that may leave now, one after the other. */
  push(text: string): string {
    const frame = read(text);
    let open = false;
    for (const leaf of frame.leaves) open = this.#read(leaf) || open;
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
    const made = leaving.map((frame) => this.#judge.redact(frame.write(), this.#reader)).join('');
    for (const { leaves } of leaving) for (const leaf of leaves) leaf.was = '';
    return made;
  }

  /** Reads a text after what was read at its place. True: it ends in what may be the beginning of something. */
  #read(leaf: Leaf): boolean {
    const past = this.#past.get(leaf.place) ?? { text: '', settled: 0, pieces: [] };
    this.#past.delete(leaf.place);
    this.#past.set(leaf.place, past);
    if (this.#past.size > PLACES) this.#past.delete(this.#past.keys().next().value ?? '');
    past.pieces.push({ leaf, at: past.text.length, length: leaf.was.length });
    past.text += leaf.was;
    const { regions, open } = this.#judge.judge(past.text, past.settled, false, this.#reader);
    for (const region of regions) this.#hide(past, region);
    const last = regions.at(-1);
    const from = last !== undefined && (last.tail !== null || last.end === past.text.length) ? last.start : open;
    const ends = past.text.length - Math.max(past.settled, from) >= SHOWN;
    past.settled = Math.max(past.settled, settled(regions, open));
    forget(past);
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

/** A frame with its texts: an event with JSON data, a JSON document, or a text that is all of it. Comments have none. */
const read = (text: string): Frame => {
  const event = EVENT.exec(text);
  const [before, body, after] = event === null ? ['', text, ''] : [event[1] ?? '', event[2] ?? '', event[3] ?? ''];
  if (text.startsWith(':')) return { text, leaves: [], write: () => text };
  const kind = /^event:([^\n]*)$/m.exec(before)?.[1]?.trim() ?? '';
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    value = body;
  }
  const plain = typeof value === 'string' && value === body;
  const leaves: Leaf[] = [];
  const root = markOf(value, kind);
  const walk = (one: unknown, place: string, depth: number): unknown => {
    if (typeof one === 'string') {
      const leaf: Leaf = { place, was: one, cuts: [] };
      leaves.push(leaf);
      return leaf;
    }
    if (typeof one !== 'object' || one === null || depth > DEEPEST) return one;
    if (Array.isArray(one)) return one.map((item, i) => walk(item, `${place}/${i}`, depth + 1));
    return new Map(Object.entries(one).map(([name, item]) => [name, walk(item, `${place}/${name}`, depth + 1)]));
  };
  const tree = walk(value, root, 0);
  const write = (): string => {
    if (leaves.every(({ cuts }) => cuts.length === 0)) return text;
    const made = rebuilt(tree, leaves);
    return before + (plain ? String(made) : JSON.stringify(made)) + after;
  };
  return { text, leaves, write };
};

const DEEPEST = 20;

/** Whose the frame is: deltas of two steps are two texts. */
const markOf = (value: unknown, kind: string): string => {
  if (typeof value !== 'object' || value === null) return kind;
  return JSON.stringify([kind, Reflect.get(value, 'type'), Reflect.get(value, 'step'), Reflect.get(value, 'item')]);
};

const rebuilt = (tree: unknown, leaves: readonly Leaf[]): unknown => {
  const leaf = leaves.find((one) => one === tree);
  if (leaf !== undefined) return cut(leaf);
  if (Array.isArray(tree)) return tree.map((item) => rebuilt(item, leaves));
  if (tree instanceof Map) {
    const made: Record<string, unknown> = {};
    for (const [name, item] of tree)
      Object.defineProperty(made, String(name), { value: rebuilt(item, leaves), enumerable: true });
    return made;
  }
  return tree;
};
