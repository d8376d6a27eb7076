/** Colours, sizes and motion of the app: one accent, semantic colours for the states of runs alone, both schemes. */

import {
  type BadgeProps,
  createTheme,
  type DrawerProps,
  type MantineThemeOverride,
  type ModalProps,
} from '@mantine/core';

// The lock of the page's scrolling is a style sheet without a nonce, which the page's policy refuses.
const opens = { lockScroll: false, transitionProps: { duration: 100 } } satisfies Partial<ModalProps & DrawerProps>;

export const theme: MantineThemeOverride = createTheme({
  primaryColor: 'teal',
  primaryShade: { light: 9, dark: 9 },
  autoContrast: true,
  defaultRadius: 'sm',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Code", "SF Mono", Menlo, Consolas, monospace',
  cursorType: 'pointer',
  respectReducedMotion: true,
  // Plain objects: the components themselves would be part of the first load, which shows none of them.
  components: {
    Badge: { defaultProps: { tt: 'none' } satisfies Partial<BadgeProps> },
    Modal: { defaultProps: opens },
    Drawer: { defaultProps: opens },
    // The page has one banner, its own: what heads a dialog, above a drawer for instance, is none.
    ModalHeader: { defaultProps: { role: 'presentation' } },
    DrawerHeader: { defaultProps: { role: 'presentation' } },
  },
});

/** Marks the style sheets that libraries make, as the page's policy asks for. Empty on a page without a policy. */
export const nonce = (): string =>
  document.querySelector<HTMLMetaElement>('meta[name="headgate-nonce"]')?.content ?? '';
