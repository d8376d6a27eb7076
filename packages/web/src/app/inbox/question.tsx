/** One question: who asks, what, until when; the answer, or who gave which. Of a question to others, where its run tells more. */

import { Anchor, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useNames } from '../access/who.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { paths } from '../router/paths.ts';
import { Section } from '../ui/section.tsx';
import { Signed } from '../ui/signed.tsx';
import { ago, When } from '../ui/when.tsx';
import { AnswerForm } from './answer-form.tsx';
import { type Ask, type AskLook, useAsk } from './asks.ts';
import { Delegate } from './delegate.tsx';
import classes from './inbox.module.css';
import { ASK_SIGN } from './sign.ts';

type Props = {
  readonly id: string;
  /** As the list has it; undefined: it is not in the list that is shown. */
  readonly row: Ask | undefined;
  readonly mine: boolean;
  readonly answered: () => void;
};

export const Question = ({ id, row, mine, answered }: Props) => {
  const ask = useAsk(id);
  if (!mine && ask.error !== null && row !== undefined) return <Others row={row} />;
  return (
    <Loaded query={ask} rows={5}>
      {(look) => (
        <Stack gap="lg">
          <Head look={look} />
          {look.text !== null && <p className={classes.text}>{look.text}</p>}
          {look.yours ? (
            <>
              <AnswerForm look={look} answered={answered} />
              <Delegate id={look.id} done={answered} />
            </>
          ) : (
            <Given look={look} />
          )}
        </Stack>
      )}
    </Loaded>
  );
};

/** What the list tells of one that others are asked. */
const Others = ({ row }: { readonly row: Ask }) => {
  const { t } = useTranslation();
  return (
    <Stack gap="lg">
      <Head look={row} />
      <Text size="sm">{t('inbox.others')}</Text>
    </Stack>
  );
};

type Told = Pick<Ask, 'title' | 'flow' | 'flowName' | 'run' | 'step' | 'state' | 'asked' | 'deadline' | 'ended'>;

const Head = ({ look }: { readonly look: Told }) => {
  const { t, i18n } = useTranslation();
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        {look.title}
      </Title>
      <dl className={classes.facts}>
        <dt>{t('inbox.asks')}</dt>
        <dd>
          <Anchor component={Link} to={paths.flow(look.flow)} inherit underline="always">
            {look.flowName ?? look.flow}
          </Anchor>
          {', '}
          <Anchor component={Link} to={paths.run(look.run, { step: look.step })} inherit underline="always">
            {t('inbox.step', { step: look.step })}
          </Anchor>
        </dd>
        <dt>{t('inbox.asked')}</dt>
        <dd>
          <When iso={look.asked} />
        </dd>
        <dt>{t('inbox.state')}</dt>
        <dd>
          <Signed by={ASK_SIGN[look.state]} text={t(`inbox.states.${look.state}`)} />{' '}
          {look.ended !== null && <When iso={look.ended} />}
        </dd>
        {look.deadline !== null && (
          <>
            <dt>{t('inbox.deadline')}</dt>
            <dd>
              {ago(look.deadline, i18n.language)}
              {', '}
              {new Date(look.deadline).toLocaleString(i18n.language, { dateStyle: 'full', timeStyle: 'short' })}
            </dd>
          </>
        )}
      </dl>
    </Stack>
  );
};

const Given = ({ look }: { readonly look: AskLook }) => {
  const { t } = useTranslation();
  const name = useNames();
  return (
    <Section title={t('inbox.given', { count: look.answers })}>
      {look.given.length === 0 ? (
        <Text size="sm">{t('inbox.nobody')}</Text>
      ) : (
        <ul className={classes.given}>
          {look.given.map((one) => (
            <li key={`${one.by} ${one.at}`}>
              <strong>{one.by === 'link' ? t('inbox.byLink') : name(one.by)}</strong> · <When iso={one.at} />
              <Said answer={one.answer} look={look} />
              {one.comment !== null && <p className={classes.text}>{one.comment}</p>}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
};

/** An answer as words, or the fields of a form with what was filled in. */
const Said = ({ answer, look }: { readonly answer: unknown; readonly look: AskLook }) => {
  const { t } = useTranslation();
  if (answer === 'approved' || answer === 'refused')
    return look.wanted.kind === 'approve' ? <div>{t(`inbox.said.${answer}`)}</div> : <div>{answer}</div>;
  if (look.wanted.kind !== 'form' || typeof answer !== 'object' || answer === null) return <div>{wordsOf(answer)}</div>;
  return (
    <dl className={classes.facts}>
      {look.wanted.fields.map(({ name, label }) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{label}</dt>
          <dd>{wordsOf(Reflect.get(answer, name), (yes) => t(yes ? 'panel.yes' : 'panel.no'))}</dd>
        </div>
      ))}
    </dl>
  );
};

const wordsOf = (value: unknown, yesNo?: (yes: boolean) => string): string => {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean' && yesNo !== undefined) return yesNo(value);
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(String).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
