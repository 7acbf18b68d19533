/**
 * Schedule-free AdamW: gradients are taken at y, between a base sequence z that steps and an average x of it that is kept;
 * the average takes the place of a learning rate schedule.
 *
 *   v ← β₂v + (1 − β₂)g²        u = g / (√(v / (1 − β₂ᵗ)) + ε) + λy        γ = η min(1, t/warm-up)        t = 1, 2, …
 *   z ← z − γu        c = w/Σw with w = (largest γ so far)²        x ← (1 − c)x + cz        y = (1 − β₁)z + β₁x
 *
 * The parameters of a run are y; x = (y − (1 − β₁)z)/β₁ are those to evaluate and to keep. One pass, O(size).
 *
 * Source: A. Defazio and others, "The Road Less Scheduled" (2024), algorithm 1 and section 4.1. Reference implementation:
 * facebookresearch/schedule_free, adamw_schedulefree.py (with r = 0 and weight_lr_power = 2).
 */
import { ArgumentError } from "../errors.ts";
import { define } from "./define.ts";
import { positiveFloor, requireDecayRate, requireKnown, requireNonnegative, requireWhole } from "./hyperparameters.ts";
import { integerPower } from "./integer-power.ts";
import type { GradientTransformation } from "./transformation.ts";
import { flushed } from "./subnormal.ts";

export interface ScheduleFreeAdamwOptions {
  /** η, at or above 0. Default 0.0025. */
  readonly learningRate?: number;
  /** β₁, in (0, 1): where between z and x gradients are taken. Default 0.9. */
  readonly beta1?: number;
  /** β₂, the decay rate of the average of the squared gradients, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** ε, at or above 0. Default 1e-8. */
  readonly epsilon?: number;
  /** λ, at or above 0: decoupled weight decay, at y. Default 0. */
  readonly weightDecay?: number;
  /** The number of steps over which γ rises to η: a whole number. Default 0. */
  readonly warmup?: number;
}

export interface ScheduleFreeState {
  readonly kind: "scheduleFreeAdamw";
  readonly version: 1;
  /** The number of updates so far. */
  step: number;
  /** Σw. */
  weights: number;
  /** The largest γ so far. */
  largestRate: number;
  /** z; as long as the parameters, and of no meaning before the first update. */
  readonly base: Float64Array;
  /** v, the average of the squared gradients (not corrected). */
  readonly second: Float64Array;
}

/**
 * Schedule-free AdamW; the formula is at the head of this file. It trains at y and evaluates at x: what `minimize` and
 * `train` return is x. It is an optimizer by itself, with its learning rate inside.
 *
 * Throws ArgumentError for an option out of its range. Source: Defazio and others, "The Road Less Scheduled" (2024), and
 * the defaults of its code.
 *
 * @example const optimizer = scheduleFreeAdamw({ learningRate: 0.01, warmup: 10 });
 */
export function scheduleFreeAdamw(options: ScheduleFreeAdamwOptions = {}): GradientTransformation<ScheduleFreeState> {
  const names = ["learningRate", "beta1", "beta2", "epsilon", "weightDecay", "warmup"];
  requireKnown("scheduleFreeAdamw", options, names);
  const { learningRate = 2.5e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0, warmup = 0 } = options;
  requireNonnegative("learningRate", learningRate);
  if (!(beta1 > 0 && beta1 < 1))
    throw new ArgumentError(`The option beta1 is ${String(beta1)}; expected a number in (0, 1).`);
  requireDecayRate("beta2", beta2);
  requireNonnegative("weightDecay", weightDecay);
  requireWhole("warmup", warmup, 0);
  const floor = positiveFloor(epsilon);
  return define<ScheduleFreeState, typeof scheduleFreeKernel>({
    kind: "scheduleFreeAdamw",
    vectors: ["base", "second"],
    loop: scheduleFreeKernel,
    moments: { first: ["base"], second: ["second"] },
    init: ({ size }) => ({
      kind: "scheduleFreeAdamw",
      version: 1,
      step: 0,
      weights: 0,
      largestRate: 0,
      base: new Float64Array(size),
      second: new Float64Array(size),
    }),
    apply(gradient, state, loop, parameters) {
      const { base, second } = state;
      if (state.step === 0) base.set(parameters);
      state.step += 1;
      const rate = state.step < warmup ? (learningRate * state.step) / warmup : learningRate;
      state.largestRate = Math.max(state.largestRate, rate);
      const weight = state.largestRate * state.largestRate;
      state.weights += weight;
      const share = state.weights > 0 ? weight / state.weights : 0;
      const root = Math.sqrt(1 - integerPower(beta2, state.step));
      const along = rate * (beta1 * (1 - share) - 1);
      loop(gradient, base, second, parameters, beta2, root, floor * root, weightDecay, share, along, rate);
    },
    evaluationParameters({ step, base }, parameters, out) {
      const weight = step === 0 ? 0 : 1 - 1 / beta1;
      for (let i = 0; i < out.length; i++) out[i] = parameters[i] + weight * (base[i] - parameters[i]);
    },
  });
}

/** The loop over the elements. */
export function scheduleFreeKernel(
  gradient: Float64Array,
  base: Float64Array,
  second: Float64Array,
  parameters: Float64Array,
  beta2: number,
  root: number,
  epsilon: number,
  weightDecay: number,
  share: number,
  along: number,
  rate: number,
): void {
  const gain = 1 - beta2;
  for (let i = 0; i < gradient.length; i++) {
    const entry = gradient[i];
    const v = flushed(beta2 * second[i] + gain * entry * entry);
    const u = (root * entry) / (Math.sqrt(v) + epsilon) + weightDecay * parameters[i];
    second[i] = v;
    gradient[i] = share * (base[i] - parameters[i]) + along * u;
    base[i] -= rate * u;
  }
}
