import { expect, test } from 'vitest';
import { browserIn } from './browser-in.ts';

test('a browser is called as people call it, and what says nothing known is none', () => {
  const said = [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
    'Mozilla/5.0 (Android 15; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0',
    'curl/8.14.1',
    '<img src=x onerror=alert(1)>',
    null,
  ].map(browserIn);
  expect(said).toEqual(['Chrome · Linux', 'Edge · Windows', 'Safari · macOS', 'Firefox · Android', 'curl', null, null]);
});
