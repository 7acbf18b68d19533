/**
 * Per-example gradients as samples: at each drawn point every example of the data gives a gradient of its own. The second
 * moment is then that of single examples, whose noise an optimizer with small batches sees.
 */
import type { Layout } from "../linalg/layout.ts";
import type { Coordinates } from "../optim/objective.ts";

/**
 * What gives a gradient for each of its examples, as `differentiable(…).perExample(data)` does. As samples of an estimate,
 * sample m is example m mod `examples` at the point that key and index ⌊m / examples⌋ draw.
 */
export interface ExampleObjective {
  readonly dimension: number;
  readonly layout?: Layout;
  readonly coordinates?: Coordinates;
  /** The number of examples. */
  readonly examples: number;
  /**
   * Overwrites `out` (examples × dimension, row by row) with the gradient of each example's loss at `point`, and `values`,
   * where it knows them, with these losses.
   */
  exampleGradients(point: Float64Array, out: Float64Array, values: Float64Array): void;
}
