/**
 * What the assistant of the editor works with during one turn: the draft as it was read, a copy that its edits are done to, and
 * tools. The tools are those by which assistants build flows over MCP (mcp/build-tools.ts), tied to this one flow, but that
 * reading, editing, checking and asking what a run would touch are of the copy.
 *
 * AD1 No tool saves, publishes or lends: what comes of a turn is a list of edits, and whoever asked does them himself or not.
 * AD2 It is about one flow. Another one named, a run of another one, and a tool that is not there are refused with the reason.
 * AD3 Edits bring no kind that the workspace does not have.
 */

import {
  bad,
  type Catalog,
  diff,
  type Edit,
  editSchema,
  everyStep,
  type Flow,
  type FlowDiff,
  good,
  isObject,
  maskedIn,
  type ModelTool,
  type Problem,
  problem,
  type Result,
} from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import { z } from 'zod';
import { ask, BUILD_TOOLS, type BuildTool, type Hands, tool } from '../mcp/build-tools.ts';
import { editedBy } from '../mcp/edits.ts';

/** Edits of one proposal. */
const MOST_EDITS = 500;

/** As they are over MCP. */
const SAME: ReadonlySet<string> = new Set(['list_step_kinds', 'describe_kind', 'list_services', 'describe_service']);
/** They take a flow over MCP, and are about this one here. */
const OF_FLOW: ReadonlySet<string> = new Set(['test_flow']);
const SAVED = ' It looks at the draft as it is saved, without what you propose in this turn.';

/** The flow that it is about, as it was read. */
export type About = { readonly id: string; readonly project: string; readonly revision: number; readonly draft: Flow };

/** What came of a turn. `problems`: what would stand against publishing it. */
export type Proposal = {
  readonly revision: number;
  readonly edits: readonly Edit[];
  readonly did: readonly string[];
  readonly problems: readonly unknown[];
  /** What comes, goes and changes, with the powers that the flow would need more and less. */
  readonly diff: FlowDiff;
};

const OTHER = problem('assist.other', 'This conversation is about one flow, and sees no other', {
  fix: 'Leave `flow` out: every tool is about the flow that the person has open.',
});

const noTool = (name: string, there: readonly string[]): Problem =>
  problem('assist.tool', `There is no tool ${name.slice(0, 64)}. There are: ${there.join(', ')}`, {
    fix: 'Saving, publishing, lending powers, secrets and other flows are for the person alone: say what there is to do, and leave it.',
  });

export class AssistDesk {
  readonly #hands: Hands;
  readonly #about: About;
  readonly #tools: ReadonlyMap<string, BuildTool>;
  #draft: Flow;
  #edits: readonly Edit[] = [];
  #did: readonly string[] = [];

  constructor(hands: Hands, about: About) {
    this.#hands = hands;
    this.#about = about;
    this.#draft = about.draft;
    const all = [...BUILD_TOOLS.flatMap((one) => this.#tied(one)), ...this.#own()];
    this.#tools = new Map(all.map((one) => [one.name, one]));
  }

  /** What the model is told of the tools. */
  get tools(): readonly ModelTool[] {
    return [...this.#tools.values()].map(({ name, description = '', inputSchema }) => ({
      ...{ name, description, input: inputSchema },
    }));
  }

