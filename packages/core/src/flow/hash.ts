/**
 * The content hash of a flow: what is pinned by a version, recorded in every run and shown to people.
 *
 * Only `layout` is left out: where steps stand on the canvas is how one looks at a flow, and moving a step must not make
 * a new version. Names, notes and descriptions stay in: they appear in run lists, consents and reviews, so a reviewer
 * who compares hashes has compared all they were shown.
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from './canonical.ts';
import type { Flow } from './model.ts';

/** SHA-256 in lower-case hex over the canonical JSON of the flow without its layout. */
export const hashFlow = (flow: Flow): string => {
  const { layout: _layout, ...logic } = flow;
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(logic))));
};
