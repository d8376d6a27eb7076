/** The rows of an evaluation: what became of each, its scores with why, and its run. */

import { Anchor, Button, Code, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Fragment, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { paths } from '../router/paths.ts';
import type { Answer } from '../transport/client.ts';
import { Section } from '../ui/section.tsx';
import { Signed } from '../ui/signed.tsx';
import { Cell, Row, Table } from '../ui/table.tsx';
import { PassMark } from './marks.tsx';
import { showValue } from './rows.ts';
import { useScoreText } from './totals.tsx';

type ResultRow = Answer<'getEvaluation'>['rows'][number];

const SHOWS = ['failed', 'passed', 'open', 'unjudged'] as const;
type Show = (typeof SHOWS)[number];

const kindOf = ({ state, passed }: ResultRow): Show =>
  state !== 'done' ? 'open' : passed === null ? 'unjudged' : passed ? 'passed' : 'failed';

/** Rows that are drawn at first, and with each press more. */
const PORTION = 100;

type Props = {
  readonly rows: readonly ResultRow[];
  /** What the scores are called, in their order. */
  readonly scores: readonly string[];
  readonly over: boolean;
  /** Which rows, as it stands in the address. */
  readonly show: string | undefined;
  readonly set: (show: string | undefined) => void;
};

export const Results = ({ rows, scores, over, show, set }: Props) => {
  const { t, i18n } = useTranslation();
  const [most, setMost] = useState(PORTION);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const number = new Intl.NumberFormat(i18n.language);
  const only = SHOWS.find((one) => one === show);
  const counts = new Map(SHOWS.map((one) => [one, rows.filter((row) => kindOf(row) === one).length]));
  const found = only === undefined ? rows : rows.filter((row) => kindOf(row) === only);
  return (
    <Section title={t('evaluations.result.title')}>
      <NativeSelect
        size="sm"
        w={260}
        label={t('evaluations.result.show')}
        value={only ?? ''}
        data={[
          { value: '', label: `${t('evaluations.result.all')} (${number.format(rows.length)})` },
          ...SHOWS.map((value) => ({
            value,
            label: `${t(`evaluations.result.${value}`)} (${number.format(counts.get(value) ?? 0)})`,
          })),
        ]}
        onChange={({ currentTarget: { value } }) => set(value === '' ? undefined : value)}
      />
      {found.length === 0 ? (
        <Text size="sm">{t('evaluations.result.none')}</Text>
      ) : (
        <Table
          label={t('evaluations.result.title')}
          heads={[
            t('evaluations.row'),
            t('evaluations.result.result'),
            ...scores.map((name) => ({ number: name })),
            t('evaluations.result.why'),
            t('evaluations.result.run'),
          ]}
        >
          {found.slice(0, most).map((row) => (
            <Fragment key={row.name}>
              <Line
                row={row}
                scores={scores}
                over={over}
                open={open.has(row.name)}
                toggle={() =>
                  setOpen(
                    new Set(open.has(row.name) ? [...open].filter((one) => one !== row.name) : [...open, row.name]),
                  )
                }
              />
              {open.has(row.name) && (
                <Row>
                  <Cell colSpan={4 + scores.length}>
                    <Given row={row} />
                  </Cell>
                </Row>
              )}
            </Fragment>
          ))}
        </Table>
      )}
      {found.length > most && (
        <Group>
          <Button size="compact-sm" variant="default" onClick={() => setMost(most + PORTION)}>
            {t('common.more')}
          </Button>
        </Group>
      )}
    </Section>
  );
};

type LineProps = {
  readonly row: ResultRow;
  readonly scores: readonly string[];
  readonly over: boolean;
  readonly open: boolean;
  readonly toggle: () => void;
};

const Line = ({ row, scores, over, open, toggle }: LineProps) => {
  const { t } = useTranslation();
  const scoreText = useScoreText();
  const whys = row.scores.flatMap(({ why }, at) => (why === null ? [] : [{ name: scores[at] ?? '', why }]));
  return (
    <Row>
      <Cell>
        <Anchor
          component="button"
          type="button"
          size="sm"
          ta="start"
          c="inherit"
          underline="always"
          aria-expanded={open}
          onClick={toggle}
        >
          {row.name}
        </Anchor>
      </Cell>
      <Cell>
        {row.state === 'done' ? (
          <PassMark passed={row.passed} />
        ) : row.state === 'running' ? (
          <Signed by={['◐', 'var(--hg-running)']} text={t('evaluations.result.runs')} />
        ) : (
          <Signed
            by={['○', 'var(--hg-quiet)']}
            text={t(over ? 'evaluations.result.left' : 'evaluations.result.waits')}
          />
        )}
      </Cell>
      {scores.map((name, at) => {
        const one = row.scores[at];
        return (
          <Cell key={name} ta="right" className="hg-number" c={one?.pass === false ? 'var(--hg-failed)' : undefined}>
            {one === undefined ? '' : scoreText(one.score)}
            {one?.pass === false && <span aria-hidden> ✕</span>}
          </Cell>
        );
      })}
      <Cell style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }} maw={420}>
        {whys.map(({ name, why }) => (
          <Text key={name} size="sm">
            {scores.length > 1 && `${name}: `}
            {why}
          </Text>
        ))}
      </Cell>
      <Cell>
        <Runs row={row} />
      </Cell>
    </Row>
  );
};

/** To what ran, and to what judged it. */
export const Runs = ({ row }: { readonly row: Pick<ResultRow, 'name' | 'run' | 'judge'> }) => {
  const { t } = useTranslation();
  return (
    <Group gap="xs" wrap="nowrap">
      {row.run !== null && (
        <Anchor
          component={Link}
          to={paths.run(row.run)}
          size="sm"
          underline="always"
          c="inherit"
          aria-label={t('evaluations.result.runOf', { name: row.name })}
        >
          {t('evaluations.result.run')}
        </Anchor>
      )}
      {row.judge !== null && (
        <Anchor
          component={Link}
          to={paths.run(row.judge)}
          size="sm"
          underline="always"
          c="inherit"
          aria-label={t('evaluations.result.judgeOf', { name: row.name })}
        >
          {t('evaluations.result.judge')}
        </Anchor>
      )}
    </Group>
  );
};

/** What of a value is drawn; the run holds all of it. */
const DRAWN = 4_000;

const pretty = (value: unknown): string =>
  (typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : showValue(value)).slice(0, DRAWN);

const Given = ({ row }: { readonly row: ResultRow }) => {
  const { t } = useTranslation();
  const parts = [
    ['input', pretty(row.input)],
    ...(row.expected === undefined ? [] : [['expected', pretty(row.expected)] as const]),
    ...(row.criteria === undefined ? [] : [['criteria', row.criteria] as const]),
  ] as const;
  return (
    <Stack gap="xs">
      {parts.map(([part, text]) => (
        <div key={part}>
          <Text size="xs" c="var(--hg-quiet)">
            {t(`evaluations.parts.${part}`)}
          </Text>
          <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {text}
          </Code>
        </div>
      ))}
    </Stack>
  );
};
