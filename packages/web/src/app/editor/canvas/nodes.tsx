/** What stands on the canvas: steps, triggers, blocks, notes and groups. Each draws again only when something of its own changed. */

import { Handle, type HandleType, type Node, type NodeHandle, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { useConnecting, useEditor, useIsCursor, useIsSelected, useProblemsOf, useStepView } from '../editor-context.ts';
import { spoken, type Told } from '../naming.ts';
import { NameField } from '../name-field.tsx';
import { BreakMark } from '../run/break-mark.tsx';
import { StateMark } from '../run/state-mark.tsx';
import { useHasBreak } from '../run/use-beside.ts';
import { BLOCK } from './box.ts';
import classes from './canvas.module.css';
import type { SceneBox } from './scene.ts';

export type BoxData = {
  readonly box: SceneBox;
  readonly told: Told | null;
  readonly renaming: boolean;
  readonly renamed: () => void;
};
export type BoxNode = Node<BoxData, 'step' | 'trigger' | 'block' | 'note' | 'frame'>;

/** `group` is a word of the canvas library's own, with a look of its own. */
export const typeOf = ({ what }: SceneBox): BoxNode['type'] => (what === 'group' ? 'frame' : what);

/** The way out of a step that has ports, when it does not matter which. */
export const ANY = '*';

/** Where wires end and begin, known before a box is drawn: wires to what is out of view are drawn all the same. */
export const handlesOf = ({ what, width, height, ports }: SceneBox): NodeHandle[] => {
  if (what === 'note' || what === 'group') return [];
  const middle = what === 'block' ? BLOCK.head / 2 : height / 2;
  const at = (type: HandleType, id: string | null, y: number): NodeHandle => ({
    id,
    type,
    position: type === 'source' ? Position.Right : Position.Left,
    x: type === 'source' ? width - 6 : -6,
    y: y - 6,
    width: 12,
    height: 12,
  });
  const into = what === 'trigger' ? [] : [at('target', null, middle)];
  if (ports.length === 0) return [...into, at('source', null, middle)];
  return [
    ...into,
    at('source', ANY, middle),
    ...ports.map((port, i) => at('source', port, portTop(height, ports.length, i))),
  ];
};

const portTop = (height: number, count: number, i: number): number => (height * (i + 1)) / (count + 1);

const Ways = memo(({ box }: { readonly box: SceneBox }) => {
  const { what, height, ports } = box;
  const middle = what === 'block' ? BLOCK.head / 2 : height / 2;
  return (
    <>
      {what !== 'trigger' && (
        <Handle type="target" position={Position.Left} style={{ top: middle }} className={classes.way} />
      )}
      {ports.length === 0 ? (
        <Handle
          type="source"
          position={Position.Right}
          style={{ top: middle }}
          className={classes.way}
          isConnectable={what !== 'trigger'}
        />
      ) : (
        <>
          <Handle
            type="source"
            id={ANY}
            position={Position.Right}
            style={{ top: middle }}
            className={classes.any}
            isConnectable={false}
          />
          {ports.map((port, i) => (
            <Handle
              key={port}
              type="source"
              id={port}
              position={Position.Right}
              style={{ top: portTop(height, ports.length, i) }}
              className={classes.way}
              data-problem={port === 'problem'}
            >
              <span className={classes.port}>{port}</span>
            </Handle>
          ))}
        </>
      )}
    </>
  );
});

const useBox = ({ box, told }: BoxData) => {
  const { t } = useTranslation();
  const selected = useIsSelected(box.id);
  const cursor = useIsCursor(box.id);
  const connecting = useConnecting();
  const view = useStepView(box.id);
  const problems = useProblemsOf(box.id);
  const breaks = useHasBreak(box.id);
  const state = view?.state ?? null;
  return {
    state,
    problems,
    breaks,
    props: {
      id: `box-${box.id}`,
      role: 'button',
      'aria-pressed': selected,
      'aria-label': told === null ? box.name : spoken(t, told, state, problems.length, breaks),
      'data-step': box.id,
      'data-selected': selected,
      'data-cursor': cursor,
      'data-target': cursor && connecting !== null && connecting.entry.split('.')[0] !== box.id,
      'data-disabled': box.disabled,
      'data-what': box.what,
      'data-state': state ?? 'none',
    },
  };
};

const StepBox = memo(({ data }: NodeProps<BoxNode>) => {
  const { t } = useTranslation();
  const { box, renaming, renamed } = data;
  const { state, problems, breaks, props } = useBox(data);
  return (
    <>
      <div {...props} className={classes.box} style={{ height: box.height }}>
        <BreakMark there={breaks} />
        <StateMark state={state} mute />
        <div className={classes.words}>
          {renaming ? (
            <NameField id={box.id} name={box.name} done={renamed} />
          ) : (
            <div className={classes.name}>{box.name}</div>
          )}{' '}
          <div className={classes.kind}>
            {box.text}
            {box.disabled && ` · ${t('editor.disabled')}`}
          </div>
        </div>
        {problems.length > 0 && (
          <span className={classes.badge} title={problems[0]?.text} data-count={problems.length} />
        )}
      </div>
      <Ways box={box} />
    </>
  );
});

const BlockBox = memo(({ data }: NodeProps<BoxNode>) => {
  const { t } = useTranslation();
  const { box, told, renaming, renamed } = data;
  const { state, problems, breaks, props } = useBox(data);
  return (
    <>
      <div {...props} className={classes.block} style={{ width: box.width, height: box.height }}>
        <div className={classes.blockHead}>
          <BreakMark there={breaks} />
          <StateMark state={state} mute />
          {renaming ? (
            <NameField id={box.id} name={box.name} done={renamed} />
          ) : (
            <div className={classes.name}>{box.name}</div>
          )}{' '}
          <div className={classes.kind}>
            {box.text}
            {box.disabled && ` · ${t('editor.disabled')}`}
          </div>
          {problems.length > 0 && (
            <span className={classes.badge} title={problems[0]?.text} data-count={problems.length} />
          )}
        </div>
        {told?.holds === 0 && <div className={classes.hint}>{t('graph.emptyBlock')}</div>}
      </div>
      <Ways box={box} />
    </>
  );
});

const NoteBox = memo(({ data }: NodeProps<BoxNode>) => {
  const { t } = useTranslation();
  const { commands } = useEditor();
  const { box, renaming, renamed } = data;
  const selected = useIsSelected(box.id);
  const cursor = useIsCursor(box.id);
  return (
    <div
      id={`box-${box.id}`}
      role="button"
      aria-pressed={selected}
      aria-label={t('graph.note', { text: box.text })}
      data-selected={selected}
      data-cursor={cursor}
      data-step={box.id}
      className={classes.note}
      style={{ width: box.width, height: box.height }}
    >
      {renaming ? (
        <NameField
          id={box.id}
          name={box.text}
          label={t('graph.noteText')}
          done={renamed}
          save={(text) => commands.write(box.id, text)}
        />
      ) : (
        box.text
      )}
    </div>
  );
});

const GroupBox = memo(({ data }: NodeProps<BoxNode>) => {
  const { box, renaming, renamed } = data;
  const selected = useIsSelected(box.id);
  const cursor = useIsCursor(box.id);
  return (
    <div
      id={`box-${box.id}`}
      role="button"
      aria-pressed={selected}
      aria-label={box.name}
      data-selected={selected}
      data-cursor={cursor}
      data-step={box.id}
      className={classes.group}
      style={{ width: box.width, height: box.height }}
    >
      {renaming ? (
        <NameField id={box.id} name={box.name} done={renamed} />
      ) : (
        <span className={classes.groupName}>{box.name}</span>
      )}
    </div>
  );
});

export const TYPES = { step: StepBox, trigger: StepBox, block: BlockBox, note: NoteBox, frame: GroupBox };
