/**
 * What axe finds on a page as its reader has it. It is spoken to through the debugger: the page's own policy lets no
 * script of ours in, and stays as it is. A colour on its way to another is not the page's: transitions come to their end first.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Each violation as its rule and the markup of the places; `within` is a selector, the whole page if left out. */
export const violations = async (page: Page, within = 'html'): Promise<readonly string[]> => {
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: AXE });
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression: `(async () => {
      const ending = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
      await Promise.allSettled(ending.map((one) => one.finished));
      const { violations } = await axe.run(${JSON.stringify(within)});
      return JSON.stringify(violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' | ')));
    })()`,
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  if (exceptionDetails !== undefined) throw new Error(`axe did not run: ${exceptionDetails.text}`);
  return JSON.parse(String(result.value)) as string[];
};
