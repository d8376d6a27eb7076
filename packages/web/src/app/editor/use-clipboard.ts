/**
 * Copying and pasting steps as text. Keys come as the browser's own events, which reach the clipboard without asking; menus and the
 * palette ask the browser for it.
 */

import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { isTyping } from '../actions/keys.ts';
import { announce } from '../ui/announce.ts';
import { notify } from '../ui/notices.tsx';
import type { Copied } from './clip.ts';
import { useEditor } from './editor-context.ts';

const tell = (t: TFunction, { count, leftOut }: Copied): void => {
  if (leftOut > 0) notify({ text: t('graph.copiedWithout', { count: leftOut }) });
  else announce(t('graph.copied', { count }));
};

type Handlers = {
  readonly onCopy: (event: React.ClipboardEvent) => void;
  readonly onCut: (event: React.ClipboardEvent) => void;
  readonly onPaste: (event: React.ClipboardEvent) => void;
};

export const useClipboard = (): Handlers => {
  const { t } = useTranslation();
  const { commands, selection } = useEditor();
  const copy = (event: React.ClipboardEvent): boolean => {
    if (isTyping(event.target)) return false;
    const copied = commands.copy();
    if (copied === null) return false;
    event.clipboardData.setData('text/plain', copied.text);
    event.preventDefault();
    tell(t, copied);
    return true;
  };
  return {
    onCopy: (event) => void copy(event),
    onCut: (event) => {
      if (copy(event)) commands.remove([...selection.state()], true);
    },
    onPaste: (event) => {
      if (isTyping(event.target)) return;
      event.preventDefault();
      commands.paste(event.clipboardData.getData('text/plain'));
    },
  };
};

export const copyByButton = async (copied: Copied | null, t: TFunction): Promise<void> => {
  if (copied === null) return;
  await navigator.clipboard.writeText(copied.text);
  tell(t, copied);
};

export const pasteByButton = async (paste: (text: string) => boolean): Promise<void> =>
  void paste(await navigator.clipboard.readText());
