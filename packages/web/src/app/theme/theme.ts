/** Colours, sizes and motion of the app: one accent, semantic colours for the states of runs alone, both schemes. */

import { Badge, createTheme, Drawer, Modal, type MantineThemeOverride } from '@mantine/core';

export const theme: MantineThemeOverride = createTheme({
  primaryColor: 'teal',
  primaryShade: { light: 9, dark: 9 },
  autoContrast: true,
  defaultRadius: 'sm',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Code", "SF Mono", Menlo, Consolas, monospace',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Badge: Badge.extend({ defaultProps: { tt: 'none' } }),
    // The lock of the page's scrolling is a style sheet without a nonce, which the page's policy refuses.
    Modal: Modal.extend({ defaultProps: { lockScroll: false, transitionProps: { duration: 100 } } }),
    Drawer: Drawer.extend({ defaultProps: { lockScroll: false, transitionProps: { duration: 100 } } }),
  },
});

/** Marks the style sheets that libraries make, as the page's policy asks for. Empty on a page without a policy. */
export const nonce = (): string =>
  document.querySelector<HTMLMetaElement>('meta[name="headgate-nonce"]')?.content ?? '';
