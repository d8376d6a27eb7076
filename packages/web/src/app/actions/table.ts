/**
 * Everything that can be done by a key, a menu, the palette or a button, once: its name, where it applies, its keys. Pages
 * say what it does (use-action.ts); nothing else listens for keys.
 *
 * AC1 Two actions share a key only where they never apply at once (table.test.ts).
 * AC2 Keys and names are kept: people have them in their fingers. A change is a decision record.
 * AC3 A single letter works only while the canvas or the outline has the focus, never while text is typed (WCAG 2.1.4).
 */

import type { actions as texts } from '../i18n/en/actions.ts';

/** `everywhere`: on every page. `editor`: while a flow is open. `graph`: while its canvas or outline has the focus. */
export type Context = 'everywhere' | 'editor' | 'graph' | 'runs';

export type Spec = {
  readonly title: TitleKey;
  readonly context: Context;
  /** `Mod` is Ctrl, or Cmd on a Mac. Two keys one after the other are joined by a space. */
  readonly keys?: readonly string[];
  /** The key is the browser's: it makes an event of its own, which the page takes. */
  readonly native?: true;
};

type TitleKey = Exclude<keyof typeof texts, 'context' | 'off'>;

export const ACTIONS = {
  palette: { title: 'palette', context: 'everywhere', keys: ['Mod+K'] },
  help: { title: 'help', context: 'everywhere', keys: ['?'] },
  goFlows: { title: 'goFlows', context: 'everywhere', keys: ['G F'] },
  goRuns: { title: 'goRuns', context: 'everywhere', keys: ['G R'] },
  goInbox: { title: 'goInbox', context: 'everywhere', keys: ['G I'] },
  goTrust: { title: 'goTrust', context: 'everywhere', keys: ['G S'] },
  goOverview: { title: 'goOverview', context: 'everywhere' },
  goTables: { title: 'goTables', context: 'everywhere' },
  goFiles: { title: 'goFiles', context: 'everywhere' },
  goSettings: { title: 'goSettings', context: 'everywhere' },
  theme: { title: 'theme', context: 'everywhere' },
  newFlow: { title: 'newFlow', context: 'everywhere' },
  undo: { title: 'undo', context: 'editor', keys: ['Mod+Z'] },
  redo: { title: 'redo', context: 'editor', keys: ['Mod+Shift+Z', 'Mod+Y'] },
  runStep: { title: 'runStep', context: 'editor', keys: ['Mod+Enter'] },
  runFlow: { title: 'runFlow', context: 'editor', keys: ['Mod+Shift+Enter'] },
  goOn: { title: 'goOn', context: 'editor', keys: ['F8'] },
  stepOn: { title: 'stepOn', context: 'editor', keys: ['F10'] },
  saveVersion: { title: 'saveVersion', context: 'editor', keys: ['Mod+S'] },
  publish: { title: 'publish', context: 'editor' },
  tidy: { title: 'tidy', context: 'editor' },
  add: { title: 'add', context: 'graph', keys: ['/'] },
  open: { title: 'open', context: 'graph', keys: ['Enter'] },
  back: { title: 'back', context: 'graph', keys: ['Escape'] },
  duplicate: { title: 'duplicate', context: 'graph', keys: ['Mod+D'] },
  remove: { title: 'remove', context: 'graph', keys: ['Delete'] },
  removeJoin: { title: 'removeJoin', context: 'graph', keys: ['Mod+Backspace'] },
  rename: { title: 'rename', context: 'graph', keys: ['F2'] },
  disable: { title: 'disable', context: 'graph', keys: ['D'] },
  pin: { title: 'pin', context: 'graph', keys: ['P'] },
  breakpoint: { title: 'breakpoint', context: 'graph', keys: ['B'] },
  stop: { title: 'stop', context: 'graph', keys: ['.'] },
  previous: { title: 'previous', context: 'graph', keys: ['['] },
  next: { title: 'next', context: 'graph', keys: [']'] },
  upstream: { title: 'upstream', context: 'graph', keys: ['U'] },
  downstream: { title: 'downstream', context: 'graph', keys: ['N'] },
  fitAll: { title: 'fitAll', context: 'graph', keys: ['1'] },
  fitSelection: { title: 'fitSelection', context: 'graph', keys: ['2'] },
  outline: { title: 'outline', context: 'graph', keys: ['O'] },
  history: { title: 'history', context: 'graph', keys: ['H'] },
  connect: { title: 'connect', context: 'graph', keys: ['C'] },
  wire: { title: 'wire', context: 'graph', keys: ['W'] },
  insert: { title: 'insert', context: 'graph', keys: ['I'] },
  group: { title: 'group', context: 'graph', keys: ['Mod+G'] },
  note: { title: 'note', context: 'graph' },
  minimap: { title: 'minimap', context: 'graph' },
  problems: { title: 'problems', context: 'editor' },
  upgrade: { title: 'upgrade', context: 'editor' },
  assistant: { title: 'assistant', context: 'editor' },
  // The browser's own events do these: only they may reach the clipboard without asking.
  copySteps: { title: 'copySteps', context: 'graph', keys: ['Mod+C'], native: true },
  pasteSteps: { title: 'pasteSteps', context: 'graph', keys: ['Mod+V'], native: true },
  selectAll: { title: 'selectAll', context: 'graph', keys: ['Mod+A'] },
} as const satisfies Readonly<Record<string, Spec>>;

export type ActionName = keyof typeof ACTIONS;

export const specOf = (name: ActionName): Spec => ACTIONS[name];

export const ACTION_NAMES = Object.keys(ACTIONS) as ActionName[];
