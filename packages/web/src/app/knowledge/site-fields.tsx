/** What a site is: where it begins, and under “More” how much of it is read and how often. */

import { Group, NumberInput, Stack, TextInput } from '@mantine/core';
import { type SiteSpec, SITE_LIMITS } from '@headgate/core';
import { useTranslation } from 'react-i18next';

/** As it stands in the form. */
export type SiteDraft = {
  readonly url: string;
  readonly prefix: string;
  readonly origins: string;
  readonly pages: number;
  readonly depth: number;
  /** Megabytes. */
  readonly page: number;
  readonly all: number;
  /** Hours between two readings; 0: only when somebody says so. */
  readonly every: number;
};

const { pages, depth, pageBytes, bytes } = SITE_LIMITS;
const MB = 1_000_000;

export const NO_SITE: SiteDraft = {
  ...{ url: '', prefix: '', origins: '', pages: pages.usual, depth: depth.usual },
  ...{ page: pageBytes.usual / MB, all: bytes.usual / MB, every: 0 },
};

/** The source that the form says; what is as usual is left out. */
export const siteGiven = (draft: SiteDraft): SiteSpec => {
  const prefix = draft.prefix.trim();
  const origins = draft.origins.split(/[\s,]+/).filter((one) => one !== '');
  return {
    ...{ kind: 'url', url: draft.url.trim() },
    ...(prefix === '' ? {} : { prefix }),
    ...(origins.length === 0 ? {} : { origins }),
    ...(draft.pages === pages.usual ? {} : { pages: draft.pages }),
    ...(draft.depth === depth.usual ? {} : { depth: draft.depth }),
    ...(draft.page === pageBytes.usual / MB ? {} : { pageBytes: Math.round(draft.page * MB) }),
    ...(draft.all === bytes.usual / MB ? {} : { bytes: Math.round(draft.all * MB) }),
    ...(draft.every === 0 ? {} : { every: draft.every * 60 }),
  };
};

const EXAMPLE = { url: 'https://example.com/docs/', prefix: '/docs/', origins: 'https://help.example.com' };

type Props = { readonly draft: SiteDraft; readonly change: (draft: SiteDraft) => void };

export const SiteFields = ({ draft, change }: Props) => {
  const { t } = useTranslation();
  const set = (part: Partial<SiteDraft>): void => change({ ...draft, ...part });
  return (
    <Stack gap="xs" style={{ flex: '1 1 20rem' }}>
      <TextInput
        label={t('knowledge.site.url')}
        description={t('knowledge.site.urlHint')}
        placeholder={EXAMPLE.url}
        value={draft.url}
        inputMode="url"
        autoComplete="off"
        onChange={(event) => set({ url: event.currentTarget.value })}
      />
      <details>
        <summary>{t('knowledge.site.more')}</summary>
        <Stack gap="xs" pt="xs">
          <Group grow align="start">
            <TextInput
              label={t('knowledge.site.prefix')}
              placeholder={EXAMPLE.prefix}
              value={draft.prefix}
              autoComplete="off"
              onChange={(event) => set({ prefix: event.currentTarget.value })}
            />
            <TextInput
              label={t('knowledge.site.origins')}
              placeholder={EXAMPLE.origins}
              value={draft.origins}
              autoComplete="off"
              onChange={(event) => set({ origins: event.currentTarget.value })}
            />
          </Group>
          <Group grow align="start">
            <NumberInput
              label={t('knowledge.site.pages')}
              min={1}
              max={pages.most}
              allowDecimal={false}
              value={draft.pages}
              onChange={(value) => set({ pages: Number(value) })}
            />
            <NumberInput
              label={t('knowledge.site.depth')}
              min={0}
              max={depth.most}
              allowDecimal={false}
              value={draft.depth}
              onChange={(value) => set({ depth: Number(value) })}
            />
          </Group>
          <Group grow align="start">
            <NumberInput
              label={t('knowledge.site.page')}
              min={0.001}
              max={pageBytes.most / MB}
              value={draft.page}
              onChange={(value) => set({ page: Number(value) })}
            />
            <NumberInput
              label={t('knowledge.site.all')}
              min={0.001}
              max={bytes.most / MB}
              value={draft.all}
              onChange={(value) => set({ all: Number(value) })}
            />
            <NumberInput
              label={t('knowledge.site.every')}
              description={t('knowledge.site.everyHint')}
              min={0}
              max={SITE_LIMITS.every.most / 60}
              allowDecimal={false}
              value={draft.every}
              onChange={(value) => set({ every: Number(value) })}
            />
          </Group>
        </Stack>
      </details>
    </Stack>
  );
};
