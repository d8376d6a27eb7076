/** The signs in the frame, in one piece: how much waits in the inbox, and the bell. Fetched when the page stands. */

export { Badge } from '../inbox/badge.tsx';
export { Bell } from '../notifications/bell.tsx';
