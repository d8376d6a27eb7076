/** Fetches the pages of knowledge. By itself, so that what they are made of is listed here and not in what is sent first. */

export const fetchPages = () => import('./pages.ts');
