/** Fetches pages that no first look opens. By itself, so that what they are made of is listed here and not in what is sent first. */

export const dashboard = () => import('../dashboard/dashboard-page.tsx');
export const evaluations = () => import('../evaluations/pages.ts');
export const files = () => import('../files/files-page.tsx');
export const inbox = () => import('../inbox/inbox-page.tsx');
export const knowledge = () => import('../knowledge/pages.ts');
export const notifications = () => import('../notifications/notifications-page.tsx');
export const table = () => import('../tables/table-page.tsx');
export const tables = () => import('../tables/tables-page.tsx');
