/** The smallest parts of a manifest: names, lines of text, places in a document. */

import { z } from 'zod';

const POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/;
export const HEADER = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/;
export const FIELD = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

export const line = (most: number) => z.string().min(1).max(most);
export const sentence = (text: string) => line(500).describe(text);
export const pointer = (text: string) =>
  z.string().max(300).regex(POINTER, 'a JSON pointer such as /data/items').describe(text);
