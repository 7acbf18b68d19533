/**
 * Sign descent and signum: every parameter moves by the learning rate, in the direction of its gradient's, or of its
 * momentum's, sign.
 *
 *   sign descent: step = sign(g)        signum: b ← μb + g, step = sign(b)
 *
 * One pass, O(size), and one for the momentum. The sign of 0 is 0. Signum's average m ← μm + (1 − μ)g is (1 − μ)b, of the
 * same sign.
 *
 * Source: J. Bernstein, Y.-X. Wang, K. Azizzadenesheli, A. Anandkumar, "signSGD: Compressed Optimisation for Non-Convex
 * Problems" (2018), algorithms 1 and 2.
 */
import { addWeightDecay } from "./add-weight-decay.ts";
import { fusedChain } from "./fused-chain.ts";
import type { ChainState } from "./named-chain.ts";
import { define } from "./define.ts";
import { requireKnown } from "./hyperparameters.ts";
import { signOf } from "./sign.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import { trace } from "./trace.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";

export interface ScaleBySignState {
  readonly kind: "scaleBySign";
  readonly version: 1;
}

/**
 * The sign of each entry, 0 for 0. Ends in an ascent direction: put `scaleByLearningRate` behind it. Source: Bernstein and
 * others (2018).
 *
 * @example const optimizer = chain(trace({ momentum: 0.9 }), scaleBySign(), scaleByLearningRate(0.001));
 */
export function scaleBySign(): GradientTransformation<ScaleBySignState> {
  return define<ScaleBySignState, typeof signKernel>({
    kind: "scaleBySign",
    loop: signKernel,
    apply: (gradient, _state, loop, _parameters, factor = 1) => loop(gradient, factor),
  });
}

/** Overwrites g with factor · sign(g). */
export function signKernel(gradient: Float64Array, factor: number): void {
  for (let i = 0; i < gradient.length; i++) gradient[i] = signOf(gradient[i]) * factor;
}

export interface SignDescentOptions {
  /** η, at or above 0, or a function of the step. */
  readonly learningRate: number | Schedule;
  /** λ, at or above 0: decoupled weight decay, added to the step. Default 0. */
  readonly weightDecay?: number;
}

export interface SignumOptions extends SignDescentOptions {
  /** μ, in [0, 1). Default 0.9. */
  readonly momentum?: number;
}

/**
 * Sign descent: p ← p − η (sign(g) + λp).
 *
 * Throws ArgumentError for an option out of its range. Source: Bernstein and others, "signSGD: Compressed Optimisation for
 * Non-Convex Problems" (2018), algorithm 1.
 *
 * @example const optimizer = signDescent({ learningRate: 0.001 });
 */
export function signDescent(options: SignDescentOptions): GradientTransformation<ChainState> {
  requireKnown("signDescent", options, ["learningRate", "weightDecay"]);
  const { learningRate, weightDecay = 0 } = options;
  const parts = [scaleBySign(), addWeightDecay(weightDecay), scaleByLearningRate(learningRate)];
  return fusedChain("signDescent", parts, 0, weightDecay === 0 ? 2 : 0);
}

/**
 * Signum: p ← p − η (sign(b) + λp) with b ← μb + g.
 *
 * Throws ArgumentError for an option out of its range. Source: Bernstein and others, "signSGD: Compressed Optimisation for
 * Non-Convex Problems" (2018), algorithm 2.
 *
 * @example const optimizer = signum({ learningRate: 0.001, momentum: 0.9 });
 */
export function signum(options: SignumOptions): GradientTransformation<ChainState> {
  requireKnown("signum", options, ["learningRate", "momentum", "weightDecay"]);
  const { learningRate, momentum = 0.9, weightDecay = 0 } = options;
  const parts = [trace({ momentum }), scaleBySign(), addWeightDecay(weightDecay), scaleByLearningRate(learningRate)];
  return fusedChain("signum", parts, 1, weightDecay === 0 ? 3 : 0);
}
