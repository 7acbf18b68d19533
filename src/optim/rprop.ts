/**
 * Rprop: every parameter has its own step size, which grows while the gradient keeps its sign and shrinks when it turns.
 * For full batches; the noise of mini-batches turns signs at random.
 *
 *   gg₋ > 0: Δ ← min(η⁺Δ, most)        gg₋ < 0: Δ ← max(η⁻Δ, least), g ← 0        step = sign(g) Δ        g₋ ← g
 *
 * One pass, O(size). Signs are compared, so a product gg₋ that underflows does no harm.
 *
 * Source: M. Riedmiller, H. Braun, "A direct adaptive method for faster backpropagation learning: the RPROP algorithm"
 * (1993), in the form without back-tracking of C. Igel, M. Hüsken, "Improving the Rprop Learning Algorithm" (2000),
 * iRprop⁻. Reference implementation: PyTorch 1.13, torch/optim/rprop.py.
 */
import { ArgumentError } from "../errors.ts";
import { namedChain, type ChainState } from "./named-chain.ts";
import { define } from "./define.ts";
import { requireKnown, requireNonnegative } from "./hyperparameters.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import type { GradientTransformation } from "./transformation.ts";

export interface RpropOptions {
  /** Δ before the first step, at or above 0: what other optimizers call their learning rate. Default 0.01. */
  readonly learningRate?: number;
  /** η⁻, in (0, 1): the factor when the gradient turns. Default 0.5. */
  readonly shrink?: number;
  /** η⁺, above 1: the factor while it does not. Default 1.2. */
  readonly grow?: number;
  /** The bounds of Δ. Default [1e-6, 50]. */
  readonly bounds?: readonly [least: number, most: number];
}

export interface ScaleByRpropState {
  readonly kind: "scaleByRprop";
  readonly version: 1;
  /** Δ, the step sizes; as long as the parameters. */
  readonly sizes: Float64Array;
  /** g₋, the gradient of the last update, 0 where it had turned. */
  readonly previous: Float64Array;
}

/**
 * Rprop's steps, of ascent: sign(g) Δ. Put `scaleByLearningRate(1)` behind it. Throws ArgumentError for an option out of its
 * range. Source: Riedmiller and Braun (1993); PyTorch's Rprop.
 *
 * @example const optimizer = chain(scaleByRprop({ learningRate: 0.1 }), scaleByLearningRate(1));
 */
export function scaleByRprop(options: RpropOptions = {}): GradientTransformation<ScaleByRpropState> {
  requireKnown("scaleByRprop", options, ["learningRate", "shrink", "grow", "bounds"]);
  const { learningRate = 0.01, shrink = 0.5, grow = 1.2, bounds = [1e-6, 50] } = options;
  const [least, most] = bounds;
  requireNonnegative("learningRate", learningRate);
  if (!(shrink > 0 && shrink < 1))
    throw new ArgumentError(`The option shrink is ${String(shrink)}; expected a number in (0, 1).`);
  if (!(grow > 1 && grow < Infinity))
    throw new ArgumentError(`The option grow is ${String(grow)}; expected a finite number above 1.`);
  if (!(least >= 0 && most >= least && most < Infinity))
    throw new ArgumentError(`The option bounds is [${least}, ${most}]; expected finite numbers 0 ≤ least ≤ most.`);
  return define<ScaleByRpropState, typeof rpropKernel>({
    kind: "scaleByRprop",
    vectors: ["sizes", "previous"],
    moments: { first: ["previous"], sizes: ["sizes"] },
    init: ({ size }) => ({
      kind: "scaleByRprop",
      version: 1,
      sizes: new Float64Array(size).fill(learningRate),
      previous: new Float64Array(size),
    }),
    loop: rpropKernel,
    apply: (gradient, { sizes, previous }, loop) => loop(gradient, sizes, previous, shrink, grow, least, most),
  });
}

/**
 * Overwrites g with the step, after the step sizes and the gradient before. Where signs come and go no processor foresees them:
 * what depends on a sign is multiplied by 0 or 1 instead, exactly.
 */
export function rpropKernel(
  gradient: Float64Array,
  sizes: Float64Array,
  previous: Float64Array,
  shrink: number,
  grow: number,
  least: number,
  most: number,
): void {
  for (let i = 0; i < gradient.length; i++) {
    const entry = gradient[i];
    const sign = Number(entry > 0) - Number(entry < 0);
    const agreement = sign * (Number(previous[i] > 0) - Number(previous[i] < 0));
    const up = Number(agreement > 0);
    const down = Number(agreement < 0);
    const wanted = sizes[i] * (1 - up - down + up * grow + down * shrink);
    const size = wanted < least ? least : wanted > most ? most : wanted;
    sizes[i] = size;
    // Plus 0, for -0.
    previous[i] = (1 - down) * entry + 0;
    gradient[i] = (1 - down) * sign * size + 0;
  }
}

/**
 * Rprop: p ← p − sign(g) Δ, where each parameter's Δ grows by η⁺ while its gradient keeps its sign and shrinks by η⁻ when it
 * turns (and the parameter then rests for a step).
 *
 * Throws ArgumentError for an option out of its range. Source: Riedmiller and Braun, "A direct adaptive method for faster
 * backpropagation learning: the RPROP algorithm" (1993); PyTorch's Rprop, step for step.
 *
 * @example const optimizer = rprop({ learningRate: 0.1 });
 */
export function rprop(options: RpropOptions = {}): GradientTransformation<ChainState> {
  requireKnown("rprop", options, ["learningRate", "shrink", "grow", "bounds"]);
  return namedChain("rprop", [scaleByRprop(options), scaleByLearningRate(1)]);
}
