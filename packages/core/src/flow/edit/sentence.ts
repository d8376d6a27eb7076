/** What an edit did, in one sentence: for undo, for the list of changes, and for who hears the page read out. */

import { fieldPath } from '../path.ts';
import type { Edit, Owner } from './edit.ts';

const ownerOf = (of: Owner): string => (of === null ? 'the flow' : 'step' in of ? of.step : of.trigger);

/** Sentence case, imperative, no full stop: `Set with.url of fetch`. */
export const sentenceOf = (edit: Edit): string => {
  switch (edit.do) {
    case 'all':
      return edit.what;
    case 'step.put':
      return `Add ${edit.step.id}`;
    case 'trigger.put':
      return `Add ${edit.trigger.id}`;
    case 'step.take':
    case 'trigger.take':
      return `Delete ${edit.id}`;
    case 'step.move':
      return edit.to.block === null ? `Move ${edit.id}` : `Move ${edit.id} into ${edit.to.block}`;
    case 'set':
      return `${edit.value === undefined ? 'Clear' : 'Set'} ${fieldPath(edit.path)} of ${ownerOf(edit.of)}`;
    case 'wire':
      return edit.on ? `Connect ${edit.entry} to ${edit.step}` : `Disconnect ${edit.entry} from ${edit.step}`;
    case 'rekey':
      return `Rename ${edit.from} to ${edit.to}`;
    case 'layout': {
      const ids = Object.keys(edit.places);
      return ids.length === 1 ? `Move ${ids[0]} on the canvas` : `Move ${ids.length} steps on the canvas`;
    }
  }
};
