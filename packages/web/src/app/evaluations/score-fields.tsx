/** One score of an evaluation: by what rows are measured, which part of the output, and from which score on they pass. */

import { Button, Group, NativeSelect, NumberInput, Paper, Text, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { growing } from '../ui/growing.ts';
import { KINDS, type ScoreDraft, type ScoreFault, usualThreshold } from './scores.ts';

type Props = {
  readonly draft: ScoreDraft;
  readonly number: number;
  readonly fault: ScoreFault | undefined;
  /** Published flows of the project, which may judge. */
  readonly judges: readonly { readonly id: string; readonly name: string }[];
  readonly change: (part: Partial<ScoreDraft>) => void;
  /** Undefined: it is the only one. */
  readonly remove: (() => void) | undefined;
};

export const ScoreFields = ({ draft, number, fault, judges, change, remove }: Props) => {
  const { t, i18n } = useTranslation();
  const { kind } = draft;
  const usual = new Intl.NumberFormat(i18n.language).format(usualThreshold(kind));
  return (
    <Paper withBorder p="sm" role="group" aria-label={t('evaluations.score.number', { number })}>
      <Group gap="xs" align="end">
        <NativeSelect
          size="sm"
          label={t('evaluations.score.kind')}
          value={kind}
          data={KINDS.map((value) => ({ value, label: t(`evaluations.kinds.${value}`) }))}
          onChange={(event) => change({ kind: KINDS.find((one) => one === event.currentTarget.value) ?? 'exact' })}
        />
        <TextInput
          size="sm"
          label={t('evaluations.score.part')}
          placeholder={t('evaluations.score.partHint')}
          autoComplete="off"
          value={draft.part}
          error={fault === 'part' ? t('evaluations.score.partWrong') : undefined}
          onChange={(event) => change({ part: event.currentTarget.value })}
        />
        <NumberInput
          size="sm"
          w={150}
          label={t('evaluations.score.threshold')}
          placeholder={usual}
          min={0}
          max={1}
          step={0.05}
          decimalScale={2}
          clampBehavior="strict"
          value={draft.threshold}
          onChange={(value) => change({ threshold: typeof value === 'number' ? value : '' })}
        />
        {remove !== undefined && (
          <Button
            size="compact-sm"
            variant="default"
            mb={4}
            aria-label={t('evaluations.score.removeOf', { number })}
            onClick={remove}
          >
            {t('evaluations.score.remove')}
          </Button>
        )}
      </Group>
      <Text size="xs" c="var(--hg-quiet)" mt={4}>
        {t(`evaluations.kindHints.${kind}`)}
      </Text>
      {kind === 'schema' && (
        <Textarea
          mt="xs"
          size="sm"
          className="hg-code"
          label={t('evaluations.score.schema')}
          {...growing(3, 16)}
          spellCheck={false}
          value={draft.schema}
          error={fault === 'schema' ? t('evaluations.score.schemaWrong') : undefined}
          onChange={(event) => change({ schema: event.currentTarget.value })}
        />
      )}
      {kind === 'judge' && (
        <>
          <NativeSelect
            mt="xs"
            size="sm"
            label={t('evaluations.score.flow')}
            value={draft.flow}
            error={fault === 'flow' ? t('evaluations.score.flowWrong') : undefined}
            data={[
              { value: '', label: t('evaluations.chooseFlow') },
              ...(draft.flow === '' || judges.some(({ id }) => id === draft.flow)
                ? []
                : [{ value: draft.flow, label: draft.flow }]),
              ...judges.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            onChange={(event) => change({ flow: event.currentTarget.value })}
          />
          <Textarea
            mt="xs"
            size="sm"
            label={t('evaluations.score.criteria')}
            description={t('evaluations.score.criteriaHint')}
            {...growing(2, 10)}
            value={draft.criteria}
            onChange={(event) => change({ criteria: event.currentTarget.value })}
          />
        </>
      )}
    </Paper>
  );
};
