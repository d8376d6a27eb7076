/**
 * From places in a compiled script to places in the author's text, and back into words.
 *
 * M1 A map holds the author's text alone: what libraries become is not told of.
 * M2 What cannot be placed is left unplaced.
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

/** The uppermost of these places that lies in the author's text. `map` null: the script is the author's text. */
const placeOf = (map: string | null, places: readonly Spot[]): Spot | undefined => {
  const [first] = places;
  if (map === null || first === undefined) return first;
  const trace = new TraceMap(map);
  for (const place of places) {
    const found = traced(trace, place);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** A Problem of running code, placed in the source of its step as far as the places of its stack tell. */
export const mapProblem = (map: string | null, stack: readonly Spot[], of: Problem): Problem =>
  at({ field: 'with.source', ...placeOf(map, stack) }, of);
