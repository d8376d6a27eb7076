/** An expression or a template: a small editor with completion from what came before, and below it what it gives. */

import { everyStep, graphOf, isObject } from '@headgate/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { titleOf, useEditor, useFlow } from '../../editor-context.ts';
import { phrasesIn } from '../code/phrases.ts';
import codeClasses from '../code/code.module.css';
import type { FieldPath } from '../settings/owner.ts';
import { useOwner } from '../settings/owner.ts';
import { type ExpressionView, openExpression } from './expression-view.ts';
import { offersAt, type Root, type World } from './offers.ts';
import { Preview } from './preview.tsx';
import { useData } from './use-data.ts';

export type ExpressionProps = {
  readonly id: string;
  readonly label: string;
  readonly text: string;
  readonly wrong: boolean;
  /** It came in the place of a field that is being typed into. */
  readonly takesOver: boolean;
  readonly change: (text: string) => void;
  readonly flush: () => void;
  readonly path: FieldPath;
};

const typeIn = (schema: unknown): string =>
  isObject(schema) && typeof schema['type'] === 'string' ? schema['type'] : '';

/** The fields that the schema of a step's kind, or of the flow's input, has at a place. */
const useFields = (): World['fields'] => {
  const { kinds } = useEditor();
  const flow = useFlow();
  return ([root, ...path]) => {
    const [id, ...rest] = path;
    const kind = [...everyStep(flow)].find((step) => step.id === id)?.kind;
    const output = kinds.steps.find((one) => one.kind === kind)?.output;
    let here: unknown = root === 'input' ? flow.input : root === 'steps' ? output : undefined;
    for (const key of root === 'input' ? path : rest) {
      const properties = isObject(here) ? here['properties'] : undefined;
      here = isObject(properties) ? properties[key] : undefined;
    }
    const properties = isObject(here) ? here['properties'] : undefined;
    return isObject(properties)
      ? Object.entries(properties).map(([name, schema]) => ({ name, type: typeIn(schema) }))
      : [];
  };
};

export const Expression = ({ id, label, text, wrong, takesOver, change, flush, path }: ExpressionProps) => {
  const { t } = useTranslation();
  const owner = useOwner();
  const { kinds } = useEditor();
  const flow = useFlow();
  const data = useData(owner.id);
  const fields = useFields();
  const offers = (written: string, at: number) => {
    const graph = graphOf(flow);
    const node = graph.byId.get(owner.id);
    // The output of the flow sees every step that is in no block; a step sees those that it comes after.
    const seen = owner.id === '' ? graph.root.nodes : graph.nodes;
    const steps = seen
      .filter((one) => owner.id === '' || (node !== undefined && graph.upstream(one, node)))
      .map(({ id: step, step: { kind, name } }) => ({ id: step, title: name ?? titleOf(kinds, kind) }));
    const says = (root: Root): string => t(`expression.roots.${root}`);
    return offersAt(written, at, { scope: data.scope, steps, items: data.items, says, fields });
  };
  const box = useRef<HTMLDivElement>(null);
  const editor = useRef<ExpressionView>(null);
  const latest = useRef({ offers, change, flush, focused: () => owner.aim(path) });
  latest.current = { offers, change, flush, focused: () => owner.aim(path) };
  const begin = useRef({ text, takesOver });
  useEffect(() => {
    const parent = box.current;
    if (parent === null) return;
    const made = openExpression({
      parent,
      id,
      label,
      describedBy: `${id}-note ${id}-preview`,
      text: begin.current.text,
      phrases: phrasesIn((word) => t(`code.words.${word}`)),
      offers: (written, at) => latest.current.offers(written, at),
      typed: (written) => latest.current.change(written),
      flush: () => latest.current.flush(),
      focused: () => latest.current.focused(),
    });
    editor.current = made;
    if (begin.current.takesOver) made.focus();
    return () => {
      made.close();
      editor.current = null;
    };
  }, [id, label, t]);
  useEffect(() => editor.current?.text(text), [text]);
  useEffect(() => editor.current?.wrong(wrong), [wrong]);
  return (
    <>
      <div ref={box} className={codeClasses.editor} />
      <Preview id={`${id}-preview`} text={text} data={data} />
    </>
  );
};
