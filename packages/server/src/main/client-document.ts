/** Fetches the description of an OAuth client, through the one outgoing door. */

import { problem } from '@headgate/core';
import type { Door } from '../egress/door.ts';
import type { FetchDocument } from '../gateway/oauth/clients.ts';

const TIMEOUT = 5_000;
const BYTES = 65_536;

/** A GET of an https address: no redirect is followed, JSON alone counts, and the door judges where it goes. */
export const documentsThrough =
  (door: Door): FetchDocument =>
  async (url) => {
    const answer = await door.request({
      method: 'GET',
      url,
      headers: { accept: 'application/json' },
      timeout: TIMEOUT,
      maxBytes: BYTES,
      inlineBytes: BYTES,
      maxRedirects: 0,
      judge: (hop) =>
        hop.url.protocol === 'https:' ? null : problem('egress.denied', 'A description is fetched by https'),
    });
    if (!answer.ok || answer.value.status !== 200 || answer.value.body.kind !== 'bytes') return null;
    const type = answer.value.headers['content-type'];
    return typeof type === 'string' && /^application\/([a-z-]+\+)?json\b/i.test(type)
      ? answer.value.body.bytes.toString('utf8')
      : null;
  };
