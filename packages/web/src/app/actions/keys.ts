/** From key events to the names of keys in the table, and from these to what people read. */

const MAC = /Mac|iPhone|iPad/.test(typeof navigator === 'undefined' ? '' : navigator.userAgent);

/** `Mod+Shift+Z`, `?`, `F2`, `Delete`: as the table writes it. Null: a modifier alone. */
export const chordOf = (event: KeyboardEvent): string | null => {
  const { key } = event;
  if (['Control', 'Shift', 'Alt', 'Meta', 'Dead', 'AltGraph'].includes(key)) return null;
  const mod = MAC ? event.metaKey : event.ctrlKey;
  const letter = key.length === 1 && /[a-z]/i.test(key);
  const parts = [
    ...(mod ? ['Mod'] : []),
    ...(event.altKey ? ['Alt'] : []),
    // A sign that needs Shift is itself already; a letter and a named key are not.
    ...(event.shiftKey && (letter ? mod : key.length > 1) ? ['Shift'] : []),
    letter ? key.toUpperCase() : key === ' ' ? 'Space' : key,
  ];
  return parts.join('+');
};

/** Does the key need no modifier, and so must not be taken from who types? */
export const isPlain = (chord: string): boolean => !/^(Mod|Alt)\+/.test(chord) && !/^F\d+$/.test(chord);

/** Is text being typed there? */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.closest('input:not([type=checkbox]):not([type=radio]),textarea,select,[role=textbox],.cm-editor') !== null);

/** Does the key press the button or follow the link that has the focus? Then it is theirs, wherever they stand. */
export const isPress = ({ key, target }: { readonly key: string; readonly target: EventTarget | null }): boolean =>
  (key === 'Enter' || key === ' ') &&
  target instanceof HTMLElement &&
  target.closest('button,a[href],summary') !== null;

/** As people read it: `Ctrl K`, `⌘ K`. */
export const keyText = (keys: string): string =>
  keys
    .replaceAll('Mod', MAC ? '⌘' : 'Ctrl')
    .replaceAll('+', ' ')
    .replaceAll('Escape', 'Esc');
