/**
 * What the readers of pictures expect of Node or a browser and the realm of code has not: bytes by the name of Node's, and
 * the one encoding that names of chunks of a PNG are in. Imported before them.
 */

/** Latin-1, whatever is asked for: nothing else is decoded here. */
class TextDecoder {
  decode(bytes: Uint8Array): string {
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return text;
  }
}

// Put over those of the realm, which are frozen: an assignment would be refused.
Object.defineProperties(globalThis, { Buffer: { value: Uint8Array }, TextDecoder: { value: TextDecoder } });