  /** Uses a tool, as a model wants it. */
  async use(name: string, input: unknown): Promise<Result<unknown>> {
    const found = this.#tools.get(name);
    if (found === undefined) return bad(noTool(name, [...this.#tools.keys()]));
    const given = isObject(input) ? { ...input } : input;
    if (isObject(given) && 'flow' in given) {
      if (given['flow'] !== this.#about.id) return bad(OTHER);
      Reflect.deleteProperty(given, 'flow');
    }
    return found.run(given ?? {}, this.#hands);
  }

  /** The draft with the edits of this turn, and what it lacks. */
  async look(): Promise<Result<Record<string, unknown>>> {
    const checked = await this.#check();
    return checked.ok ? good({ draft: this.#draft, check: checked.value }) : checked;
  }

  /** What is proposed; null: nothing. */
  async proposal(): Promise<Proposal | null> {
    if (this.#edits.length === 0) return null;
    const checked = await this.#check();
    const problems = checked.ok ? checked.value['problems'] : [checked.problem];
    return {
      revision: this.#about.revision,
      ...{ edits: this.#edits, did: this.#did },
      problems: Array.isArray(problems) ? problems : [],
      diff: diff(this.#about.draft, this.#draft, await this.#catalog()),
    };
  }

  #catalog(): Promise<Catalog> {
    return this.#hands.gate.catalogIn(this.#hands.workspace);
  }

  #check(): Promise<Result<Record<string, unknown>>> {
    const body = { draft: this.#draft, project: this.#about.project };
    return ask(this.#hands.inside, ROUTES.checkFlow, { body });
  }

  /** A tool of MCP, if it is one here, without the name of a flow. */
  #tied(one: BuildTool): readonly BuildTool[] {
    if (SAME.has(one.name)) return [one];
    const { id } = this.#about;
    if (OF_FLOW.has(one.name)) {
      const { properties, required, ...rest } = one.inputSchema;
      const { flow: _, ...others } = isObject(properties) ? properties : {};
      const needed = Array.isArray(required) ? required.filter((name) => name !== 'flow') : [];
      return [
        {
          ...one,
          description: `${one.description ?? ''}${SAVED}`,
          inputSchema: {
            ...rest,
            type: 'object',
            properties: others,
            ...(needed.length === 0 ? {} : { required: needed }),
          },
          run: (input, hands) => one.run(isObject(input) ? { ...input, flow: id } : input, hands),
        },
      ];
    }
    if (one.name !== 'read_run') return [];
    const run = async (input: unknown, hands: Hands): Promise<Result<unknown>> => {
      const read = await one.run(input, hands);
      if (!read.ok) return read;
      const of = isObject(read.value) && isObject(read.value['run']) ? read.value['run']['flow'] : undefined;
      return of === id ? read : bad(OTHER);
    };
    return [{ ...one, run }];
  }

  /** Those that are about the copy. */
  #own(): readonly BuildTool[] {
    const nothing = z.strictObject({});
    return [
      tool(
        'read_flow',
        'Read the flow',
        'The draft with what you propose so far, and every problem of it.',
        nothing,
        () => this.look(),
      ),
      tool(
        'edit_flow',
        'Propose edits',
        'Adds edits to what you propose, all or none, and says what the draft would lack. The person sees them together when you are done, and applies them or not.',
        z.strictObject({ edits: z.array(editSchema).min(1).max(MOST_EDITS) }),
        ({ edits }) => this.#edit(edits),
      ),
      tool(
        'dry_run',
        'Ask what the flow would touch',
        'Lists what a run of the draft with what you propose so far would touch with this input, and which powers it lacks. Nothing is opened and nobody is called.',
        z.strictObject({ input: z.json().optional() }),
        ({ input }, { inside }) =>
          ask(inside, ROUTES.dryRun, {
            params: { id: this.#about.id },
            body: { draft: this.#draft, ...(input === undefined ? {} : { input }) },
          }),
      ),
      tool(
        'check_flow',
        'Check the flow',
        'Every problem of the draft with what you propose so far, each with its place.',
        nothing,
        () => this.#check(),
      ),
    ];
  }

  async #edit(edits: readonly Edit[]): Promise<Result<unknown>> {
    const made = editedBy(this.#draft, edits);
    if (!made.ok) return made;
    const unknown = newKinds(this.#draft, made.value.flow, await this.#catalog());
    if (unknown !== null) return bad(unknown);
    // What the guard hid from the model is no value to be written back.
    const [masked] = maskedIn(made.value.flow).filter(({ at }) => !isMaskedAt(this.#draft, at));
    if (masked !== undefined) return bad(masked);
    const all = [...this.#edits, ...made.value.edits];
    if (all.length > MOST_EDITS)
      return bad(problem('assist.edits', `A proposal holds ${MOST_EDITS} edits at most`, { retry: 'no' }));
    this.#edits = all;
    this.#did = [...this.#did, ...made.value.did];
    this.#draft = made.value.flow;
    const checked = await this.#check();
    return checked.ok ? good({ did: made.value.did, check: checked.value }) : checked;
  }
}

const isMaskedAt = (flow: Flow, at: Problem['at']): boolean =>
  maskedIn(flow).some((one) => one.at?.step === at?.step && one.at?.field === at?.field);

/** Why a step or trigger that was not there is of a kind that nobody knows, or null. */
const newKinds = (before: Flow, after: Flow, { step, trigger }: Catalog): Problem | null => {
  const had = new Set([...everyStep(before), ...(before.triggers ?? [])].map(({ id, kind }) => `${id} ${kind}`));
  const unknown =
    [...everyStep(after)].find(({ id, kind }) => !had.has(`${id} ${kind}`) && step(kind) === undefined) ??
    after.triggers?.find(({ id, kind }) => !had.has(`${id} ${kind}`) && trigger(kind) === undefined);
  if (unknown === undefined) return null;
  return problem('kind.unknown', `There is no kind ${unknown.kind} for ${unknown.id}`, {
    at: { step: unknown.id },
    fix: 'Find it with list_step_kinds; a kind is name@version.',
  });
};
