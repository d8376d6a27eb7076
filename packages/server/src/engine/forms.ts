/**
 * Forms: pages at a flow's own address that start runs. What was filled in on earlier pages goes with the page, signed, and is
 * judged anew at the end; nothing is stored before the last page was sent.
 *
 * FR1 What is sent is judged by the published fields alone; a run begins when all of it fits, or not at all.
 * FR2 The same form sent twice starts one run: its number is made with its first page, and is the run's idempotency key.
 * FR3 Files are kept by the power that was lent to the trigger, judged now and on record, and within the workspace's room.
 * FR4 A form for members takes nothing from anybody else, and its signed state is bound to who filled it in.
 */

import { randomBytes } from 'node:crypto';
import {
  fieldsOn,
  type FormAnswer,
  type FormField,
  formFields,
  type FormLook,
  formPages,
  type FormsPort,
  isObject,
  judgeTexts,
  normaliseFilePath,
  type Problem,
  type Room,
  type Sent,
  type SentFile,
  textsAgain,
} from '@headgate/core';
import type { Store } from '../store/ports.ts';
import type { Clock } from './clock.ts';
import type { Flows, Target } from './flows.ts';
import type { Live } from './live.ts';
import { refusedOutward } from './outward.ts';
import { hasOwner } from './owner.ts';
import type { Runs } from './runs.ts';
import { checkInput } from './starter.ts';
import { plainName, triggerFiles } from './trigger-files.ts';
import type { Values } from './values.ts';

type Deps = {
  readonly store: Store;
  readonly journal: Store['journal'];
  readonly clock: Clock;
  readonly flows: Flows;
  readonly runs: Runs;
  readonly values: Values;
  readonly room: (workspace: string) => Room;
  /** A MAC over a text, for what goes out with a page and comes back. */
  readonly stamp: (text: string) => string;
};

type Form = {
  readonly workspace: string;
  readonly flow: string;
  readonly trigger: string;
  readonly target: Target;
  readonly fields: readonly FormField[];
  readonly with: Readonly<Record<string, unknown>>;
};

/** What goes with a page: the form's number, the page, the texts so far, until when, and whose it is. */
type State = {
  readonly n: string;
  readonly p: number;
  readonly v: Readonly<Record<string, string>>;
  readonly e: number;
  readonly u: string | null;
};

type FieldError = Extract<FormAnswer, { kind: 'page' }>['view']['errors'][number];

const HOUR = 3_600_000;
const PATIENCE = 30_000;
/** The field that people do not see and machines fill in. */
export const TRAP = 'website';
const LARGEST = 5 * 1024 * 1024;

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const within = (value: unknown): Readonly<Record<string, unknown>> => (isObject(value) ? value : {});

const lookOf = (form: Form): FormLook => {
  const look = within(form.with['look']);
  return {
    title: textOf(form.with['title']) ?? form.target.compiled.flow.name,
    intro: textOf(form.with['intro']),
    color: textOf(look['color']),
    letter: textOf(look['letter']),
  };
};

