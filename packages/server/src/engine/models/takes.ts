/** What a model takes, before it is asked: what it cannot be sent is refused, and what it can be held to is asked of it. */

import { type GenerateCall, type ModelAt, problem, type Problem } from '@headgate/core';

/** Why a model that takes texts alone is not asked about files; null: it is. */
export const unreadable = ({ spec }: ModelAt, name: string, { messages }: GenerateCall): Problem | null => {
  if (spec.takes === undefined || spec.takes.some((one) => one !== 'text')) return null;
  const file = messages.some(({ role, ...message }) =>
    role === 'user' && 'content' in message ? message.content.some(({ type }) => type === 'file') : false,
  );
  if (!file) return null;
  return problem('model.task', `The model ${name} takes texts and no pictures or files`, {
    at: { field: 'with.files' },
    retry: 'no',
    fix: 'Name a model that takes them, or take their text out first (pdf.text).',
  });
};

/** A model of this machine is held to the form of an answer beside tools; others are told of it in words. */
export const heldTo = ({ provider }: ModelAt, { form, ...call }: GenerateCall): GenerateCall =>
  form === undefined || provider.kind.adapter !== 'local' ? call : { schema: form, ...call };
