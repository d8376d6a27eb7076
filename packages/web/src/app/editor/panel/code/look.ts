/** How editors of code and expressions look: colours from the theme's variables (code.module.css), so that both schemes are one. */

import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { nonce } from '../../../theme/theme.ts';
import { plainInput } from './plain-input.ts';

const highlight = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.controlKeyword, tags.operatorKeyword], color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'var(--code-text)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--code-number)' },
  { tag: [tags.typeName, tags.className, tags.namespace], color: 'var(--code-type)' },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.propertyName],
    color: 'var(--code-name)',
  },
  { tag: tags.comment, color: 'var(--code-quiet)', fontStyle: 'italic' },
  { tag: tags.invalid, color: 'var(--hg-failed)' },
]);

const theme = EditorView.theme({
  '&': {
    border: '1px solid var(--hg-line)',
    borderRadius: '4px',
    backgroundColor: 'var(--hg-surface)',
    color: 'var(--mantine-color-text)',
    fontSize: '13px',
  },
  '&.cm-focused': { outline: '2px solid var(--mantine-primary-color-filled)', outlineOffset: '0' },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--mantine-color-text)', padding: '6px 0' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--mantine-color-text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--code-chosen)',
  },
  '.cm-gutters': {
    backgroundColor: 'transparent',
    color: 'var(--hg-quiet)',
    borderRight: '1px solid var(--hg-line)',
  },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--code-line)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--code-mark)' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--code-mark)', outline: '1px solid var(--hg-line)' },
  '.cm-searchMatch': { backgroundColor: 'var(--code-match)' },
  '.cm-searchMatch-selected': { backgroundColor: 'var(--code-chosen)' },
  '.cm-panels': { backgroundColor: 'var(--hg-back)', color: 'var(--mantine-color-text)', fontSize: '12px' },
  '.cm-panels.cm-panels-top': { borderBottom: '1px solid var(--hg-line)' },
  '.cm-panel.cm-search': { padding: '6px 30px 6px 8px' },
  '.cm-panel.cm-search label': { display: 'inline-flex', alignItems: 'center', gap: '4px', fontSize: '12px' },
  '.cm-textfield': {
    backgroundColor: 'var(--hg-surface)',
    color: 'var(--mantine-color-text)',
    border: '1px solid var(--hg-line)',
    borderRadius: '4px',
    fontSize: '12px',
    minHeight: '24px',
  },
  '.cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--hg-surface)',
    color: 'var(--mantine-color-text)',
    border: '1px solid var(--hg-line)',
    borderRadius: '4px',
    fontSize: '12px',
    minHeight: '24px',
  },
  '.cm-panel.cm-search [name=close]': { minWidth: '24px', minHeight: '24px', color: 'var(--mantine-color-text)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--hg-surface)',
    color: 'var(--mantine-color-text)',
    border: '1px solid var(--hg-line)',
    borderRadius: '4px',
    zIndex: '300',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    fontSize: '12px',
    maxWidth: 'min(420px, 90vw)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px', lineHeight: '1.4' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--code-chosen)',
    color: 'var(--mantine-color-text)',
  },
  '.cm-completionDetail': { color: 'var(--hg-quiet)', fontStyle: 'normal' },
  '.cm-tooltip.cm-tooltip-autocomplete li[aria-selected] .cm-completionDetail': { color: 'inherit' },
  '.cm-tooltip.cm-completionInfo': { padding: '6px 8px', maxWidth: '340px', fontSize: '12px' },
  '.cm-told': { padding: '6px 8px', maxWidth: '460px', fontSize: '12px', lineHeight: '1.45' },
  '.cm-told code': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
  },
  '.cm-told p': { margin: '4px 0 0' },
  '.cm-diagnostic': { fontSize: '12px' },
  '.cm-diagnosticAction': { minHeight: '24px' },
  '.cm-lintRange-error': {
    textDecoration: 'underline wavy var(--hg-failed)',
    textUnderlineOffset: '3px',
    backgroundImage: 'none',
  },
  '.cm-lintRange-warning': {
    textDecoration: 'underline wavy var(--hg-waiting)',
    textUnderlineOffset: '3px',
    backgroundImage: 'none',
  },
  '.cm-placeholder': { color: 'var(--hg-quiet)' },
});

/** The look, and the nonce without which the page's policy refuses the editor's own style sheets. */
export const look = (): Extension => [
  EditorView.cspNonce.of(nonce()),
  plainInput,
  theme,
  syntaxHighlighting(highlight),
];