export const newForms = (d: Deps): FormsPort['form'] => {
  const keepFile = triggerFiles(d);
  const find = async (token: string): Promise<Form | null> => {
    const found = await d.store.engine.hookByToken(token);
    if (found === null || (found.until !== null && found.until <= d.clock.now())) return null;
    const target = await d.flows.live(found.workspace, found.flow, found.environment);
    if (!target.ok || !target.value.row.enabled) return null;
    if (!(await hasOwner(d.store, found.workspace, target.value.row))) return null;
    const trigger = target.value.compiled.flow.triggers?.find((t) => t.id === found.trigger && t.kind === 'form@1');
    if (trigger === undefined || trigger.disabled === true) return null;
    const settings = trigger.with ?? {};
    const fields = formFields.safeParse(settings['fields']);
    if (!fields.success) return null;
    const { workspace, flow } = found;
    return { workspace, flow, trigger: found.trigger, target: target.value, fields: fields.data, with: settings };
  };

  const signed = (token: string, state: State): string => {
    const body = Buffer.from(JSON.stringify(state)).toString('base64url');
    return `${body}.${d.stamp(`${token}.${body}`)}`;
  };

  /** The state that came back; null: it is not ours, too old, or somebody else's. */
  const readState = (token: string, text: string | undefined, user: string | null): State | null => {
    const [body = '', mark = ''] = (text ?? '').split('.');
    const right = Buffer.from(d.stamp(`${token}.${body}`));
    const given = Buffer.from(mark);
    if (right.length !== given.length || !equal(right, given)) return null;
    const state = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as State;
    return state.e > d.clock.now() && state.u === user ? state : null;
  };

  const page = (
    token: string,
    form: Form,
    state: State,
    texts: Readonly<Record<string, string>>,
    errors: Extract<FormAnswer, { kind: 'page' }>['view']['errors'] = [],
  ): FormAnswer => {
    const pages = formPages(form.fields);
    const fields = fieldsOn(form.fields, pages[state.p] ?? 1);
    const last = state.p === pages.length - 1;
    return {
      kind: 'page',
      view: {
        ...lookOf(form),
        fields,
        page: state.p + 1,
        pages: pages.length,
        button: last ? (textOf(form.with['button']) ?? 'Send') : 'Next',
        state: signed(token, state),
        errors,
        texts,
        takesFiles: fields.some(({ type }) => type === 'file'),
      },
    };
  };

  const beginning = (user: string | null): State => ({
    n: randomBytes(18).toString('base64url'),
    p: 0,
    v: {},
    e: d.clock.now() + HOUR,
    u: user,
  });

  /** What the flow is told of a file, once it is kept. */
  const valueOf = (form: Form, number: string, file: SentFile) => {
    const folder = normaliseFilePath(textOf(form.with['folder']) ?? 'forms/') ?? 'forms/';
    const name = plainName(file.name);
    const path = `${folder}${number.slice(0, 12)}/${file.field}-${name}`;
    return { path, name, size: file.bytes.length, type: file.type };
  };

  const ended = async (live: Live): Promise<string> => {
    if (!live.over)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, PATIENCE);
        live.onEnd.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    const { phase, output } = live.state;
    if (phase !== 'done')
      return phase === 'failed' || phase === 'cancelled'
        ? 'It did not work out.'
        : 'It goes on; you can close this page.';
    const value = output === null ? null : d.values.read(live.base.workspace, output);
    return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  };

  const done = (form: Form, text?: string): FormAnswer => {
    const after = within(form.with['after']);
    const to = text === undefined ? textOf(after['redirect']) : null;
    return { kind: 'done', look: lookOf(form), text: text ?? textOf(after['text']) ?? 'Thank you. It was sent.', to };
  };

  const keyOf = (form: Form, state: State): string => `form:${form.trigger}:${state.n}`;
  /** Has a run begun with what was sent? */
  const isSent = async (form: Form, state: State): Promise<boolean> => {
    const { id } = form.target.row;
    const key = keyOf(form, state);
    return ((await d.store.in(form.workspace).runs.byIdempotencyKey(id, key, 0)) ?? d.runs.byKey(id, key)) !== null;
  };

  /** `input`: checked. */
  const begin = async (form: Form, state: State, input: unknown): Promise<FormAnswer> => {
    const { runs } = d;
    const { target, trigger } = form;
    if (await isSent(form, state)) return done(form);
    const answers = within(form.with['after'])['answer'] === true;
    // Another may have begun it while it was looked for.
    if (runs.byKey(target.row.id, keyOf(form, state)) !== null) return done(form);
    const made = runs.create({
      target,
      input,
      trigger: { id: trigger, kind: 'form@1', data: { by: state.u } },
      principal: `trigger:${trigger}`,
      priority: target.compiled.flow.settings?.priority ?? 0,
      idempotencyKey: keyOf(form, state),
      depth: 0,
    });
    if ('problem' in made) return { kind: 'refused', problem: refusedOutward(made.problem) };
    made.live.flush(d.journal);
    await d.journal.barrier(made.live.group);
    return answers ? done(form, await ended(made.live)) : done(form);
  };

  return async (token, user, sent) => {
    const form = await find(token);
    if (form === null) return { kind: 'unknown' };
    const locked = d.store.locked(form.workspace);
    if (locked !== null) return { kind: 'refused', problem: locked };
    const members = form.with['who'] === 'members';
    if (members && (user === null || (await d.store.directory.user(form.workspace, user)) === null))
      return { kind: 'sign-in' };
    const whose = members ? user : null;
    if (sent === null) return page(token, form, beginning(whose), {});
    if ((sent.texts[TRAP] ?? '') !== '') return done(form);
    const state = readState(token, sent.texts['_state'], whose);
    if (state === null)
      return page(token, form, beginning(whose), {}, [
        { field: form.fields[0]?.name ?? '', text: 'The form was open for too long: fill it in again.' },
      ]);
    return sentPage(token, form, state, sent);
  };

  async function sentPage(token: string, form: Form, state: State, sent: Sent): Promise<FormAnswer> {
    const pages = formPages(form.fields);
    const here = fieldsOn(form.fields, pages[state.p] ?? 1);
    const texts = { ...state.v, ...textsAgain(here, sent.texts) };
    if (sent.texts['_go'] === 'back' && state.p > 0)
      return page(token, form, { ...state, v: texts, p: state.p - 1 }, texts);
    const files = sent.files.filter(({ bytes, name }) => bytes.length > 0 && name !== '');
    const judged = judgeTexts(here, texts, Object.fromEntries(files.map(({ field }) => [field, true])));
    const large = files
      .filter(({ bytes }) => bytes.length > LARGEST)
      .map(({ field }) => ({ field, text: 'This file is too large: the form may have 5 MB as a whole.' }));
    const errors = [...judged.errors, ...large];
    if (errors.length > 0) return page(token, form, state, texts, errors);
    if (state.p < pages.length - 1) return page(token, form, { ...state, v: texts, p: state.p + 1 }, texts);
    const all = judgeTexts(form.fields, texts, Object.fromEntries(files.map(({ field }) => [field, true])));
    const again = (errors: readonly FieldError[]): FormAnswer => {
      const back = pages.findIndex((one) => fieldsOn(form.fields, one).some(({ name }) => name === errors[0]?.field));
      return page(token, form, { ...state, v: texts, p: Math.max(0, back) }, texts, errors);
    };
    if (all.errors.length > 0) return again(all.errors);
    if (await isSent(form, state)) return done(form);
    const taken = files.filter(({ field }) => here.some(({ name, type }) => name === field && type === 'file'));
    const told = taken.map((file) => ({ file, value: valueOf(form, state.n, file) }));
    const values = { ...all.values, ...Object.fromEntries(told.map(({ file, value }) => [file.field, value])) };
    // Nothing is kept of what the flow does not take.
    const checked = checkInput(form.target, values);
    if (!checked.ok) return again(unfit(form, [checked.problem]));
    for (const { file, value } of told) {
      const why = await keepFile(form, { path: value.path, type: file.type, bytes: file.bytes });
      if (why?.code === 'file.taken') return again([{ field: file.field, text: TAKEN }]);
      if (why !== null) return { kind: 'refused', problem: refusedOutward(why) };
    }
    return begin(form, state, checked.value);
  }
};

const TAKEN = 'Another file of this name was sent with this form before: give this one another name.';

/** What the flow does not take, beside the fields that it came from. */
const unfit = ({ fields }: Form, problems: readonly Problem[]): readonly FieldError[] => {
  const errors = problems.map(({ at, text }) => {
    const path = (at?.field ?? '').split('.');
    const of = fields.find(({ name }) => path.includes(name)) ?? fields[0];
    return { field: of?.name ?? '', text };
  });
  return errors.length > 0 ? errors : [{ field: fields[0]?.name ?? '', text: 'What was sent does not fit.' }];
};

const equal = (a: Uint8Array, b: Uint8Array): boolean => {
  let differs = 0;
  for (const [i, one] of a.entries()) differs |= one ^ (b[i] ?? 0);
  return differs === 0;
};
