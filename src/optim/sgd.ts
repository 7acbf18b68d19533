/**
 * Gradient descent with momentum, ready-made.
 *
 *   g ← g + λp        b ← g at the first step, then b ← μb + (1 − τ)g        p ← p − ηb, or p − η(g + μb) with Nesterov
 *
 * Source: see trace.ts. Reference implementation: PyTorch 1.13, torch/optim/sgd.py.
 */
import { addWeightDecay } from "./add-weight-decay.ts";
import { namedChain, type ChainState } from "./named-chain.ts";
import { requireKnown } from "./hyperparameters.ts";
import { scaleByLearningRate } from "./scale-by-learning-rate.ts";
import { trace } from "./trace.ts";
import type { GradientTransformation, Schedule } from "./transformation.ts";

export interface SgdOptions {
  /** η, at or above 0, or a function of the step. */
  readonly learningRate: number | Schedule;
  /** μ, in [0, 1). Default 0, and then the state has no buffer. */
  readonly momentum?: number;
  /** τ, in [0, 1]: the part of every gradient but the first that does not reach the buffer. Default 0. */
  readonly dampening?: number;
  /** Look ahead along the momentum. Needs momentum, and no dampening. Default false. */
  readonly nesterov?: boolean;
  /** λ, at or above 0: weight decay, added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Gradient descent: p ← p − ηb with b ← μb + (1 − τ)(g + λp); b is g + λp itself at the first step and without momentum.
 * With `nesterov`, p ← p − η(g + λp + μb).
 *
 * Throws ArgumentError for an option out of its range, and for `nesterov` without momentum or with dampening. Source:
 * Polyak, "Some methods of speeding up the convergence of iteration methods" (1964), and Sutskever and others, "On the
 * importance of initialization and momentum in deep learning" (2013); PyTorch's SGD, step for step.
 *
 * @example const optimizer = sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true });
 */
export function sgd(options: SgdOptions): GradientTransformation<ChainState> {
  requireKnown("sgd", options, ["learningRate", "momentum", "dampening", "nesterov", "weightDecay"]);
  const { learningRate, momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 } = options;
  const decay = addWeightDecay(weightDecay);
  const heavyBall = trace({ momentum, dampening, nesterov });
  const descent = scaleByLearningRate(learningRate);
  return namedChain("sgd", momentum === 0 ? [decay, descent] : [decay, heavyBall, descent]);
}
