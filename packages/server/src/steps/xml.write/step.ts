/** xml.write: a value as an XML document: as a text, or into a file. */

import { defineStep, failed, fileInfo, z } from '@headgate/core/step';
import { pathField, textOut } from '../archive.pack/inputs.ts';
import { placeNeeds } from '../file.read/place.ts';
import { XmlFault, xmlOf } from './write.ts';

export const step = defineStep({
  kind: 'xml.write',
  version: 1,
  title: 'Write XML',
  group: 'data',
  summary:
    'Makes an XML document of a value, in the form that “Read XML” gives: fields are elements, fields that begin with @ attributes, #text the text beside them, a list the same element again.',
  input: z.strictObject({
    value: z
      .unknown()
      .describe('An object with one field, the root element, e.g. {"order": {"@id": 7, "line": [ … ]}}.'),
    indent: z.boolean().optional().describe('True: each element on a line of its own. Left out: false.'),
    declaration: z.boolean().optional().describe('False: no <?xml …?> at the beginning. Left out: true.'),
    path: pathField(
      'A file of the project to write it to, e.g. out/{{ input.day }}.xml. Left out: the text is the value of the step.',
    ),
  }),
  output: z.union([z.string(), fileInfo]).describe('The document, or the file it was written to.'),
  needs: (raw) => placeNeeds('write', raw['path']),
  repeatable: () => true,
  run: async ({ value, indent = false, declaration = true, path }, can) => {
    try {
      return await textOut(can, xmlOf(value, indent, declaration), { path, type: 'application/xml' });
    } catch (error) {
      if (error instanceof XmlFault) return failed(error.problem, 'no');
      throw error;
    }
  },
});
