/**
 * What the tools of an MCP server say of themselves, asked for a step of a draft that is still being written: a flow of one step
 * `mcp.tools@1`, made of what the step `mcp.call@1` names. It asks nobody: what comes of it is run as the draft would be.
 *
 * LK1 The one step has the id, the address, the secret and the narrowing of the step it stands for, and nothing more. So it is
 *     lent what that was lent, by the same grants, and asks for no power that it does not ask for (row LLM-01).
 */

import { at, bad, everyStep, type Flow, good, hashFlow, problem, readFlow, type Result } from '@headgate/core';
import type { FlowRow } from '../store/ports.ts';

const CALLS = 'mcp.call@1';

/** What is taken over of the settings of the step. */
const OF_SERVER = ['url', 'secret', 'timeout'] as const;

/** The flow that lists the tools of the server of this step. Problems: `rerun.step`, when it is none that calls a tool. */
const lookingAt = (draft: Flow, id: string): Result<Flow> => {
  const step = [...everyStep(draft)].find((one) => one.id === id && one.kind === CALLS);
  if (step === undefined)
    return bad(
      at(
        { step: id.slice(0, 64) },
        problem('rerun.step', 'The draft has no step of this id that calls a tool of an MCP server', {
          fix: `Name a step of the kind ${CALLS}.`,
        }),
      ),
    );
  const given = step.with ?? {};
  const server = Object.fromEntries(
    OF_SERVER.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
  );
  const { narrow } = step;
  return good({
    headgate: 1,
    name: draft.name,
    steps: [{ id, kind: 'mcp.tools@1', with: server, ...(narrow === undefined ? {} : { narrow }) }],
    output: `{{ steps.${id} }}`,
  });
};

/** What runs of a draft: its content, or, with a step named, that which lists the tools of its server. */
export const draftOrLook = (
  { draft, draftHash }: FlowRow,
  tools: string | undefined,
): Result<{ readonly doc: unknown; readonly hash: string }> => {
  if (tools === undefined) return good({ doc: draft, hash: draftHash });
  const read = readFlow(draft);
  if (!read.ok) return bad(read.problems[0] ?? problem('flow.invalid', 'The draft cannot be read'));
  const made = lookingAt(read.flow, tools);
  return made.ok ? good({ doc: made.value, hash: hashFlow(made.value) }) : made;
};
