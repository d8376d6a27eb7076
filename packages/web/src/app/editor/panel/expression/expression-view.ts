/** The editor of one expression or template, without the page around it: completion from data, and nothing that keeps Tab. */

import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  type Completion,
  type CompletionContext,
  completionKeymap,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { Annotation, EditorState, Transaction } from '@codemirror/state';
import { drawSelection, EditorView, keymap, placeholder } from '@codemirror/view';
import { between } from '../code/between.ts';
import { look } from '../code/look.ts';
import { template } from './grammar.ts';
import type { Offer, Offers } from './offers.ts';

type Options = {
  readonly parent: HTMLElement;
  readonly id: string;
  readonly label: string;
  readonly describedBy: string;
  readonly text: string;
  readonly phrases: Readonly<Record<string, string>>;
  readonly offers: (text: string, at: number) => Offers | null;
  readonly typed: (text: string) => void;
  readonly flush: () => void;
  readonly focused: () => void;
};

export type ExpressionView = {
  readonly text: (text: string) => void;
  readonly wrong: (wrong: boolean) => void;
  /** Puts the caret at the end. */
  readonly focus: () => void;
  readonly close: () => void;
};

const outside = Annotation.define<true>();

const TYPES: Readonly<Record<Offer['kind'], string>> = {
  name: 'variable',
  step: 'variable',
  field: 'property',
  method: 'method',
  function: 'function',
};

const docsOf = ({ docs, example }: Offer): HTMLElement | null => {
  if (docs === '' && example === '') return null;
  const box = document.createElement('div');
  for (const [tag, text] of [
    ['p', docs],
    ['code', example],
  ] as const) {
    if (text === '') continue;
    const part = document.createElement(tag);
    part.textContent = text;
    box.append(part);
  }
  return box;
};

const completionOf = (offer: Offer, rank: number): Completion => ({
  label: offer.label,
  detail: offer.gives,
  type: TYPES[offer.kind],
  // What is in the data comes before what can be done with it.
  boost: (offer.kind === 'method' || offer.kind === 'function' ? 0 : 50) - Math.min(rank, 40),
  info: () => docsOf(offer),
  apply: (view, _completion, from, to) => {
    const begin = offer.dotless && view.state.sliceDoc(from - 1, from) === '.' ? from - 1 : from;
    // The caret goes where something is to be filled in.
    const inside = offer.write.endsWith('()') && !offer.gives.startsWith('()') ? 1 : 0;
    view.dispatch({
      changes: { from: begin, to, insert: offer.write },
      selection: { anchor: begin + offer.write.length - inside },
      userEvent: 'input.complete',
    });
  },
});

export const openExpression = (options: Options): ExpressionView => {
  const { flush } = options;
  const complete = (context: CompletionContext): CompletionResult | null => {
    const found = options.offers(context.state.doc.toString(), context.pos);
    if (found === null || found.offers.length === 0) return null;
    return { from: found.from, options: found.offers.map(completionOf), validFor: /^[\w$]*$/ };
  };
  const handOver = (): boolean => {
    flush();
    return false;
  };
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        look(),
        EditorState.phrases.of(options.phrases),
        template,
        history(),
        drawSelection(),
        placeholder('{{ … }}'),
        EditorView.lineWrapping,
        closeBrackets(),
        EditorState.languageData.of(() => [{ closeBrackets: { brackets: ['(', '[', '{'] } }]),
        autocompletion({ override: [complete], icons: false, defaultKeymap: false }),
        keymap.of([
          { key: 'Mod-Enter', run: handOver },
          { key: 'Mod-Shift-Enter', run: handOver },
          { key: 'Tab', run: acceptCompletion },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter'),
          ...historyKeymap,
        ]),
        EditorView.contentAttributes.of({
          id: options.id,
          'aria-label': options.label,
          'aria-describedby': options.describedBy,
        }),
        EditorView.domEventHandlers({ blur: flush, focus: options.focused }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged || update.transactions.some((one) => one.annotation(outside) === true)) return;
          options.typed(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    text: (text) => {
      const now = view.state.doc.toString();
      if (now === text) return;
      view.dispatch({
        changes: between(now, text),
        annotations: [outside.of(true), Transaction.addToHistory.of(false)],
      });
    },
    wrong: (wrong) => view.contentDOM.setAttribute('aria-invalid', String(wrong)),
    focus: () => {
      const at = view.state.doc.length;
      // Two braces that were just typed are closed, as they are when they are typed here.
      const close = view.state.sliceDoc(Math.max(0, at - 2)) === '{{' ? '}}' : '';
      view.dispatch({ changes: { from: at, insert: close }, selection: { anchor: at } });
      view.focus();
    },
    close: () => view.destroy(),
  };
};
