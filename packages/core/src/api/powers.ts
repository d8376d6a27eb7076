/**
 * The map of powers of a workspace: everything that was lent to any flow, and when it was last used, so that what nobody
 * uses can be taken back and what is wider than its use can be narrowed.
 *
 * PM1 It tells of flows that the reader sees, and of no others.
 * PM2 `unused` is said only of what the trail was looked through for: `since` is how far back that is.
 */

import { z } from 'zod';
import { route } from './route.ts';
import { id, time } from './shapes.ts';

const lentPower = z.strictObject({
  id,
  flow: id,
  flowName: z.string(),
  project: id,
  enabled: z.boolean().describe('Of the flow'),
  step: z.string().describe('* is the flow as a whole'),
  power: z.string(),
  sentence: z.string().describe('What it means'),
  environment: z.string(),
  grantor: z.string(),
  created: time,
  asCaller: z.boolean(),
  typed: z.boolean(),
  void: z.boolean().describe('Who gave it may no longer give it: it lends nothing now'),
  used: time.nullable().describe('When a run last used it; null: not since `since`'),
  uses: z.array(z.string()).describe('What it was used for, twenty at most, in the form `grant` takes'),
});

export const listPowers = route({
  method: 'GET',
  path: '/api/v1/powers',
  needs: 'flow.read',
  on: 'any',
  answers: {
    200: z.strictObject({
      powers: z.array(lentPower).describe('The latest lent first, two thousand at most'),
      more: z.boolean().describe('There are more, which are not told'),
      since: time.nullable().describe('How far back the trail was looked through; null: nothing was ever used'),
    }),
  },
  summary: 'Everything that was lent in the workspace, and when it was last used',
  tags: ['grants'],
});
