/** Settings: of this browser, and of one's own account. One page a subject. */

import { type ComponentType, lazy, type LazyExoticComponent, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { paths, SETTINGS_PAGES, type SettingsPage as Name } from '../router/paths.ts';
import { settingsRoute } from '../router/router.tsx';
import { useSignedIn } from '../shell/signed-in.ts';
import { Sided } from '../ui/sided.tsx';

const PAGES: Readonly<Record<Name, LazyExoticComponent<ComponentType>>> = {
  general: lazy(() => import('./general-page.tsx').then(({ GeneralPage }) => ({ default: GeneralPage }))),
  notifications: lazy(() =>
    import('./notifications-page.tsx').then(({ NotificationSettings }) => ({ default: NotificationSettings })),
  ),
  sessions: lazy(() => import('./sessions-page.tsx').then(({ SessionsPage }) => ({ default: SessionsPage }))),
  keys: lazy(() => import('./own-keys-page.tsx').then(({ OwnKeysPage }) => ({ default: OwnKeysPage }))),
  apps: lazy(() => import('./apps-page.tsx').then(({ AppsPage }) => ({ default: AppsPage }))),
};

export const SettingsPage = () => {
  const { t } = useTranslation();
  const { page } = settingsRoute.useParams();
  // A token stands for whoever holds it: it has no sessions, keys or applications of its own.
  const pages = useSignedIn() === 'token' ? SETTINGS_PAGES.slice(0, 1) : SETTINGS_PAGES;
  const name = pages.find((one) => one === page) ?? SETTINGS_PAGES[0];
  const Shown = PAGES[name];
  return (
    <Sided
      label={t('settings.label')}
      links={pages.map((one) => ({
        to: paths.settings(one),
        text: t(`settings.pages.${one}`),
        active: one === name,
      }))}
    >
      <Suspense fallback={null}>
        <Shown />
      </Suspense>
    </Sided>
  );
};
