/**
 * Weight decay: λ times the parameters is added to what comes in. Where it stands in the chain makes the difference:
 * before an adaptive scaling it is the gradient of the penalty ½λ‖p‖² (coupled, Adam's and SGD's), behind it the
 * parameters shrink by the same share whatever the gradients have been (decoupled, AdamW's).
 *
 *   g ← g + λp
 *
 * One pass, O(size), and none for λ = 0.
 *
 * Source: I. Loshchilov, F. Hutter, "Decoupled Weight Decay Regularization" (2019), algorithms 1 and 2. Reference
 * implementation: PyTorch 1.13, torch/optim/sgd.py (coupled) and torch/optim/adamw.py (decoupled).
 */
import { define } from "./define.ts";
import { requireNonnegative } from "./hyperparameters.ts";
import type { GradientTransformation } from "./transformation.ts";

export interface AddWeightDecayState {
  readonly kind: "addWeightDecay";
  readonly version: 1;
}

/**
 * Adds weightDecay · parameters: g ← g + λp. In front of an adaptive scaling this is an L2 penalty, between the scaling
 * and `scaleByLearningRate` it is decoupled weight decay.
 *
 * Throws ArgumentError unless `weightDecay` is finite and at or above 0. Source: Loshchilov and Hutter, "Decoupled Weight
 * Decay Regularization" (2019); PyTorch's SGD and AdamW.
 *
 * @example const adamw = chain(scaleByAdam(), addWeightDecay(0.01), scaleByLearningRate(0.001));
 */
export function addWeightDecay(weightDecay: number): GradientTransformation<AddWeightDecayState> {
  requireNonnegative("weightDecay", weightDecay);
  return define<AddWeightDecayState>({
    kind: "addWeightDecay",
    apply(gradient, _state, _loop, parameters) {
      if (weightDecay === 0) return;
      for (let i = 0; i < gradient.length; i++) gradient[i] += weightDecay * parameters[i];
    },
  });
}
