/** The bell in the frame: the way to what one is told of, with how many were not read. Fetched when the page stands. */

import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import badge from '../inbox/badge.module.css';
import { paths } from '../router/paths.ts';
import { announce } from '../ui/announce.ts';
import { useNotificationEvents, useUnread } from './events.ts';

const MOST_SHOWN = 99;

export const Bell = () => {
  const { t } = useTranslation();
  const unread = useUnread().data ?? 0;
  useNotificationEvents((count) => announce(t('common.told', { count })));
  return (
    <Button
      component={Link}
      to={paths.notifications()}
      variant="subtle"
      size="compact-sm"
      px={6}
      aria-label={unread === 0 ? t('common.notifications') : t('common.told', { count: unread })}
    >
      <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden>
        <path d="M3 12h10l-1.2-2V7a3.8 3.8 0 0 0-7.6 0v3L3 12zM6.6 14h2.8" />
      </svg>
      {unread > 0 && (
        <span className={badge.badge} aria-hidden>
          {unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread}
        </span>
      )}
    </Button>
  );
};
