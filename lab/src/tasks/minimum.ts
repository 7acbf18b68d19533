/** The smallest value of a smooth convex loss, to round-off: curves on a logarithmic scale show what lies above it. */
import { descend, lbfgs, type Objective } from "egop";

/** Far more than L-BFGS needs on the lab's convex losses. */
const mostSteps = 5000;

/** By L-BFGS from zero, until floating point shows no better point. */
export function minimumOf(objective: Objective): number {
  const start = new Float64Array(objective.dimension);
  return descend(objective, { start, method: lbfgs({ memory: 20 }), steps: mostSteps }).value;
}
