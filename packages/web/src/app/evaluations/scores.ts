/** Scores as they are chosen in the form, and read from it. What fits, the engine says; here only what could not be sent is told. */

import { type EvalScore, isObject, thresholdOf } from '@headgate/core';

export const KINDS = ['exact', 'similarity', 'schema', 'judge'] as const;
export type Kind = (typeof KINDS)[number];

export type ScoreDraft = {
  readonly key: number;
  readonly kind: Kind;
  readonly part: string;
  /** Empty: what stands when nothing is said. */
  readonly threshold: number | '';
  readonly schema: string;
  readonly flow: string;
  readonly criteria: string;
};

let made = 0;
export const newScore = (kind: Kind = 'exact'): ScoreDraft => ({
  key: (made += 1),
  kind,
  part: '',
  threshold: '',
  schema: '{ "type": "object" }',
  flow: '',
  criteria: '',
});

/** From which score on a row passes where nothing is said. */
export const usualThreshold = (kind: Kind): number => thresholdOf({ kind, flow: '', schema: {} } as EvalScore);

/** Of an earlier evaluation: to begin another one like it. */
export const draftOfScore = (score: EvalScore): ScoreDraft => ({
  ...newScore(score.kind),
  part: score.part ?? '',
  threshold: score.threshold ?? '',
  ...(score.kind === 'schema' ? { schema: JSON.stringify(score.schema, null, 2) } : {}),
  ...(score.kind === 'judge' ? { flow: score.flow, criteria: score.criteria ?? '' } : {}),
});

export type ScoreFault = 'schema' | 'flow' | 'part';

/** A part of the output, such as answer.text. */
const PART = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*$/;

const parsed = (text: string): Record<string, unknown> | null => {
  try {
    const value = JSON.parse(text) as unknown;
    return isObject(value) ? { ...value } : null;
  } catch {
    return null;
  }
};

export const readScore = (
  draft: ScoreDraft,
): { readonly ok: true; readonly value: EvalScore } | { readonly ok: false; readonly fault: ScoreFault } => {
  const part = draft.part.trim();
  if (part !== '' && !PART.test(part)) return { ok: false, fault: 'part' };
  const common = {
    ...(part === '' ? {} : { part }),
    ...(draft.threshold === '' ? {} : { threshold: draft.threshold }),
  };
  switch (draft.kind) {
    case 'schema': {
      const schema = parsed(draft.schema);
      return schema === null
        ? { ok: false, fault: 'schema' }
        : { ok: true, value: { kind: 'schema', schema, ...common } };
    }
    case 'judge': {
      if (draft.flow === '') return { ok: false, fault: 'flow' };
      const criteria = draft.criteria.trim();
      return {
        ok: true,
        value: { kind: 'judge', flow: draft.flow, ...(criteria === '' ? {} : { criteria }), ...common },
      };
    }
    default:
      return { ok: true, value: { kind: draft.kind, ...common } };
  }
};
