/** A conversation with the assistant: asking, reading along, stopping, and what became of its proposals. */

import { type Edit, type Problem, problem, together } from '@headgate/core';
import type { TFunction } from 'i18next';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Given, Refusal } from '../../transport/client.ts';
import { announce } from '../../ui/announce.ts';
import { useEditor } from '../editor-context.ts';
import { keepLines, keptLines, type Line, type Proposal } from './kept.ts';

/** Of the contract (core/api/assist.ts): messages of one turn, and characters of one. */
const MOST = 40;
const LONGEST = 20_000;
/** Milliseconds between two drawings of what comes. */
const DRAWN = 40;

type Told =
  | { readonly type: 'said'; readonly text: string }
  | { readonly type: 'tool'; readonly name: string; readonly about: string; readonly problem?: Problem }
  | ({ readonly type: 'proposal' } & Proposal)
  | { readonly type: 'done' }
  | { readonly type: 'problem'; readonly problem: Problem };

const NEW: Omit<Line, 'id' | 'role'> = { text: '', uses: [], proposal: null, became: 'open', problem: null };

/** A line with what was told of it. */
const withTold = (line: Line, told: Told): Line => {
  switch (told.type) {
    case 'said':
      return { ...line, text: line.text + told.text };
    case 'tool':
      return {
        ...line,
        uses: [...line.uses, { name: told.name, about: told.about, problem: told.problem ?? null }],
      };
    case 'proposal': {
      const { revision, edits, did, problems, diff } = told;
      return { ...line, proposal: { revision, edits, did, problems, diff } };
    }
    case 'problem':
      return { ...line, problem: told.problem };
    case 'done':
      return line;
  }
};

type Said = NonNullable<Given<'assistFlow'>['body']>['said'][number];

/** What goes along with a turn: the latest, each with what became of its proposal. */
const saidOf = (lines: readonly Line[]): Said[] =>
  lines
    .filter(({ role, text, proposal }) => text !== '' || (role === 'assistant' && proposal !== null))
    .slice(-MOST)
    .map(({ role, text, proposal, became }) => ({
      role,
      text: text.slice(0, LONGEST),
      ...(proposal === null
        ? {}
        : { proposal: { became, edits: proposal.edits as NonNullable<Said['proposal']>['edits'] } }),
    }));

export const useAssist = () => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const { id } = draft;
  const [lines, setLines] = useState(() => keptLines(id));
  const [busy, setBusy] = useState(false);
  const now = useRef(lines);
  const end = useRef<AbortController | null>(null);
  const put = useCallback(
    (to: readonly Line[]): void => {
      now.current = to;
      setLines(to);
      keepLines(id, to);
    },
    [id],
  );
  // Who leaves ends it: the engine breaks the question off.
  useEffect(() => () => end.current?.abort(), []);

  const read = async (model: string, signal: AbortSignal, tell: (told: Told) => void): Promise<void> => {
    // What is talked about is what is on the screen.
    if (!(await draft.flush()))
      return tell({ type: 'problem', problem: problem('flow.conflict', t('assistant.unsaved')) });
    const body = { model, said: saidOf(now.current.slice(0, -1)) };
    let over = false;
    for await (const { data } of await client.listen('assistFlow', { params: { id }, body }, signal)) {
      const told = data as Told;
      over ||= told.type === 'done' || told.type === 'problem';
      tell(told);
    }
    if (!over && !signal.aborted) tell({ type: 'problem', problem: problem('egress.broken', t('assistant.broken')) });
  };

  const send = (text: string, model: string): void => {
    if (end.current !== null) return;
    const stop = new AbortController();
    end.current = stop;
    setBusy(true);
    const next = (now.current.at(-1)?.id ?? 0) + 1;
    let line: Line = { ...NEW, id: next + 1, role: 'assistant' };
    put([...now.current, { ...NEW, id: next, role: 'user', text }, line]);
    let drawn: ReturnType<typeof setTimeout> | undefined;
    const draw = (): void => {
      clearTimeout(drawn);
      drawn = undefined;
      // A new proposal takes the place of one that is still open: both are for the draft as it is saved.
      const older = (one: Line): Line =>
        line.proposal !== null && one.proposal !== null && one.became === 'open' ? { ...one, became: 'dropped' } : one;
      put(now.current.map((one) => (one.id === line.id ? line : older(one))));
    };
    const tell = (told: Told): void => {
      line = withTold(line, told);
      drawn ??= setTimeout(draw, DRAWN);
    };
    read(model, stop.signal, tell)
      .catch((error: unknown) => {
        if (stop.signal.aborted) return tell({ type: 'said', text: `\n\n${t('assistant.stopped')}` });
        const why = error instanceof Refusal ? error.problem : problem('egress.broken', t('assistant.broken'));
        tell({ type: 'problem', problem: why });
      })
      .finally(() => {
        draw();
        end.current = null;
        setBusy(false);
        announce(heardOf(line, t));
      });
  };

  const became = (line: Line, what: 'applied' | 'dropped'): void =>
    put(now.current.map((one) => (one.id === line.id ? { ...one, became: what } : one)));

  return {
    lines,
    busy,
    send,
    stop: (): void => end.current?.abort(),
    fresh: (): void => {
      end.current?.abort();
      put([]);
    },
    /** Does the edits to the draft, as one that undo takes back. The Problem, where they do not fit any more. */
    apply: async (line: Line): Promise<Problem | null> => {
      if (line.proposal === null || line.became !== 'open') return null;
      // What the person typed himself is saved as his own, before.
      await draft.flush();
      const made = draft.bring(together(t('assistant.edit'), line.proposal.edits as readonly Edit[]));
      if (!made.ok) return made.problem;
      became(line, 'applied');
      announce(t('assistant.applied'));
      return null;
    },
    drop: (line: Line): void => became(line, 'dropped'),
  };
};

export type Assist = ReturnType<typeof useAssist>;

const heardOf = (line: Line, t: TFunction): string => {
  if (line.problem !== null) return t('assistant.heard.failed', { text: line.problem.text });
  if (line.proposal !== null)
    return t('assistant.heard.proposed', { text: line.proposal.did.join(', ').slice(0, 300) });
  return t('assistant.heard.answered', { text: line.text.slice(0, 300) });
};
