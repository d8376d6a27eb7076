/** What the gateway may ask of the engine about notifications: to hear that there are others. They lie in the store. */

export type NotificationsPort = {
  /** Tells whenever notifications of this workspace came, or were changed; until what comes back is called. */
  readonly watch: (workspace: string, tell: () => void) => () => void;
  /** Some were changed by whoever asks: those who watch are told. */
  readonly changed: (workspace: string) => void;
};
