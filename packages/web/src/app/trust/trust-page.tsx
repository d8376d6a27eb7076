/** Trust: who may what, what was lent, what was done. One page a subject, with the way to the others beside it. */

import { type ComponentType, lazy, type LazyExoticComponent, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { trustRoute } from '../router/router.tsx';
import { paths, TRUST_PAGES, type TrustPage as Name } from '../router/paths.ts';
import { Sided } from '../ui/sided.tsx';

const PAGES: Readonly<Record<Name, LazyExoticComponent<ComponentType>>> = {
  members: lazy(() => import('./members/members-page.tsx').then(({ MembersPage }) => ({ default: MembersPage }))),
  secrets: lazy(() => import('./secrets/secrets-page.tsx').then(({ SecretsPage }) => ({ default: SecretsPage }))),
  connections: lazy(() =>
    import('./connections/connections-page.tsx').then(({ ConnectionsPage }) => ({ default: ConnectionsPage })),
  ),
  models: lazy(() => import('./models/models-page.tsx').then(({ ModelsPage }) => ({ default: ModelsPage }))),
  services: lazy(() => import('./services/services-page.tsx').then(({ ServicesPage }) => ({ default: ServicesPage }))),
  keys: lazy(() => import('./keys/keys-page.tsx').then(({ KeysPage }) => ({ default: KeysPage }))),
  roles: lazy(() => import('./roles/roles-page.tsx').then(({ RolesPage }) => ({ default: RolesPage }))),
  powers: lazy(() => import('./powers/map-page.tsx').then(({ MapPage }) => ({ default: MapPage }))),
  tokens: lazy(() => import('./tokens/tokens-page.tsx').then(({ TokensPage }) => ({ default: TokensPage }))),
  environments: lazy(() =>
    import('./environments/environments-page.tsx').then(({ EnvironmentsPage }) => ({ default: EnvironmentsPage })),
  ),
  limits: lazy(() => import('./limits/limits-page.tsx').then(({ LimitsPage }) => ({ default: LimitsPage }))),
  doctor: lazy(() => import('./doctor/doctor-page.tsx').then(({ DoctorPage }) => ({ default: DoctorPage }))),
  audit: lazy(() => import('./audit/audit-page.tsx').then(({ AuditPage }) => ({ default: AuditPage }))),
};

export const TrustPage = () => {
  const { t } = useTranslation();
  const { page } = trustRoute.useParams();
  const name = TRUST_PAGES.find((one) => one === page) ?? TRUST_PAGES[0];
  const Shown = PAGES[name];
  return (
    <Sided
      label={t('trust.pages.label')}
      links={TRUST_PAGES.map((one) => ({ to: paths.trust(one), text: t(`trust.pages.${one}`), active: one === name }))}
    >
      <Suspense fallback={null}>
        <Shown />
      </Suspense>
    </Sided>
  );
};
