/** What somebody said who was asked before anything is registered. */
export interface Said<Found> {
  readonly found: Found;
  /** Why nothing can be deployed. */
  readonly problems: readonly string[];
  /** What a person should know. */
  readonly warnings: readonly string[];
}
