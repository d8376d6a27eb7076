/** The frame around every page: ways to other pages, the account, the palette and the help. Nothing of a page is in it. */

import { AppShell, Button, Group, Menu, NavLink, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keyText } from '../actions/keys.ts';
import { useAction, useKeys } from '../actions/use-action.ts';
import { chooseForGood, isLanguage, LANGUAGES } from '../i18n/i18n.ts';
import { paths } from '../router/paths.ts';
import { Notices } from '../ui/notices.tsx';
import { useSignedIn } from './signed-in.ts';

// Not needed to see a page; fetched at the first sign of a hand, so that they open at once.
const fetchPalette = () => import('./palette.tsx');
const fetchHelp = () => import('./help.tsx');
const Palette = lazy(() => fetchPalette().then(({ Palette }) => ({ default: Palette })));
const Help = lazy(() => fetchHelp().then(({ Help }) => ({ default: Help })));
// The signs are fetched when the page stands.
const fetchSigns = () => import('./signs.tsx');
const Badge = lazy(() => fetchSigns().then(({ Badge }) => ({ default: Badge })));
const Bell = lazy(() => fetchSigns().then(({ Bell }) => ({ default: Bell })));
const SIGNS = ['pointerdown', 'keydown', 'touchstart'] as const;

const SCHEMES = ['auto', 'light', 'dark'] as const;

export const Shell = ({ children }: { readonly children: ReactNode }) => {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [open, setOpen] = useState<'palette' | 'help' | null>(null);
  // On a narrow screen the ways to pages lie behind a button.
  const [pages, setPages] = useState(false);
  useEffect(() => setPages(false), [pathname]);
  const account = useSignedIn();
  useEffect(() => {
    const bring = (): void => {
      for (const sign of SIGNS) document.removeEventListener(sign, bring);
      // An engine that is away now may be back when they are wanted.
      void Promise.allSettled([fetchPalette(), fetchHelp()]);
    };
    for (const sign of SIGNS) document.addEventListener(sign, bring, { passive: true });
    return () => SIGNS.forEach((sign) => document.removeEventListener(sign, bring));
  }, []);
  useKeys();

  const nextScheme = SCHEMES[(SCHEMES.indexOf(colorScheme) + 1) % SCHEMES.length] ?? 'auto';
  useAction('palette', () => setOpen('palette'));
  useAction('help', () => setOpen('help'));
  useAction('goFlows', () => void navigate({ to: '/flows' }));
  useAction('goOverview', () => void navigate({ to: '/dashboard' }));
  useAction('goRuns', () => void navigate({ to: '/runs' }));
  useAction('goInbox', () => void navigate({ to: '/inbox' }));
  useAction('goTables', () => void navigate({ to: '/tables' }));
  useAction('goFiles', () => void navigate({ to: '/files' }));
  useAction('goTrust', () => void navigate({ to: '/trust/$page', params: { page: 'secrets' } }));
  useAction('goSettings', () => void navigate({ to: '/settings/$page', params: { page: 'general' } }));
  useAction('theme', () => setColorScheme(nextScheme));

  if (account === null) return null;
  const links = [
    { to: paths.dashboard(), text: t('common.overview') },
    { to: paths.flows(), text: t('common.flows') },
    { to: paths.inbox(), text: t('common.inbox') },
    { to: paths.runs(), text: t('common.runs') },
    { to: paths.tables(), text: t('common.tables') },
    { to: paths.knowledge(), text: t('common.knowledge') },
    { to: paths.files(), text: t('common.files') },
    { to: paths.trust(), text: t('common.trust') },
  ] as const;
  return (
    <>
      <a className="hg-skip" href="#main">
        {t('common.skip')}
      </a>
      <AppShell header={{ height: 48 }} padding={0}>
        <AppShell.Header>
          <Group h="100%" px="md" gap="sm" wrap="nowrap">
            <UnstyledButton component={Link} to="/flows" fw={700} visibleFrom="xs">
              {t('common.appName')}
            </UnstyledButton>
            <Button
              className="hg-burger"
              variant="subtle"
              size="compact-sm"
              aria-label={t('common.pages')}
              aria-expanded={pages}
              aria-controls="hg-nav"
              onClick={() => setPages(!pages)}
            >
              ☰
            </Button>
            <Group
              component="nav"
              id="hg-nav"
              gap={4}
              wrap="nowrap"
              aria-label={t('common.pages')}
              className="hg-nav"
              data-open={pages}
              onKeyDown={(event) => {
                if (event.key === 'Escape') setPages(false);
              }}
            >
              {links.map(({ to, text }) => (
                <NavLink
                  key={to}
                  component={Link}
                  to={to}
                  label={
                    to === paths.inbox() && account !== 'token' ? (
                      <>
                        {text}
                        <Suspense fallback={null}>
                          <Badge />
                        </Suspense>
                      </>
                    ) : (
                      text
                    )
                  }
                  active={pathname.startsWith(to)}
                  w="auto"
                  py={4}
                />
              ))}
            </Group>
            <Group ml="auto" gap="xs" wrap="nowrap" flex="none">
              <Button
                variant="default"
                size="compact-sm"
                onClick={() => setOpen('palette')}
                aria-keyshortcuts="Control+K"
              >
                <span className="hg-narrow" aria-hidden>
                  ⌕
                </span>
                <span className="hg-wide">{t('common.palette')} </span>
                <kbd>{keyText('Mod+K')}</kbd>
              </Button>
              {account !== 'token' && (
                <Suspense fallback={null}>
                  <Bell />
                </Suspense>
              )}
              <Menu position="bottom-end">
                <Menu.Target>
                  <Button variant="subtle" size="compact-sm" maw={{ base: 72, sm: 200 }}>
                    {account === 'token' ? t('connect.who') : account.name}
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item component={Link} to={paths.settings('general')}>
                    {t('common.settings')}
                  </Menu.Item>
                  {account !== 'token' && (
                    <Menu.Item component="a" href={paths.account()}>
                      {t('common.account')}
                    </Menu.Item>
                  )}
                  <Menu.Item onClick={() => setColorScheme(nextScheme)}>
                    {t('common.theme', { scheme: t(`common.themes.${colorScheme}`) })}
                  </Menu.Item>
                  <Menu.Label>{t('common.language')}</Menu.Label>
                  {Object.entries(LANGUAGES).map(([language, name]) => (
                    <Menu.Item
                      key={language}
                      lang={language}
                      onClick={() => isLanguage(language) && void chooseForGood(language)}
                    >
                      {name}
                    </Menu.Item>
                  ))}
                  <Menu.Divider />
                  <Menu.Item onClick={() => setOpen('help')}>{t('common.keys')}</Menu.Item>
                  {account !== 'token' && (
                    <form method="post" action="/api/v1/auth/logout">
                      <Menu.Item component="button" type="submit">
                        {t('common.signOut')}
                      </Menu.Item>
                    </form>
                  )}
                </Menu.Dropdown>
              </Menu>
            </Group>
          </Group>
        </AppShell.Header>
        <AppShell.Main id="main" tabIndex={-1}>
          {children}
        </AppShell.Main>
      </AppShell>
      <Notices />
      <Suspense fallback={null}>
        {open === 'palette' && <Palette opened close={() => setOpen(null)} />}
        {open === 'help' && <Help opened close={() => setOpen(null)} />}
      </Suspense>
    </>
  );
};
