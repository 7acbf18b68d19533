/**
 * Adadelta: steps with the units of the parameters, from the ratio of two running averages.
 *
 *   v ← ρv + (1 − ρ)g²        step = g √(u + ε) / √(v + ε)        u ← ρu + (1 − ρ)step²
 *
 * One pass, O(size), two square roots and a division an element.
 *
 * Source: M. D. Zeiler, "ADADELTA: An Adaptive Learning Rate Method", arXiv 1212.5701 (2012), algorithm 1. Reference
 * implementation: PyTorch 1.13, torch/optim/adadelta.py.
 */
import { addWeightDecay } from "./add-weight-decay.ts";
import { namedChain, type ChainState } from "./named-chain.ts";
import { define } from "./define.ts";
import { requireDecayRate, requireKnown, requirePositive } from "./hyperparameters.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";
import { flushed } from "./subnormal.ts";

export interface ScaleByAdadeltaOptions {
  /** ρ, the decay rate of both averages, in [0, 1). Default 0.9. */
  readonly rho?: number;
  /** ε, above 0: with 0 no step could ever be the first. Default 1e-6. */
  readonly epsilon?: number;
}

export interface ScaleByAdadeltaState {
  readonly kind: "scaleByAdadelta";
  readonly version: 1;
  /** v, the average of the squared gradients (not corrected); as long as the parameters. */
  readonly second: Float64Array;
  /** u, the average of the squared steps. */
  readonly steps: Float64Array;
}

/**
 * Adadelta without the learning rate: g √(u + ε) / √(v + ε), with v and u running averages of g² and of the squared steps.
 * Ends in an ascent direction. Throws ArgumentError for an option out of its range. Source: Zeiler (2012); PyTorch's Adadelta.
 *
 * @example const optimizer = chain(scaleByAdadelta(), scaleByLearningRate(1));
 */
export function scaleByAdadelta(options: ScaleByAdadeltaOptions = {}): GradientTransformation<ScaleByAdadeltaState> {
  requireKnown("scaleByAdadelta", options, ["rho", "epsilon"]);
  const { rho = 0.9, epsilon = 1e-6 } = options;
  requireDecayRate("rho", rho);
  requirePositive("epsilon", epsilon);
  return define<ScaleByAdadeltaState, typeof adadeltaKernel>({
    kind: "scaleByAdadelta",
    vectors: ["second", "steps"],
    moments: { second: ["second", "steps"] },
    loop: adadeltaKernel,
    apply: (gradient, { second, steps }, loop) => loop(gradient, second, steps, rho, epsilon),
  });
}

export function adadeltaKernel(
  gradient: Float64Array,
  second: Float64Array,
  steps: Float64Array,
  rho: number,
  epsilon: number,
): void {
  const gain = 1 - rho;
  for (let i = 0; i < gradient.length; i++) {
    const entry = gradient[i];
    const v = flushed(rho * second[i] + gain * entry * entry);
    const step = (Math.sqrt(steps[i] + epsilon) / Math.sqrt(v + epsilon)) * entry;
    second[i] = v;
    steps[i] = flushed(rho * steps[i] + gain * step * step);
    gradient[i] = step;
  }
}

export interface AdadeltaOptions extends ScaleByAdadeltaOptions {
  /** η, at or above 0, or a function of the step. Default 1. */
  readonly learningRate?: number | Schedule;
  /** λ, at or above 0: weight decay, added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Adadelta: p ← p − η g √(u + ε) / √(v + ε), where g includes λp, v ← ρv + (1 − ρ)g², and u averages the squared steps.
 *
 * Throws ArgumentError for an option out of its range. Source: Zeiler, "ADADELTA: An Adaptive Learning Rate
 * Method" (2012), which has η = 1; PyTorch's Adadelta, step for step.
 *
 * @example const optimizer = adadelta({ rho: 0.95 });
 */
export function adadelta(options: AdadeltaOptions = {}): GradientTransformation<ChainState> {
  requireKnown("adadelta", options, ["learningRate", "rho", "epsilon", "weightDecay"]);
  const { learningRate = 1, weightDecay = 0, ...scaling } = options;
  return namedChain("adadelta", [
    addWeightDecay(weightDecay),
    scaleByAdadelta(scaling),
    scaleByLearningRate(learningRate),
  ]);
}
