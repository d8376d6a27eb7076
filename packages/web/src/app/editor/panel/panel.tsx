/** The panel of a step, beside the flow: what came in, what it is set to, what came out. It is not modal: the flow stays at hand. */

import { Box, Button, Tabs } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { everyStep, isHookKind, type Step, type Trigger } from '@headgate/core';
import { lazy, type ReactNode, Suspense, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { EditorSearch } from '../../router/paths.ts';
import { ProblemView } from '../../problem/problem-view.tsx';
import { useChecked, useEditor, useFlow, useStepView, useWatched } from '../editor-context.ts';
import { toGraph } from '../to-graph.ts';
import { DataPane } from './data/data-pane.tsx';
import { PanelHead } from './panel-head.tsx';
import classes from './panel.module.css';
import { Resizer } from './resizer.tsx';
import { OwnerContext } from './settings/owner.ts';
import { SettingsPane, useOwnerOf } from './settings/settings-pane.tsx';
import { useSize } from './use-size.ts';

const Listen = lazy(() => import('../listen/listen.tsx').then((module) => ({ default: module.Listen })));
const TriggerHealth = lazy(() =>
  import('../health/trigger-health.tsx').then((module) => ({ default: module.TriggerHealth })),
);
const HeldPane = lazy(() => import('../run/held-pane.tsx').then((module) => ({ default: module.HeldPane })));

type Props = {
  readonly step: string;
  readonly tab: string | undefined;
  readonly show: (part: EditorSearch, replace?: boolean) => void;
};

const BOUNDS = { least: 340, most: 1600, begin: 480 };
/** From here on there is room for three panes beside each other. */
const WIDE = 860;

export const Panel = ({ step: id, tab, show }: Props) => {
  const flow = useFlow();
  const { selection } = useEditor();
  // Who came here by an address has the step that is open in hand: what runs "this step" runs it.
  useEffect(() => {
    if (selection.state().size === 0) selection.set([id]);
  }, [selection, id]);
  const step = [...everyStep(flow)].find((one) => one.id === id);
  const thing: Step | Trigger | undefined = step ?? (flow.triggers ?? []).find((one) => one.id === id);
  return thing === undefined ? null : <Open thing={thing} isStep={step !== undefined} tab={tab} show={show} />;
};

type OpenProps = Omit<Props, 'step'> & { readonly thing: Step | Trigger; readonly isStep: boolean };

const PANES = ['input', 'settings', 'output'] as const;
type Pane = (typeof PANES)[number];

const Open = ({ thing, isStep, tab, show }: OpenProps) => {
  const { t } = useTranslation();
  const [width, resize] = useSize('headgate.panel', BOUNDS);
  const { ref, width: room } = useElementSize();
  const { problems } = useChecked();
  const held = (useWatched().now.steps.get(thing.id)?.held ?? []).length > 0;
  const owner = useOwnerOf({ thing, isStep, problems });
  const chosen: Pane = PANES.find((one) => one === tab) ?? 'settings';
  const panes = isStep ? PANES : (['settings', 'output'] as const);
  const pane: Readonly<Record<Pane, () => ReactNode>> = {
    input: () => <DataPane step={thing.id} side="in" />,
    settings: () => <SettingsPane thing={thing} isStep={isStep} problems={problems} />,
    output: () => <DataPane step={thing.id} side="out" />,
  };
  return (
    <aside
      className={classes.panel}
      style={{ width }}
      ref={ref}
      aria-label={t('editor.panel.title', { name: thing.name ?? thing.id })}
    >
      <Resizer
        label={t('panel.resize')}
        size={width}
        least={BOUNDS.least}
        most={BOUNDS.most}
        grows={-1}
        resize={resize}
      />
      <OwnerContext value={owner}>
        <PanelHead
          thing={thing}
          isStep={isStep}
          close={() => {
            show({ step: undefined, tab: undefined, item: undefined });
            toGraph();
          }}
          rekeyed={(to) => show({ step: to }, true)}
        />
        {!isStep && isHookKind(thing.kind) && (
          <Suspense fallback={null}>
            <Listen trigger={thing} show={show} />
          </Suspense>
        )}
        {!isStep && (
          <Suspense fallback={null}>
            <TriggerHealth trigger={thing.id} />
          </Suspense>
        )}
        {held && (
          <Suspense fallback={null}>
            <HeldPane step={thing.id} />
          </Suspense>
        )}
        {room >= WIDE && isStep ? (
          <div className={classes.panes}>
            {PANES.map((name) => (
              <section key={name} className={classes.pane} aria-label={t(`editor.panel.${name}`)}>
                <h2 className={classes.paneTitle}>{t(`editor.panel.${name}`)}</h2>
                {pane[name]()}
              </section>
            ))}
          </div>
        ) : (
          <Tabs
            className={classes.body}
            value={chosen}
            onChange={(value) => show({ tab: value ?? undefined }, true)}
            keepMounted={false}
          >
            <Tabs.List>
              {panes.map((name) => (
                <Tabs.Tab key={name} value={name}>
                  {t(`editor.panel.${name}`)}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {panes.map((name) => (
              <Tabs.Panel key={name} value={name} className={classes.pane} style={{ flex: 1 }}>
                {name === 'settings' && <Failed step={thing.id} />}
                {pane[name]()}
              </Tabs.Panel>
            ))}
          </Tabs>
        )}
      </OwnerContext>
    </aside>
  );
};

const toNeeds = (): void => {
  const needs = document.querySelector<HTMLElement>('[data-needs]');
  needs?.scrollIntoView({ block: 'center' });
  needs?.focus();
};

/** Where a step is mended stands what is to be mended: the output is a tab away. */
const Failed = ({ step }: { readonly step: string }) => {
  const { t } = useTranslation();
  const found = useStepView(step)?.problem ?? null;
  if (found === null) return null;
  // It is lent by a press here, and not by a text for programs.
  const { fix: _, ...lacks } = found;
  const lent = found.code !== 'grant.missing';
  return (
    <Box py="sm">
      <ProblemView
        problem={lent ? found : lacks}
        act={
          lent ? undefined : (
            <Button size="compact-sm" onClick={() => toNeeds()}>
              {t('needs.go')}
            </Button>
          )
        }
      />
    </Box>
  );
};
