/**
 * A value of a run: as a table, a tree, its shape, its text, or beside that of the run before; looked through, and copied
 * from. Which of them, and the place within the value, stand in the address of the page.
 */

import { Button, SegmentedControl, Skeleton, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { inPointer, pointerNames } from '@headgate/core';
import { type ReactNode, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { copyText } from '../ui/copy-text.ts';
import classes from './data.module.css';
import { type Compare, Differences } from './differences.tsx';
import { expressionOf } from './expression.ts';
import { Found } from './found.tsx';
import { RawText } from './raw-text.tsx';
import { ShapeOf } from './shape-of.tsx';
import { keyOf, pagesOf, type Source } from './source.ts';
import { columnsOf, Table } from './table.tsx';
import { Tree } from './tree.tsx';
import { type Entry, ValueStore } from './value-store.ts';
import { wholeOf } from './whole.ts';

export const FORMS = ['table', 'json', 'shape', 'raw', 'diff'] as const;
export type Form = (typeof FORMS)[number];

/** What stands in the address. */
export type Look = {
  readonly as?: string | undefined;
  /** JSON Pointer of the place that is looked at. */
  readonly at?: string | undefined;
};

type Props = {
  readonly source: Source;
  readonly label: string;
  readonly look: Look;
  readonly show: (part: Look) => void;
  /** What the value is called in expressions; null: it cannot be named there. */
  readonly base: string | null;
  /** The runs it is compared with, and how it is called in each; null: there is nothing to compare. */
  readonly compare: Compare | null;
  /** Puts an expression into a field; `off`: why it cannot. */
  readonly use?: { readonly run: (expression: string) => void; readonly off?: string | undefined } | undefined;
  /** More about the place that is chosen. */
  readonly about?: ((path: string) => ReactNode) | undefined;
};

const SEARCH_AFTER = 300;

export const ValueView = (props: Props) => <Open key={keyOf(props.source)} {...props} />;

const Open = ({ source, label, look, show, base, compare, use, about }: Props) => {
  const { t } = useTranslation();
  const client = useEngine();
  const [store] = useState(() => new ValueStore(pagesOf(client, source)));
  useSyncExternalStore(store.subscribe, store.version);
  const at = look.at ?? '';
  useEffect(() => store.ensure(at), [store, at]);
  const [chosen, choose] = useState<Entry | null>(null);
  const [typed, type] = useState('');
  const [wanted] = useDebouncedValue(typed.trim(), SEARCH_AFTER);
  const root = store.at(at);
  const isTable = useMemo(() => root?.kind === 'list' && columnsOf(store.inner(root).entries) !== null, [root, store]);
  if (store.error !== null && root === null) return <FailureView error={store.error} again={() => store.ensure(at)} />;
  if (root === null) return <Skeleton h={160} aria-label={t('data.loading')} />;
  const asked = FORMS.find((one) => one === look.as && (one !== 'table' || root.kind === 'list'));
  const form: Form = asked ?? (isTable ? 'table' : 'json');
  const text = base === null ? null : (path: string): string => `{{ ${expressionOf(base, path)} }}`;
  const browse = { store, root, chosen: chosen?.path ?? null, choose, label, text };
  const place = chosen ?? root;
  const called = base === null ? place.path : expressionOf(base, place.path);

  const view: Readonly<Record<Form, () => ReactNode>> = {
    table: () => <Table {...browse} />,
    json: () => <Tree {...browse} />,
    shape: () => <ShapeOf source={source} path={at} label={label} />,
    raw: () => <RawText source={source} path={at} label={label} whole />,
    diff: () => (compare === null ? null : <Differences run={source.run} compare={compare} label={label} />),
  };
  return (
    <div className={classes.view}>
      <div className={classes.bar}>
        <SegmentedControl
          size="xs"
          aria-label={t('data.forms')}
          value={form}
          onChange={(value) => show({ as: value })}
          data={FORMS.filter((one) => one !== 'diff' || compare !== null).map((one) => ({
            value: one,
            disabled: one === 'table' && root.kind !== 'list',
            label: (
              <span title={one === 'table' && root.kind !== 'list' ? t('data.noTable') : undefined}>
                {t(`data.as.${one}`)}
              </span>
            ),
          }))}
        />
        <TextInput
          size="xs"
          w={140}
          type="search"
          aria-label={t('data.search')}
          placeholder={t('data.search')}
          value={typed}
          onChange={(event) => type(event.currentTarget.value)}
        />
        <Text size="xs" c="dimmed" className="hg-number">
          {t(`data.is.${root.kind}`, { count: root.length ?? 0 })}
        </Text>
      </div>
      {at !== '' && <Way at={at} go={(to) => show({ at: to === '' ? undefined : to })} />}
      {wanted === '' ? (
        view[form]()
      ) : (
        <Found
          source={source}
          text={wanted}
          go={(path) => {
            type('');
            const parent = path.slice(0, path.lastIndexOf('/'));
            show({ at: parent === '' ? undefined : parent, as: 'json' });
            const entry = { path, name: '', kind: 'text', length: null, value: null, cut: true } as const;
            choose(entry);
          }}
        />
      )}
      {(form === 'table' || form === 'json') && wanted === '' && (
        <>
          {place.kind === 'text' && (place.length ?? 0) > LONG && (
            <RawText key={place.path} source={source} path={place.path} label={t('data.text')} />
          )}
          <div className={classes.strip}>
            <code className={classes.path} title={called}>
              {called === '' ? t('data.all') : called}
            </code>
            {use !== undefined && base !== null && (
              <Button
                size="compact-xs"
                disabled={use.off !== undefined}
                title={use.off}
                onClick={() => use.run(called)}
              >
                {t('data.use')}
              </Button>
            )}
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => void wholeOf(client, source, place).then(copyText)}
            >
              {t('data.copyValue')}
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => void copyText(called)}>
              {t('data.copyPath')}
            </Button>
          </div>
          {about?.(place.path)}
        </>
      )}
    </div>
  );
};

/** Longer texts are shown below the tree, where one is chosen. */
const LONG = 60;

/** The way from the whole value to the place that is looked at. */
const Way = ({ at, go }: { readonly at: string; readonly go: (path: string) => void }) => {
  const { t } = useTranslation();
  const names = pointerNames(at) ?? [];
  return (
    <nav className={classes.bar} aria-label={t('data.way')}>
      {['', ...names].map((name, i) => {
        const path = names.slice(0, i).map(inPointer).join('');
        return (
          <Button key={path} size="compact-xs" variant="subtle" onClick={() => go(path)}>
            {i === 0 ? t('data.all') : name}
          </Button>
        );
      })}
    </nav>
  );
};
