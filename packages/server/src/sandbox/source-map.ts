/**
 * From places in a compiled script to places in the author's text, and back into words.
 *
 * M1 A map holds the author's text alone: what libraries become is not told of.
 * M2 What cannot be placed is left unplaced; nothing here throws on a stack that somebody made up.
 */

import { encode } from '@jridgewell/sourcemap-codec';
import { decodedMappings, originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { at, type Problem } from '@headgate/core';

/** A place in a text: both from 1, the column in UTF-16 units. */
type Spot = { readonly line: number; readonly column: number };

/** A map reduced to the source whose name ends in `source`, as JSON. */
export const onlySource = (json: string, source: string): string => {
  const map = new TraceMap(json);
  const mine = map.sources.findIndex((name) => name?.endsWith(source) === true);
  const mappings = decodedMappings(map).map((line) => {
    const kept: ([number] | [number, number, number, number])[] = [];
    for (const part of line) {
      if (part.length > 1 && part[1] === mine) kept.push([part[0], 0, part[2] ?? 0, part[3] ?? 0]);
      // One that leads elsewhere ends the one before it.
      else if ((kept.at(-1)?.length ?? 1) > 1) kept.push([part[0]]);
    }
    return kept;
  });
  return JSON.stringify({ version: 3, sources: ['source'], names: [], mappings: encode(mappings) });
};

/** Where a place of the compiled text came from; undefined for what is not the author's. */
export const traced = (map: TraceMap, { line, column }: Spot): Spot | undefined => {
  const found = originalPositionFor(map, { line, column: Math.max(0, column - 1) });
  return found.line === null ? undefined : { line: found.line, column: found.column + 1 };
};

const FRAME = /:(\d{1,7}):(\d{1,7})\)?$/;
const MOST_LINES = 100;

/** The uppermost place of a stack that lies in the author's text. `map` null: the script is the author's text. */
export const placeInStack = (map: string | null, stack: string): Spot | undefined => {
  const trace = map === null ? null : new TraceMap(map);
  for (const line of stack.split('\n', MOST_LINES)) {
    const frame = FRAME.exec(line.trim());
    if (frame === null) continue;
    const spot = { line: Number(frame[1]), column: Number(frame[2]) };
    if (spot.line === 0) continue;
    const found = trace === null ? spot : traced(trace, spot);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** A Problem of running code, placed in the source of its step as far as the stack tells. */
export const mapProblem = (map: string | null, stack: string, of: Problem): Problem =>
  at({ field: 'with.source', ...placeInStack(map, stack) }, of);
