/** What somebody said to a question, judged: the JSON of a program or the inputs of a page, to an answer or what is wrong with it. */

import {
  type FieldError,
  judgeTexts,
  judgeValues,
  problem,
  type Problem,
  type FormTexts as Texts,
  type Wanted,
} from '@headgate/core';

export type Said =
  | { readonly ok: true; readonly answer: unknown; readonly comment: string | null }
  | { readonly ok: false; readonly problem: Problem; readonly errors: readonly FieldError[] };

const MOST_COMMENT = 2_000;

const wrong = (text: string, errors: readonly FieldError[] = []): Said => ({
  ok: false,
  problem: problem('ask.invalid', text, { at: { field: errors[0]?.field ?? 'answer' } }),
  errors,
});

const commentOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, MOST_COMMENT) : null;

const isRecord = (value: unknown): value is Texts =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An answer of a program: `approved` or `refused` (or true or false), a choice, or the values of a form. */
export const saidBy = (wanted: Wanted, given: { readonly answer: unknown; readonly comment?: unknown }): Said => {
  const comment = commentOf(given.comment);
  const { answer } = given;
  switch (wanted.kind) {
    case 'approve': {
      const said = answer === true ? 'approved' : answer === false ? 'refused' : answer;
      return said === 'approved' || said === 'refused'
        ? { ok: true, answer: said, comment }
        : wrong('The answer is approved or refused.');
    }
    case 'choose':
      return typeof answer === 'string' && wanted.choices.includes(answer)
        ? { ok: true, answer, comment }
        : wrong('The answer is one of the choices.');
    case 'form': {
      if (!isRecord(answer)) return wrong('The answer is an object with the fields of the form.');
      const { values, errors } = judgeValues(wanted.fields, answer);
      return errors.length === 0
        ? { ok: true, answer: values, comment }
        : wrong(errors[0]?.text ?? 'The form is not filled in.', errors);
    }
  }
};

/** The inputs of a page: `answer` names the button or the choice, `comment` the remark; a form has its fields. */
export const saidOnPage = (wanted: Wanted, texts: Texts): Said => {
  const comment = Object.hasOwn(texts, 'comment') ? texts['comment'] : undefined;
  if (wanted.kind !== 'form') {
    const answer = Object.hasOwn(texts, 'answer') ? texts['answer'] : undefined;
    const said = saidBy(wanted, { answer, comment });
    return said.ok ? said : wrong(said.problem.text, [{ field: 'answer', text: 'Choose one of these.' }]);
  }
  const { values, errors } = judgeTexts(wanted.fields, texts);
  return errors.length === 0
    ? { ok: true, answer: values, comment: commentOf(comment) }
    : wrong(errors[0]?.text ?? 'The form is not filled in.', errors);
};
