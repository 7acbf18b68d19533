/**
 * Momentum: a decaying sum of the gradients, which goes on in the direction of earlier steps.
 *
 *   b ← g at the first step, then b ← μb + (1 − τ)g        step = b, or g + μb with Nesterov's look-ahead
 *
 * One pass, O(size), exact but for the rounding of each operation. The learning rate comes after the sum, as in PyTorch:
 * in the papers it is inside, which differs when it changes from step to step. PyTorch does not dampen the first
 * gradient, and neither does this.
 *
 * Source: B. T. Polyak, "Some methods of speeding up the convergence of iteration methods" (1964); Y. Nesterov, "A method
 * for solving the convex programming problem with convergence rate O(1/k²)" (1983) in the form of I. Sutskever,
 * J. Martens, G. Dahl, G. Hinton, "On the importance of initialization and momentum in deep learning" (2013), section 2.
 * Reference implementation: PyTorch 1.13, torch/optim/sgd.py.
 */
import { ArgumentError } from "../errors.ts";
import { define } from "./define.ts";
import { requireDecayRate, requireKnown } from "./hyperparameters.ts";
import type { GradientTransformation } from "./transformation.ts";
import { flushed } from "./subnormal.ts";

export interface TraceOptions {
  /** μ, in [0, 1): the part of the sum that is kept. */
  readonly momentum: number;
  /** τ, in [0, 1]: the part of every gradient but the first that is left out. Default 0. */
  readonly dampening?: number;
  /** Step along g + μb instead of b. Needs momentum, and no dampening. Default false. */
  readonly nesterov?: boolean;
}

export interface TraceState {
  readonly kind: "trace";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
  /** b, the decaying sum of the gradients; as long as the parameters. */
  readonly buffer: Float64Array;
}

/**
 * Momentum without the learning rate: b, or g + μb with `nesterov`, where b ← μb + (1 − τ)g (and b ← g at the first
 * step). Ends in an ascent direction: put `scaleByLearningRate` behind it.
 *
 * Throws ArgumentError for an option out of its range, and for `nesterov` without momentum or with dampening. Source:
 * Polyak, "Some methods of speeding up the convergence of iteration methods" (1964), and for `nesterov` Sutskever and
 * others, "On the importance of initialization and momentum in deep learning" (2013); PyTorch's SGD.
 *
 * @example const optimizer = chain(trace({ momentum: 0.9, nesterov: true }), scaleByLearningRate(0.01));
 */
export function trace(options: TraceOptions): GradientTransformation<TraceState> {
  requireKnown("trace", options, ["momentum", "dampening", "nesterov"]);
  const { momentum, dampening = 0, nesterov = false } = options;
  requireDecayRate("momentum", momentum);
  if (!(dampening >= 0 && dampening <= 1))
    throw new ArgumentError(`The option dampening is ${String(dampening)}; expected a number in [0, 1].`);
  if (nesterov && momentum === 0)
    throw new ArgumentError("The option nesterov is true, but momentum is 0; expected momentum in (0, 1) with it.");
  if (nesterov && dampening !== 0)
    throw new ArgumentError(
      `The option nesterov is true, but dampening is ${dampening}; expected dampening 0 with it.`,
    );
  return define<TraceState, typeof traceKernel>({
    kind: "trace",
    vectors: ["buffer"],
    moments: { first: ["buffer"] },
    fields: { step: 0 },
    loop: nesterov ? nesterovKernel : traceKernel,
    apply(gradient, state, loop) {
      const gain = state.step === 0 ? 1 : 1 - dampening;
      state.step += 1;
      loop(gradient, state.buffer, momentum, gain);
    },
  });
}

/** Overwrites b and g with μb + gain·g. */
export function traceKernel(gradient: Float64Array, buffer: Float64Array, momentum: number, gain: number): void {
  for (let i = 0; i < gradient.length; i++) {
    const b = flushed(momentum * buffer[i] + gain * gradient[i]);
    buffer[i] = b;
    gradient[i] = b;
  }
}

/** Overwrites b with μb + g, and g with g + μ times the new b. */
export function nesterovKernel(gradient: Float64Array, buffer: Float64Array, momentum: number): void {
  for (let i = 0; i < gradient.length; i++) {
    const entry = gradient[i];
    const b = flushed(momentum * buffer[i] + entry);
    buffer[i] = b;
    gradient[i] = entry + momentum * b;
  }
}
