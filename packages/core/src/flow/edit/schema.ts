/** The form of an edit that somebody else made: a program, an assistant. Closed, like that of a flow file. */

import { z } from 'zod';
import { ID, jsonValue, stepSchema, triggerSchema } from '../model.ts';
import type { Edit } from './edit.ts';

const id = z.string().regex(ID, 'the id of a step or a trigger');
const place = z
  .strictObject({ block: id.nullable(), before: id.nullable() })
  .describe(
    'block: the id of the block it stands in, null: the flow itself; before: the id of the neighbour it stands before, null: last',
  );
const owner = z
  .union([z.strictObject({ step: id }), z.strictObject({ trigger: id }), z.null()])
  .describe('Whose field it is; null: the flow itself');

/** One edit, but `all` and the layout: a list of edits is made as one, and how it is drawn is for people. */
export const editSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('step.put'), step: stepSchema, at: place }),
  z.strictObject({ do: z.literal('step.take'), id }),
  z.strictObject({ do: z.literal('step.move'), id, to: place }),
  z.strictObject({ do: z.literal('trigger.put'), trigger: triggerSchema, before: id.nullable() }),
  z.strictObject({ do: z.literal('trigger.take'), id }),
  z.strictObject({
    do: z.literal('set'),
    of: owner,
    path: z
      .array(z.union([z.string().max(200), z.int().min(0)]))
      .min(1)
      .max(64)
      .describe('For a setting of a step: ["with", "its name", …]'),
    value: jsonValue.optional().describe('Left out: the field is taken away'),
  }),
  z.strictObject({
    do: z.literal('wire'),
    step: id,
    entry: z.string().max(200).describe('step, or step.port'),
    on: z.boolean(),
  }),
  z
    .strictObject({ do: z.literal('rekey'), from: id, to: id })
    .describe('Gives a step another id, and what refers to it with it'),
]) satisfies z.ZodType<Edit>;
