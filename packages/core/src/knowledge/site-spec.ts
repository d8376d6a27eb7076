/** What a source of a knowledge base says of a site: from which address, which pages of it, and how much. site.ts says what it means. */

import { z } from 'zod';

/** What is read where nothing is said, and the most that can be said. */
export const SITE_LIMITS = {
  pages: { usual: 200, most: 5_000 },
  depth: { usual: 5, most: 50 },
  pageBytes: { usual: 5_000_000, most: 32_000_000 },
  bytes: { usual: 100_000_000, most: 1_000_000_000 },
  origins: 10,
  /** Minutes between two readings. */
  every: { least: 15, most: 44_640 },
  address: 2_000,
} as const;

const LIMITS = SITE_LIMITS;
const address = z.string().min(8).max(LIMITS.address);

export const siteSpec = z.strictObject({
  kind: z.literal('url'),
  url: address.describe('Where it begins: an http or https address. Pages are found by the links of pages.'),
  prefix: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe('Of the origin of `url` only what lies below this path, as /docs/. Left out: all of it.'),
  origins: z
    .array(address)
    .max(LIMITS.origins)
    .optional()
    .describe('Further origins whose pages are read, as https://help.example.com. Left out: that of `url` alone.'),
  pages: z.int().min(1).max(LIMITS.pages.most).optional().describe('Addresses that are asked for at most.'),
  depth: z.int().min(0).max(LIMITS.depth.most).optional().describe('Links from `url` at most; 0: that page alone.'),
  pageBytes: z.int().min(1_000).max(LIMITS.pageBytes.most).optional().describe('Bytes of a page at most.'),
  bytes: z.int().min(1_000).max(LIMITS.bytes.most).optional().describe('Bytes of all pages together at most.'),
  every: z
    .int()
    .min(LIMITS.every.least)
    .max(LIMITS.every.most)
    .optional()
    .describe('Minutes from the end of a reading to the next. Left out: it is read again when somebody says so.'),
});
export type SiteSpec = Readonly<z.output<typeof siteSpec>>;

/** What becomes of a page in a reading. `same`: it says what it said before; `gone`: it is not there any more. */
export const PAGE_STATES = ['waiting', 'read', 'same', 'skipped', 'gone', 'failed'] as const;
export type PageState = (typeof PAGE_STATES)[number];
