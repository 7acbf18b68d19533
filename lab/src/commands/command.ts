/** What a command of the lab is: a name, a line for the list, and what it does with its arguments. */
import type { Progress } from "../progress.ts";

/** Where a command writes and says how far it is. */
export interface Surroundings {
  readonly progress: Progress;
  /** Results. */
  print(text: string): void;
  /** The characters in a line of results. */
  readonly width: number;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  run(args: readonly string[], at: Surroundings): Promise<void>;
}
