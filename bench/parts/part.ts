/** What every part of the bench is given. */
export interface PartRun {
  /** Just enough to see that it works. */
  readonly quick: boolean;
  /** Stops between two rounds. */
  readonly signal: AbortSignal;
  /** Told to who waits. */
  say(text: string): void;
  /** What it ran on, beside the machine: told with its figures. */
  ground(said: string): void;
}
