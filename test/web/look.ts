/**
 * Whether two pictures look alike: both are made small and compared spot by spot, in a page of the browser. Text that tells a time or an
 * id differs from run to run and weighs little there; a part that is missing, moved or of another colour weighs much.
 */

import type { Page } from 'playwright-core';

const COLUMNS = 64;
const ROWS = 40;

/** The share of spots (0 to 1) that differ by more than a tenth of the range of brightness. `page` is any page of one's own. */
export const difference = async (page: Page, one: Buffer, other: Buffer): Promise<number> =>
  page.evaluate(
    async ({ pictures, columns, rows }) => {
      const spots = async (base64: string): Promise<Uint8ClampedArray> => {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.codePointAt(0) ?? 0);
        const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
        const canvas = new OffscreenCanvas(columns, rows);
        const drawn = canvas.getContext('2d');
        if (drawn === null) throw new Error('no canvas');
        drawn.imageSmoothingQuality = 'high';
        drawn.drawImage(picture, 0, 0, columns, rows);
        return drawn.getImageData(0, 0, columns, rows).data;
      };
      const [a, b] = await Promise.all(pictures.map(spots));
      let differs = 0;
      for (let at = 0; at < columns * rows * 4; at += 4) {
        const by = [0, 1, 2].map((part) => Math.abs((a?.[at + part] ?? 0) - (b?.[at + part] ?? 0)));
        if (Math.max(...by) > 25) differs += 1;
      }
      return differs / (columns * rows);
    },
    { pictures: [one, other].map((picture) => picture.toString('base64')), columns: COLUMNS, rows: ROWS },
  );
