/**
 * The content hash of a flow: what is pinned by a version, recorded in every run and shown to people.
 *
 * Only `layout`, `notes` and `groups` are left out: what is drawn around the steps is how one looks at a flow, and moving a
 * box must not make a new version. Names, the notes of steps and descriptions stay in: they appear in run lists, consents and reviews, so a reviewer
 * who compares hashes has compared all they were shown.
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from './canonical.ts';
import type { Flow } from './model.ts';

/** SHA-256 in lower-case hex over the canonical JSON of the flow without its looks. */
export const hashFlow = (flow: Flow): string => {
  const { layout: _layout, notes: _notes, groups: _groups, ...logic } = flow;
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(logic))));
};
