/** A part of an edit: what is left of it when some of the fields it sets are not to be set. For conflicts settled field by field. */

import { type Edit, type EditPath, type Owner, together } from './edit.ts';

export type Field = { readonly of: Owner; readonly path: EditPath };

const key = ({ of, path }: Field): string => JSON.stringify([of, path]);

/** Does an edit touch several fields, so that each can be settled by itself? Steps that come, go or are renamed are whole. */
export const isDivisible = (edit: Edit): boolean =>
  edit.do === 'all'
    ? edit.edits.every((one) => one.do !== 'rekey' && (one.do !== 'all' || isDivisible(one)))
    : edit.do !== 'rekey';

/** The edit without the fields; null: nothing of it is left. */
export const withoutFields = (edit: Edit, fields: readonly Field[]): Edit | null => {
  const gone = new Set(fields.map(key));
  const left = (one: Edit): Edit | null => {
    switch (one.do) {
      case 'set':
        return gone.has(key(one)) ? null : one;
      case 'step.put':
        return gone.has(key({ of: { step: one.step.id }, path: [] })) ? null : one;
      case 'step.take':
      case 'step.move':
        return gone.has(key({ of: { step: one.id }, path: [] })) ? null : one;
      case 'trigger.put':
        return gone.has(key({ of: { trigger: one.trigger.id }, path: [] })) ? null : one;
      case 'trigger.take':
        return gone.has(key({ of: { trigger: one.id }, path: [] })) ? null : one;
      case 'all': {
        const edits = one.edits.map(left).filter((part) => part !== null);
        return edits.length === 0 ? null : together(one.what, edits);
      }
      case 'wire':
      case 'rekey':
      case 'layout':
        return one;
    }
  };
  return left(edit);
};
