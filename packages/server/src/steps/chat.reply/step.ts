/**
 * chat.reply: what a flow answers to the message that started it. It only says what the answer is; the engine records it and
 * keeps it with the session. The run goes on afterwards.
 *
 * RP1 Files go out only by what this run read or made: a reference or a name that it did not come by is refused.
 */

import { type Can, defineStep, failed, type FileInfo, fileInfo, type FileRef, fileRef, z } from '@headgate/core/step';

const NONE: Record<string, string> = Object.freeze({});
const MOST = 10;
const LONGEST = 120;

/** The whole of a file: an answer has no parts of one. */
const wholeRef = fileRef.omit({ from: true, to: true });

const nameOf = (path: string | undefined, n: number): string =>
  path?.split('/').at(-1)?.slice(-LONGEST) || `file-${n + 1}`;

const withFiles = async (text: string, files: readonly (FileRef | FileInfo)[], can: Can) => {
  const all = [];
  for (const [n, source] of files.entries()) {
    const got = await can.files.held(source);
    if ('problem' in got) return failed({ ...got.problem, at: { field: `files.${n}` } }, 'no');
    const { file, size, type, path } = got.value;
    all.push({ file, size, type, name: nameOf(path, n) });
  }
  return { kind: 'respond', status: 200, headers: NONE, body: text, files: all } as const;
};

export const step = defineStep({
  kind: 'chat.reply',
  version: 1,
  title: 'Reply',
  group: 'flow',
  summary:
    'Answers the message that started the run. Where its text is `{{ steps.ID.text }}` of a model step with `stream`, people read along while it is written. The run then goes on.',
  pure: true,
  looks: ({ files }) => files !== undefined,
  input: z.strictObject({
    text: z.string().max(1_000_000).describe('The answer. A chat shows a safe part of Markdown.'),
    files: z
      .array(z.union([wholeRef, fileInfo]))
      .max(MOST)
      .optional()
      .describe(
        'Files that go with it, 10 at most: what speech.say, image.generate, file.read (as a reference) and others gave in this run, e.g. {{ [steps.say.file] }}.',
      ),
  }),
  output: z.string().describe('The answer.'),
  repeatable: () => true,
  run: ({ text, files }, can) =>
    files === undefined ? { kind: 'respond', status: 200, headers: NONE, body: text } : withFiles(text, files, can),
});
