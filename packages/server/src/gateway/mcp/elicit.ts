/**
 * Questions of a run to its very caller, as elicitation (MCP 2026-07-28, "Elicitation" and "Multi round-trip requests"): the call
 * comes back as a question, and is made again with the answer.
 *
 * ME1 What can be asked, and who may answer, is what the inbox says: the question is found and answered through the routes of
 *     asks, as the caller.
 * ME2 The state that goes to the client and comes back names the run and the question, and is trusted for nothing: the run must
 *     be one of this tool, by this caller, and the question one of this run that waits for him.
 * ME4 An answer is for the question that was shown (row WH-08). Where that was answered meanwhile, the run may ask for something
 *     else by now: that is shown first, and what came late is nothing to it.
 * ME3 Who declines is asked in the inbox still; to decline a question for approval is to refuse it.
 */

import { isObject, type Principal, problem, type Problem } from '@headgate/core';
import { type ROUTES as Routes, ROUTES } from '@headgate/core/api';
import type { z } from 'zod';
import type { Gate } from '../deps.ts';
import { isRefused } from '../outcome.ts';
import { MCP_KINDS } from '../../store/tools.ts';
import type { Asking } from './call.ts';
import type { Client, Property, Question, Schema } from './desk.ts';
import type { Inside } from './inside.ts';
import type { Tool } from './tools.ts';

type Ask = z.output<(typeof Routes.getAsk.answers)[200]>;
type Wanted = Ask['wanted'];
type Field = Extract<Wanted, { kind: 'form' }>['fields'][number];

const GONE = problem('ask.over', 'Nobody waits for this answer any more', { fix: 'Call the tool again.' });
const LATER = problem('ask.declined', 'The question was not answered; the run waits for it', {
  fix: 'It stands in the inbox of who was asked. Call nothing again: the run goes on when it is answered there.',
});

/** How the caller of this request is asked; undefined: its client takes no questions. */
export const askingOf = (
  client: Client,
  who: Principal,
  tool: Tool,
  inside: Inside,
  gate: Pick<Gate, 'store'>,
): Asking<Question> | undefined => {
  if (!client.takesQuestions || who.user === undefined) return undefined;
  const { state, said } = client;
  return {
    question: (run) => questionOf(inside, run),
    ...(state === undefined ? {} : { back: backFor(state, said) }),
  };

  async function backFor(back: string, answered: Client['said']) {
    const { run, ask: id } = readState(back);
    const row = await gate.store.in(who.workspace).runs.get(run);
    const own = row?.flow === tool.at.flow && row.principal === who.id && row.triggerKind === MCP_KINDS.tool;
    if (!own) return { problem: GONE };
    const ask = await askBy(inside, id);
    // Somebody else may have answered it meanwhile: the run went on.
    if (ask === null || ask.run !== run || ask.state !== 'open' || !ask.yours) return { run };
    const answer = answered === undefined ? undefined : answerOf(ask.wanted, answered);
    if (answer === undefined) return { problem: LATER };
    const done = await inside(ROUTES.answerAsk, { params: { id }, body: answer });
    return isRefused(done) ? { problem: refusalOf(done) } : { run };
  }
};

const stateOf = (run: string, ask: string): string => `${run}/${ask}`;

const readState = (state: string): { readonly run: string; readonly ask: string } => {
  const [run = '', ask = ''] = state.split('/', 2);
  return { run, ask };
};

const refusalOf = ({ refused, more }: { refused: Problem; more?: { problems?: readonly Problem[] } }): Problem => ({
  ...refused,
  text: [refused.text, ...(more?.problems ?? []).map(({ text, at }) => `${at?.field ?? ''}: ${text}`)].join('\n'),
});

/** The question of this run that waits for the caller, if one does. */
const openAsk = async (inside: Inside, run: string): Promise<Ask | null> => {
  const listed = await inside(ROUTES.listAsks, { query: { state: 'open', limit: '200' } });
  if (isRefused(listed) || !('body' in listed) || !isObject(listed.body)) return null;
  const { asks } = listed.body as { asks: readonly { id: string; run: string }[] };
  const id = asks.find((one) => one.run === run)?.id;
  return id === undefined ? null : askBy(inside, id);
};

/** Null: it is nothing to this caller. */
const askBy = async (inside: Inside, id: string): Promise<Ask | null> => {
  const ask = await inside(ROUTES.getAsk, { params: { id } });
  return isRefused(ask) || !('body' in ask) ? null : (ask.body as Ask);
};

const questionOf = async (inside: Inside, run: string): Promise<Question | null> => {
  const ask = await openAsk(inside, run);
  const schema = ask === null ? null : schemaOf(ask.wanted);
  if (ask === null || schema === null) return null;
  const message = ask.text === null ? ask.title : `${ask.title}\n\n${ask.text}`;
  return { message, schema, state: stateOf(run, ask.id) };
};

/** What is wanted in the restricted schema of elicitation; null: it asks for a file, for which that has no word. */
export const schemaOf = (wanted: Wanted): Schema | null => {
  if (wanted.kind === 'form') {
    const made = wanted.fields.map((field) => [field.name, propertyOf(field)] as const);
    const properties: Record<string, Property> = {};
    for (const [name, property] of made) {
      if (property === null) return null;
      properties[name] = property;
    }
    const required = wanted.fields.filter((field) => field.required === true).map(({ name }) => name);
    return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
  }
  const choices = wanted.kind === 'approve' ? ['approved', 'refused'] : [...wanted.choices];
  return {
    type: 'object',
    properties: {
      answer: { type: 'string', title: 'Answer', enum: choices },
      comment: { type: 'string', title: 'Remark' },
    },
    required: ['answer'],
  };
};

const propertyOf = ({ type, label, help, choices = [], min, max }: Field): Property | null => {
  const told = { title: label, ...(help === undefined ? {} : { description: help }) };
  const lengths = {
    ...(min === undefined ? {} : { minLength: min }),
    ...(max === undefined ? {} : { maxLength: max }),
  };
  const bounds = { ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }) };
  switch (type) {
    case 'text':
    case 'long':
      return { type: 'string', ...told, ...lengths };
    case 'number':
      return { type: 'number', ...told, ...bounds };
    case 'boolean':
      return { type: 'boolean', ...told };
    case 'date':
      return { type: 'string', format: 'date', ...told };
    case 'email':
      return { type: 'string', format: 'email', ...told };
    case 'choice':
      return { type: 'string', enum: [...choices], ...told };
    case 'choices':
      return { type: 'array', items: { type: 'string', enum: [...choices] }, ...told };
    case 'file':
      return null;
  }
};

/** The body of an answer; undefined: there is none. */
const answerOf = (
  wanted: Wanted,
  { action, content = {} }: NonNullable<Client['said']>,
): { readonly answer: unknown; readonly comment?: string } | undefined => {
  if (action === 'decline' && wanted.kind === 'approve') return { answer: 'refused' };
  if (action !== 'accept') return undefined;
  if (wanted.kind === 'form') return { answer: content };
  const { answer, comment } = content;
  return { answer, ...(typeof comment === 'string' && comment !== '' ? { comment } : {}) };
};
