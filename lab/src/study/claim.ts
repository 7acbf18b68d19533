/** A claim of the theory, and what becomes of it on a task. */

/** A claim of the theory on a task. */
export interface Claim {
  readonly claim: string;
  readonly predicted: string;
  readonly measured: string;
  /** Null where the prediction says nothing that a measurement could refute. */
  readonly holds: boolean | null;
}
