/**
 * Typing over a selection, done by the editor and not by the browser: left to itself, a browser brings along the style of
 * what was there as an attribute, which the page's policy refuses, and reports.
 */

import { EditorView } from '@codemirror/view';

/** What is selected on the screen, which the editor may not have been told of yet. */
const selected = (view: EditorView): { readonly from: number; readonly to: number } | null => {
  const found = document.getSelection();
  if (found === null || found.rangeCount === 0) return null;
  const range = found.getRangeAt(0);
  if (range.collapsed || !view.contentDOM.contains(range.commonAncestorContainer)) return null;
  return {
    from: view.posAtDOM(range.startContainer, range.startOffset),
    to: view.posAtDOM(range.endContainer, range.endOffset),
  };
};

export const plainInput = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { state } = view;
    if (event.isComposing || view.composing || state.readOnly || state.selection.ranges.length > 1) return false;
    const text = event.inputType === 'insertText' ? event.data : null;
    const range = text === null ? null : selected(view);
    if (text === null || range === null || range.from >= range.to) return false;
    const { from, to } = range;
    event.preventDefault();
    const insert = () =>
      view.state.update({
        changes: { from, to, insert: view.state.toText(text) },
        selection: { anchor: from + text.length },
        userEvent: 'input.type',
        scrollIntoView: true,
      });
    if (!state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, text, insert)))
      view.dispatch(insert());
    return true;
  },
});
