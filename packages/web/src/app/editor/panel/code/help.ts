/** Completion and hover of JavaScript and TypeScript, from the thread that knows the types. */

import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import { hoverTooltip } from '@codemirror/view';
import { toldElement } from './told.ts';
import type { Language } from './types/language.ts';
import { ask } from './types/thread.ts';

/** What the text is checked against now. */
export type Known = { readonly language: Language; readonly declarations: string };

const KINDS: Readonly<Record<string, string>> = {
  method: 'method',
  function: 'function',
  'local function': 'function',
  property: 'property',
  getter: 'property',
  class: 'class',
  interface: 'interface',
  type: 'type',
  alias: 'type',
  keyword: 'keyword',
  const: 'constant',
  module: 'namespace',
};

export const help = (known: () => Known | null): Extension => {
  const complete = async (context: CompletionContext): Promise<CompletionResult | null> => {
    const now = known();
    if (now === null) return null;
    const word = context.matchBefore(/[\w$]+/);
    const afterDot = context.matchBefore(/\.\s*[\w$]*/) !== null;
    if (!context.explicit && word === null && !afterDot) return null;
    const source = { text: context.state.doc.toString(), ...now };
    const found = await ask(source, { ask: 'offers', at: context.pos }).catch(() => null);
    if (found === null || context.aborted) return null;
    const options = found.offers.map(
      ({ label, kind, rank }): Completion => ({
        label,
        type: KINDS[kind] ?? 'variable',
        // What is nearest comes first; keywords last.
        boost: kind === 'keyword' ? -50 : rank <= '11' ? 10 : 0,
        info: async () => {
          const told = await ask(source, { ask: 'offer', at: context.pos, label }).catch(() => null);
          return told === null ? null : toldElement(told.signature, told.docs);
        },
      }),
    );
    return { from: found.from, options, validFor: /^[\w$]*$/ };
  };
  const hover = hoverTooltip(async (view, at) => {
    const now = known();
    if (now === null) return null;
    const told = await ask({ text: view.state.doc.toString(), ...now }, { ask: 'told', at }).catch(() => null);
    if (told === null) return null;
    return {
      pos: told.from,
      end: told.to,
      above: true,
      create: () => ({ dom: toldElement(told.signature, told.docs) }),
    };
  });
  return [autocompletion({ override: [complete], icons: false, defaultKeymap: false }), hover];
};
