/**
 * The editor of a code step's text, without the page around it. What is typed is told; what came from elsewhere (an undo of
 * the flow, another person) is put in without a trace in the editor's own history.
 *
 * CV1 Escape, then Tab, leaves it: Tab alone indents.
 * CV2 The keys that run the step or the flow are not the editor's: what was typed is handed over first.
 */

import { closeBrackets, closeBracketsKeymap, completionKeymap, completionStatus } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, indentOnInput, indentUnit } from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, openSearchPanel, search, searchKeymap } from '@codemirror/search';
import { Annotation, Compartment, EditorState, type Extension, Transaction } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { between } from './between.ts';
import { look } from './look.ts';
import type { Marked } from './marks.ts';

export type CodeLanguage = 'js' | 'ts' | 'python';

type Options = {
  readonly parent: HTMLElement;
  readonly text: string;
  readonly id: string;
  /** Ids of the elements that name and describe it. */
  readonly labelledBy: string;
  readonly describedBy: string;
  readonly phrases: Readonly<Record<string, string>>;
  readonly help: Extension;
  readonly typed: (text: string) => void;
  /** What was typed is to be handed over now. */
  readonly flush: () => void;
  /** The next Tab leaves the editor. */
  readonly mayLeave: () => void;
};

export type CodeView = {
  readonly text: (text: string) => void;
  readonly language: (language: CodeLanguage) => void;
  readonly readOnly: (off: boolean) => void;
  readonly marks: (marks: readonly Marked[]) => void;
  /** Goes to a place: line and column from 1. */
  readonly goTo: (line: number, column: number) => void;
  readonly search: () => void;
  readonly close: () => void;
};

/** Comes from outside of the editor. */
const outside = Annotation.define<true>();

const keys = defaultKeymap.filter(({ key }) => key !== 'Mod-Enter');

const grammar = async (language: CodeLanguage): Promise<Extension> => {
  if (language === 'python') {
    const { python } = await import('@codemirror/lang-python');
    return [python(), indentUnit.of('    ')];
  }
  const { javascript } = await import('@codemirror/lang-javascript');
  return [javascript({ typescript: language === 'ts' }), indentUnit.of('  ')];
};

export const openCode = (options: Options): CodeView => {
  const { parent, flush, typed, mayLeave } = options;
  const language = new Compartment();
  const reading = new Compartment();
  let wanted: CodeLanguage | null = null;
  const handOver = (): boolean => {
    flush();
    return false;
  };
  const leave = (of: EditorView): boolean => {
    // The first one closes what is open.
    if (completionStatus(of.state) === 'active') return false;
    of.setTabFocusMode(true);
    flush();
    mayLeave();
    return false;
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        look(),
        EditorState.phrases.of(options.phrases),
        lineNumbers(),
        highlightActiveLineGutter(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        EditorState.allowMultipleSelections.of(true),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        search({ top: true }),
        lintGutter(),
        options.help,
        language.of([]),
        reading.of([]),
        keymap.of([
          { key: 'Escape', run: leave },
          { key: 'Mod-Enter', run: handOver },
          { key: 'Mod-Shift-Enter', run: handOver },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...keys,
          ...searchKeymap,
          ...historyKeymap,
          ...lintKeymap,
          indentWithTab,
        ]),
        EditorView.contentAttributes.of({
          id: options.id,
          'aria-labelledby': options.labelledBy,
          'aria-describedby': options.describedBy,
        }),
        EditorView.domEventHandlers({
          blur: (_event, of) => {
            of.setTabFocusMode(false);
            flush();
          },
        }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          update.view.setTabFocusMode(false);
          if (update.transactions.every((one) => one.annotation(outside) !== true)) typed(update.state.doc.toString());
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
    language: (name) => {
      if (wanted === name) return;
      wanted = name;
      void grammar(name).then((made) => {
        if (wanted === name) view.dispatch({ effects: language.reconfigure(made) });
      });
    },
    readOnly: (off) => view.dispatch({ effects: reading.reconfigure(EditorState.readOnly.of(off)) }),
    marks: (marks) => {
      const { length } = view.state.doc;
      const shown = marks.map(
        ({ from, to, severity, text, code }): Diagnostic => ({
          from: Math.min(from, length),
          to: Math.min(Math.max(to, from), length),
          severity,
          message: text,
          source: code,
        }),
      );
      view.dispatch(setDiagnostics(view.state, shown));
    },
    goTo: (line, column) => {
      const { doc } = view.state;
      const at = doc.line(Math.max(1, Math.min(line, doc.lines)));
      const anchor = Math.min(at.to, at.from + Math.max(0, column - 1));
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
      view.focus();
    },
    search: () => void openSearchPanel(view),
    close: () => view.destroy(),
  };
};
