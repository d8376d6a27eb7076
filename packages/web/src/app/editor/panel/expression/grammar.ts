/** Colours of a template: plain text, and between two braces the words of an expression. */

import { StreamLanguage } from '@codemirror/language';
import { EXPR_ROOTS } from '@headgate/core';

const ROOTS: ReadonlySet<string> = new Set(EXPR_ROOTS);

export const template = StreamLanguage.define<{ inside: boolean }>({
  startState: () => ({ inside: false }),
  token: (stream, state) => {
    if (!state.inside) {
      if (stream.match('\\{{')) return null;
      if (stream.match('{{')) {
        state.inside = true;
        return 'keyword';
      }
      stream.next();
      stream.eatWhile(/[^{\\]/);
      return null;
    }
    if (stream.match('}}')) {
      state.inside = false;
      return 'keyword';
    }
    if (stream.eatSpace()) return null;
    if (stream.match(/^(?:'(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?)/)) return 'string';
    if (stream.match(/^\d+(?:\.\d+)?/)) return 'number';
    const word = stream.match(/^[A-Za-z_$][\w$]*/);
    if (Array.isArray(word)) {
      const [text = ''] = word;
      if (text === 'true' || text === 'false' || text === 'null' || text === 'undefined') return 'atom';
      return ROOTS.has(text) ? 'typeName' : 'propertyName';
    }
    stream.next();
    return null;
  },
});
