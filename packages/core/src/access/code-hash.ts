/**
 * What a grant to see a secret is bound to: the text of the code that sees it.
 *
 * The hash covers the language and the source as written, and with it the libraries that it names; which versions of those
 * there are is the administrator's to say. An edited source has another hash, and so none of the grants of the old one.
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** SHA-256 of a code step's language and source, in lower-case hex. */
export const codeHash = (language: string, source: string): string =>
  bytesToHex(sha256(utf8ToBytes(JSON.stringify([language, source]))));
