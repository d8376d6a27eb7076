/** What is kept in this browser: look, language, keys; and the workspace that this session acts in. All of it acts at once. */

import { Badge, Button, Checkbox, Group, SegmentedControl, Stack, Text, useMantineColorScheme } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useWorkspaces } from '../access/may.ts';
import { registry } from '../actions/registry.ts';
import { useEngine } from '../engine.tsx';
import { chooseForGood, isLanguage, LANGUAGES } from '../i18n/i18n.ts';
import { uploads } from '../files/uploads.ts';
import { DENSITIES, setPrefs, usePrefs } from '../prefs/prefs.ts';
import { Loaded } from '../problem/loaded.tsx';
import { tell } from '../problem/tell.ts';
import { useSignedIn } from '../shell/signed-in.ts';
import { notify } from '../ui/notices.tsx';
import { Page } from '../ui/page.tsx';
import { Section } from '../ui/section.tsx';
import { useRoleName } from '../trust/roles.ts';

const SCHEMES = ['auto', 'light', 'dark'] as const;

export const GeneralPage = () => {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { density, letters } = usePrefs();
  const account = useSignedIn();
  return (
    <Page title={t('settings.pages.general')} lead={t('settings.general.lead')}>
      <Stack gap="xl">
        <Section title={t('settings.general.look')}>
          <Choice label={t('settings.general.theme')}>
            {(label) => (
              <SegmentedControl
                aria-labelledby={label}
                value={colorScheme}
                onChange={(value) => setColorScheme(SCHEMES.find((one) => one === value) ?? 'auto')}
                data={SCHEMES.map((one) => ({ value: one, label: t(`settings.general.themes.${one}`) }))}
              />
            )}
          </Choice>
          <Choice label={t('settings.general.density')}>
            {(label) => (
              <SegmentedControl
                aria-labelledby={label}
                value={density}
                onChange={(value) => setPrefs({ density: DENSITIES.find((one) => one === value) ?? 'roomy' })}
                data={DENSITIES.map((one) => ({ value: one, label: t(`settings.general.densities.${one}`) }))}
              />
            )}
          </Choice>
          <Choice label={t('settings.general.language')}>
            {(label) => (
              <SegmentedControl
                aria-labelledby={label}
                value={i18n.language}
                onChange={(value) => isLanguage(value) && void chooseForGood(value)}
                data={Object.entries(LANGUAGES).map(([value, name]) => ({
                  value,
                  label: <span lang={value}>{name}</span>,
                }))}
              />
            )}
          </Choice>
        </Section>
        <Section title={t('settings.general.keys')}>
          <Checkbox
            label={t('settings.general.letters')}
            description={t('settings.general.lettersHelp')}
            checked={letters}
            onChange={({ currentTarget }) => setPrefs({ letters: currentTarget.checked })}
            maw={680}
          />
          <Button
            variant="default"
            size="compact-sm"
            style={{ alignSelf: 'start' }}
            onClick={() => registry.run('help')}
          >
            {t('settings.general.allKeys')}
          </Button>
        </Section>
        {account !== 'token' && <Workspaces />}
      </Stack>
    </Page>
  );
};

const Choice = ({ label, children }: { readonly label: string; readonly children: (id: string) => ReactNode }) => {
  const id = useId();
  return (
    <Group gap="md">
      <Text size="sm" id={id} w={90}>
        {label}
      </Text>
      {children(id)}
    </Group>
  );
};

const Workspaces = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const workspaces = useWorkspaces();
  const roleName = useRoleName();
  const go = useMutation({
    mutationFn: ({ id }: { readonly id: string; readonly name: string }) => {
      // Files that wait to be sent would go into the other one.
      uploads.drop();
      return engine.call('chooseWorkspace', { params: { id } });
    },
    onSuccess: async (_, { name }) => {
      // Nothing that was seen of the one before is shown in this one.
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' && queryKey[0] !== 'workspaces' });
      await queries.invalidateQueries();
      notify({ text: t('settings.general.gone', { name }) });
    },
    onError: tell,
  });
  return (
    <Section title={t('settings.general.workspace')} lead={t('settings.general.workspaceHelp')}>
      <Loaded query={workspaces} rows={1}>
        {({ workspaces: list }) => (
          <Stack gap="xs" maw={680}>
            {list.map((one) => {
              const here = one.chosen || list.length === 1;
              return (
                <Group key={one.id} justify="space-between" wrap="nowrap">
                  <div>
                    <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
                      {one.name}{' '}
                      {here && (
                        <Badge variant="outline" color="teal">
                          {t('settings.general.current')}
                        </Badge>
                      )}
                    </Text>
                    <Text size="xs" c="var(--hg-quiet)">
                      {roleName(one.role)}
                      {one.held && ` · ${t('settings.general.held')}`}
                    </Text>
                  </div>
                  {!here && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      loading={go.isPending && go.variables.id === one.id}
                      aria-label={t('settings.general.goOf', { name: one.name })}
                      onClick={() => go.mutate(one)}
                    >
                      {t('settings.general.go')}
                    </Button>
                  )}
                </Group>
              );
            })}
          </Stack>
        )}
      </Loaded>
    </Section>
  );
};
